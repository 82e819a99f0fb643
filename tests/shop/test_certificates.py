"""Certificates that act, as buyers, vendors and the office see it."""

from datetime import date, datetime, timedelta
from xml.etree import ElementTree

import pytest
import sqlalchemy as sa

from catalog.models import Listing
from catalog.search import SearchEngine
from catalog.services.indexing import rebuild_index
from kernel import clock, rules_table
from kernel.db import transaction
from kernel.jobs import drain
from shop import wiring
from tests.conftest import NOW, post
from tests.people import sign_in_as
from tests.shop.stalls import Stalls
from vendors.jobs import watch
from vendors.models import Certificate
from vendors.rules import Scheme

END = date(2026, 12, 12)
WHY = "Tổ chức chứng nhận báo giấy này là giả."


class Place:
    """A market whose clock is moved and whose worker runs when told."""

    def __init__(self, app, client, session):
        self.app, self.client, self.session = app, client, session
        self.engine = app.extensions[SearchEngine.__qualname__]
        with transaction(session):
            rules_table.seed_rules(session, now=NOW)
            stalls = Stalls(session)
            fruit = stalls.category("trai-cay", "Trái cây", "Fruit")
            vendor = stalls.vendor(
                "Vườn ổi chị Mận", "vuon-oi", submitted_at=NOW, name_folded="vuon oi chi man"
            )
            stalls.certificate(vendor, Scheme.FOOD_SAFETY, valid_to=date(2030, 1, 1))
            self.certificate = stalls.certificate(vendor, Scheme.ORGANIC, valid_to=END).id
            self.organic = stalls.goods(
                vendor, fruit, "HUUCO", slug="oi-huu-co", schemes=["organic"]
            ).id
            stalls.goods(vendor, fruit, "THUONG", slug="oi-thuong")
            self.vendor = vendor.id
        self.work()
        rebuild_index(session, self.engine, now=NOW)
        session.rollback()

    def work(self):
        drain(self.app.extensions["sessionmaker"], wiring.handlers(self.engine), now=clock.now())
        # The web looks for a newer index once in a while; here, at once.
        self.engine._open = None
        self.session.rollback()
        self.session.expire_all()

    def night(self):
        with self.app.extensions["sessionmaker"]() as session, transaction(session):
            watch(session, clock.now())
        self.work()

    def text(self, url):
        return self.client.get(url).get_data(as_text=True)

    def listed(self):
        """Tell where the organic guava is: shelf, search, sitemap, and what its page answers."""
        return (
            "/l/HUUCO" in self.text("/c/trai-cay"),
            "/l/HUUCO" in self.text("/search?q=oi"),
            "/l/HUUCO" in self.text("/sitemap/1.xml"),
            self.client.get("/l/HUUCO/oi-huu-co").status_code,
        )


@pytest.fixture
def place(app, client, app_session):
    return Place(app, client, app_session)


SHOWN, GONE = (True, True, True, 200), (False, False, False, 410)


def test_past_its_last_day_one_run_of_the_job_takes_it_from_everywhere(place):
    assert place.listed() == SHOWN
    with clock.fixed(datetime(2026, 12, 11, 17, 0, tzinfo=NOW.tzinfo)):
        assert clock.local_date(clock.now()) == END
        place.night()
        assert place.listed() == GONE
        assert "/l/THUONG" in place.text("/c/trai-cay")
        with transaction(place.session):
            place.session.add(
                Certificate(
                    vendor_id=place.vendor,
                    scheme=Scheme.ORGANIC,
                    number="HC-2",
                    issuer="VinaCert",
                    valid_from=date(2026, 12, 1),
                    valid_to=date(2028, 12, 1),
                )
            )
        new = place.session.scalars(
            sa.select(Certificate.id).where(Certificate.number == "HC-2")
        ).one()
        place.session.rollback()
        officer = place.app.test_client()
        sign_in_as(place.app, officer, now=clock.now(), roles=["reviewer"])
        url = f"/office/certificates/{new}"
        assert "comes back into the shop" in officer.get(url + "?lang=en").get_data(as_text=True)
        assert post(officer, f"{url}/verify", form=url).status_code == 303
        place.work()
        assert place.listed() == SHOWN


def test_the_office_sees_what_leaves_before_it_revokes(place, client, sign_in):
    sign_in(roles=["reviewer"])
    url = f"/office/certificates/{place.certificate}"
    page = place.text(f"{url}?lang=en")
    assert "If it is revoked, 1 offer leaves the shop at once" in page
    assert "Needed to sell" in page
    assert post(client, f"{url}/withdraw", {"reason": ""}, form=url).status_code == 422
    assert post(client, f"{url}/withdraw", {"reason": WHY}, form=url).status_code == 303
    assert post(client, f"{url}/withdraw", {"reason": WHY}, form=url).status_code == 409
    place.work()
    assert place.listed() == GONE
    assert "If it is verified, 1 offer comes back into the shop" in place.text(f"{url}?lang=en")
    assert post(client, f"{url}/verify", form=url).status_code == 303
    place.work()
    assert place.listed() == SHOWN
    assert post(client, f"{url}/verify", form=url).status_code == 409


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("standing=all", {"VG-1", "VG-2"}),
        ("standing=unverified", set()),
        ("standing=ending", {"VG-2"}),
        ("standing=ending&within=10", set()),
        ("standing=ending&within=zz", {"VG-2"}),
        ("standing=ending&within=999999999999", {"VG-2"}),
        ("standing=valid&scheme=organic", {"VG-2"}),
        ("standing=valid&scheme=nonsense", {"VG-1", "VG-2"}),
        ("standing=valid&q=man+oi", {"VG-1", "VG-2"}),
        ("standing=valid&q=vg-1", {"VG-1"}),
        ("standing=valid&q=%25", set()),
        ("standing=lapsed", set()),
        ("standing=withdrawn", set()),
        ("standing=valid&page=7", set()),
    ],
)
def test_the_office_finds_certificates(place, sign_in, query, found):
    with transaction(place.session):
        for one in place.session.scalars(sa.select(Certificate)):
            one.number = "VG-2" if one.scheme is Scheme.ORGANIC else "VG-1"
    sign_in(roles=["approver"])
    page = place.text(f"/office/certificates?{query}")
    assert {number for number in ("VG-1", "VG-2") if f"· {number}<" in page} == found


def test_who_works_for_a_vendor_does_not_judge_its_certificates(place, client, sign_in):
    sign_in(roles=["reviewer"], vendor=place.vendor)
    url = f"/office/certificates/{place.certificate}"
    page = place.text(f"{url}?lang=en")
    assert "a colleague has to decide" in page
    assert f'action="{url}/withdraw"' not in page
    form = f"/work/{place.vendor}/certificates"
    assert post(client, f"{url}/withdraw", {"reason": WHY}, form=form).status_code == 403


def test_a_certificate_that_does_not_exist_is_not_found(place, client, sign_in):
    sign_in(roles=["reviewer"])
    assert client.get("/office/certificates/01NOTHING").status_code == 404
    page = f"/office/certificates/{place.certificate}"
    for action in ("verify", "withdraw"):
        answer = post(
            client, f"/office/certificates/01NOTHING/{action}", {"reason": WHY}, form=page
        )
        assert answer.status_code == 404


def test_the_vendor_reads_in_plain_words_what_will_leave_and_what_left(place, sign_in):
    sign_in(vendor=place.vendor, vendor_roles=["owner"])
    own = f"/work/{place.vendor}/certificates?lang=en"
    assert "1 offer will leave the shop on 12/12/2026" in place.text(own)
    with clock.fixed(NOW + timedelta(days=30)):
        place.night()
        sign_in(vendor=place.vendor, vendor_roles=["owner"])
        assert "1 offer has left the shop" in place.text(own)
        page = place.text(f"/work/{place.vendor}/listings/HUUCO?lang=en")
        assert "“Organic certificate” is not proved any more" in page
        assert "may not sell" not in page


def test_the_sitemap_lists_what_is_shown_and_nothing_else(place, client):
    index = ElementTree.fromstring(place.text("/sitemap.xml"))
    locs = [node.text for node in index.iter() if node.tag.endswith("loc")]
    names = ("shelves", "recalls", "sellers-1", "1")
    assert locs == [f"http://localhost/sitemap/{name}.xml" for name in names]
    goods = ElementTree.fromstring(place.text("/sitemap/1.xml"))
    locs = [node.text for node in goods.iter() if node.tag.endswith("loc")]
    assert [loc for loc in locs if "?" not in loc] == [
        "http://localhost/l/HUUCO/oi-huu-co",
        "http://localhost/l/THUONG/oi-thuong",
    ]
    assert len(locs) == 6
    assert "<loc>http://localhost/c/trai-cay</loc>" in place.text("/sitemap/shelves.xml")
    assert "<loc>http://localhost/v/vuon-oi</loc>" in place.text("/sitemap/sellers-1.xml")
    for name in ("0", "2", "99999", "sellers-0", "sellers-2"):
        assert client.get(f"/sitemap/{name}.xml").status_code == 404
    answer = client.get("/sitemap/1.xml")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.mimetype == "application/xml"
    assert "Sitemap: http://localhost/sitemap.xml" in place.text("/robots.txt")


def test_an_address_in_the_sitemap_is_written_safely(place):
    with transaction(place.session):
        place.session.get_one(Listing, place.organic).slug = "oi-&-<man>"
    assert "/l/HUUCO/oi-%26-%3Cman%3E</loc>" in place.text("/sitemap/1.xml")
