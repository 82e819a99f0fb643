"""The desk on which listings are judged, the vendor's side of it, and what the public meets."""

import io

import pytest
import sqlalchemy as sa
from PIL import Image

from catalog.cli import catalog
from catalog.models import ListingBaseline, ListingChange, ListingPicture
from catalog.rules import ListingState
from catalog.rules.changes import ChangeState
from catalog.rules.checks import distance
from catalog.services.steps import moderate_listing
from kernel.db import transaction
from tests.catalog import shelves
from tests.catalog.shelves import (
    OFFICER,
    add,
    add_visit,
    category_id,
    open_shelves,
    statements,
    vendor_id,
)
from tests.catalog.test_checks import orchard
from tests.catalog.test_workspace import fields, text
from tests.conftest import post
from traceability.models import Farm, Lot
from vendors.rules import Scheme

WHY = "Tên mới không đúng với hàng."
DESK = "/office/listings"


@pytest.fixture
def session(app_session, now):
    open_shelves(app_session, now)
    return app_session


@pytest.fixture
def seller(session, sign_in, client):
    """Sign a seller in and return the workspace's address."""

    def enter():
        vendor = vendor_id(session)
        session.rollback()
        sign_in(vendor=vendor, vendor_roles=["seller"])
        return f"/work/{vendor}/listings"

    return enter


def fresh(session, code="VAI"):
    session.rollback()
    return shelves.listing(session, code)


def change_of(session, code="VAI"):
    listing = fresh(session, code)
    return session.scalars(
        sa.select(ListingChange)
        .where(ListingChange.listing_id == listing.id)
        .order_by(ListingChange.id.desc())
        .execution_options(populate_existing=True)
    ).first()


def save(client, session, base, code="VAI", **wishes):
    listing = fresh(session, code)
    values = {
        "title_vi": listing.title["vi"],
        "title_en": listing.title.get("en", ""),
        "summary_vi": listing.summary["vi"],
        "version": str(listing.version),
        "packs-0-id": shelves.variants(session, code)[0].id,
    }
    session.rollback()
    return post(client, f"{base}/{code}/edit", fields(session, **(values | wishes)))


def decide(client, session, action, code="VAI", view="changed", **wishes):
    listing, change = fresh(session, code), change_of(session, code)
    values = {
        "action": action,
        "version": str(listing.version),
        "change": change.id if change else "",
    }
    return post(client, f"{DESK}/{listing.id}?view={view}", values | wishes)


def test_a_seller_proposes_sees_what_waits_and_takes_it_back(client, session, seller, now):
    add(session, now)
    base = seller()
    answer = save(client, session, base, title_vi="Vải thiều <b>Bến Tre</b>", schemes=["ocop"])
    assert answer.status_code == 303
    page = text(client.get(f"{base}/VAI?lang=en"))
    assert "Your change waits for the office" in page
    assert "<ins>&lt;b&gt;Bến Tre&lt;/b&gt;</ins>" in page
    assert "<del>Thanh Hà</del>" in page
    assert "<b>Bến" not in page
    form = text(client.get(f"{base}/VAI/edit?lang=en"))
    assert 'value="Vải thiều &lt;b&gt;Bến Tre&lt;/b&gt;"' in form
    assert "it stands in this form" in form
    assert "Bến Tre" not in text(client.get("/l/VAI", follow_redirects=True))
    gone = post(client, f"{base}/VAI/change/withdraw", {"change": "01NONE"}, form=f"{base}/VAI")
    assert gone.status_code == 409
    done = post(
        client,
        f"{base}/VAI/change/withdraw",
        {"change": change_of(session).id},
        form=f"{base}/VAI",
    )
    assert (done.status_code, change_of(session).state) == (303, ChangeState.WITHDRAWN)
    assert "Your change waits" not in text(client.get(f"{base}/VAI?lang=en"))


def test_the_form_names_field_word_and_law_of_banned_goods(client, session, seller, now):
    add(session, now)
    base = seller()
    answer = save(client, session, base, description_vi="Kèm súng săn.")
    assert answer.status_code == 422
    page = text(answer)
    assert 'id="description_vi-error"' in page
    assert "súng săn" in page
    assert "42/2024/QH15" in page
    assert fresh(session).description == {}


def test_an_officer_sees_old_beside_new_and_decides(client, session, seller, sign_in, now):
    add(session, now)
    base = seller()
    save(client, session, base, title_vi="Vải hữu cơ", description_vi="Quả to.")
    sign_in(roles=["reviewer"])
    queue = text(client.get(f"{DESK}?view=changed&lang=en"))
    assert "A change waits" in queue
    assert "Claim without a certificate" in queue
    page = text(client.get(f"{DESK}/{fresh(session).id}?view=changed&lang=en"))
    assert "<ins>hữu cơ</ins>" in page
    assert "<mark>hữu cơ</mark>" in page
    assert "<ins>Quả to.</ins>" in page
    refused = decide(client, session, "decline_change", reason="không")
    assert (refused.status_code, change_of(session).state) == (422, ChangeState.WAITING)
    done = decide(client, session, "decline_change", reason=WHY)
    assert (done.status_code, done.location) == (303, f"{DESK}?view=changed")
    assert change_of(session).state is ChangeState.DECLINED
    assert fresh(session).title["vi"] == "Vải thiều Thanh Hà"
    assert decide(client, session, "accept_change").status_code == 409
    assert decide(client, session, "confirm").status_code == 303
    assert fresh(session).recheck_since is None
    assert session.scalars(sa.select(ListingBaseline)).all() == []


def test_an_accepted_change_is_shown_and_its_old_address_leads_to_it(
    client, session, seller, sign_in, now
):
    add(session, now)
    base = seller()
    save(client, session, base, title_vi="Vải lai Thanh Hà")
    sign_in(roles=["approver"])
    assert decide(client, session, "accept_change").status_code == 303
    answer = client.get("/l/VAI/vai-thieu-thanh-ha")
    assert (answer.status_code, answer.location) == (301, "/l/VAI/vai-lai-thanh-ha")
    assert "Vải lai Thanh Hà" in text(client.get("/l/VAI/vai-lai-thanh-ha?lang=vi"))


def test_a_decision_leads_to_the_next_in_the_same_list(client, session, sign_in, now):
    first, second, third = (
        add(session, now, code=code, state=ListingState.SUBMITTED) for code in ("A1", "B2", "C3")
    )
    sign_in(roles=["reviewer"])
    done = decide(client, session, "approve", code="B2", view="waiting")
    assert done.location == f"{DESK}/{third}?view=waiting"
    done = decide(client, session, "approve", code="C3", view="waiting")
    assert done.location == f"{DESK}/{first}?view=waiting"
    done = decide(client, session, "decline", code="A1", view="waiting", reason=WHY)
    assert done.location == f"{DESK}?view=waiting"
    assert fresh(session, "B2").id == second


def test_the_queue_is_filtered_by_vendor_and_reason(client, session, sign_in, now):
    add(session, now, code="A1", state=ListingState.SUBMITTED)
    add(session, now, code="B2", state=ListingState.SUBMITTED, vendor_code="V2")
    sign_in(roles=["reviewer"])
    assert "B2" in text(client.get(DESK))
    page = text(client.get(f"{DESK}?vendor=thanh+son"))
    assert ("A1" in page, "B2" in page) == (True, False)
    for query in ("vendor=%25&lang=en", "reason=twin&lang=en", "vendor=x&page=-3", "reason=zzz"):
        assert client.get(f"{DESK}?{query}").status_code == 200
    assert "No listing fits" in text(client.get(f"{DESK}?reason=twin&lang=en"))


def test_several_are_approved_at_once(client, session, sign_in, now):
    for code in ("A1", "B2"):
        add(session, now, code=code, state=ListingState.SUBMITTED)
    sign_in(roles=["reviewer"])
    assert post(client, f"{DESK}/approve", {}, form=DESK).status_code == 422
    for wrong in ("", "x", "01X:abc"):
        refused = post(client, f"{DESK}/approve", {"listing": [wrong]}, form=DESK)
        assert refused.status_code in {303, 422}
    pairs = [f"{fresh(session, code).id}:{fresh(session, code).version}" for code in ("A1", "B2")]
    stale = [pairs[0], pairs[1].partition(":")[0] + ":999"]
    assert post(client, f"{DESK}/approve", {"listing": stale}, form=DESK).status_code == 409
    assert fresh(session, "A1").state is ListingState.SUBMITTED
    assert post(client, f"{DESK}/approve", {"listing": pairs}, form=DESK).status_code == 303
    assert fresh(session, "A1").state is ListingState.PUBLISHED
    assert fresh(session, "B2").state is ListingState.PUBLISHED


def drawing():
    file = io.BytesIO()
    orchard().save(file, "PNG")
    return file.getvalue()


def test_a_picture_taken_from_another_vendor_is_shown_to_the_officer(client, session, sign_in, now):
    add(session, now)
    add(session, now, code="ONG", vendor_code="V2")
    data = drawing()
    for code, vendor in (("VAI", "V1"), ("ONG", "V2")):
        owner = vendor_id(session, vendor)
        session.rollback()
        sign_in(vendor=owner, vendor_roles=["seller"])
        address = f"/work/{owner}/listings/{code}/photos"
        sent = {"file": (io.BytesIO(data), "a.png"), "alt_vi": "Vườn vải"}
        assert post(client, address, sent).status_code == 303
    sign_in(roles=["reviewer"])
    page = text(client.get(f"{DESK}/{fresh(session, 'ONG').id}?view=changed&lang=en"))
    assert "Another vendor shows this picture" in page
    assert f"{DESK}/{fresh(session, 'VAI').id}" in page
    assert "album-new" in page


def test_pictures_of_former_days_are_looked_at_by_a_command(app, client, session, seller, now):
    add(session, now)
    base = seller()
    sent = {"file": (io.BytesIO(drawing()), "a.png"), "alt_vi": "Vườn vải"}
    assert post(client, f"{base}/VAI/photos", sent).status_code == 303
    row = session.scalars(sa.select(ListingPicture)).one()
    known = (row.likeness, row.band_0, row.band_1, row.band_2, row.band_3)
    assert None not in known
    with transaction(session):
        session.execute(
            sa.update(ListingPicture).values(
                likeness=None, band_0=None, band_1=None, band_2=None, band_3=None
            )
        )
        session.add(ListingPicture(listing_id=row.listing_id, vendor_id=row.vendor_id, digest="f"))
    for said in ("1 pictures can be found again.\n", "0 pictures can be found again.\n"):
        done = app.test_cli_runner().invoke(catalog, ["likenesses"])
        assert (done.exit_code, done.output) == (0, said)
    session.expire_all()
    row = session.scalars(sa.select(ListingPicture).where(ListingPicture.digest != "f")).one()
    session.rollback()
    assert distance(row.likeness, known[0]) <= 3


def test_the_words_of_a_visit_are_looked_at_too(client, session, seller, now):
    add_visit(session, now)
    base = seller()
    form = {
        "duration": "2",
        "duration_minutes": "120",
        "meeting_point_vi": "Cổng làng",
        "includes_vi": "Thịt thú rừng nướng",
        "max_guests": "10",
        "cancel_hours": "24",
        "cutoff_minutes": "120",
        "languages": ["vi"],
    }
    answer = post(client, f"{base}/THAM/experience", form)
    assert answer.status_code == 422
    assert "“Thịt thú rừng”" in text(answer)


def test_a_small_picture_is_refused_by_its_form(client, session, seller, now):
    add(session, now)
    base = seller()
    file = io.BytesIO()
    Image.new("RGB", (150, 100), "green").save(file, "PNG")
    sent = {"file": (io.BytesIO(file.getvalue()), "a.png"), "alt_vi": "Vườn vải"}
    answer = post(client, f"{base}/VAI/photos", sent)
    assert answer.status_code == 422
    assert 'id="file-error"' in text(answer)


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("code", ["VAI", "THAM"])
def test_what_was_taken_down_leaves_a_neutral_notice_everywhere(client, session, now, lang, code):
    listing_id = (add if code == "VAI" else add_visit)(session, now)
    with transaction(session):
        moderate_listing(
            session, listing_id, action="take_down", reason=WHY, actor=OFFICER, now=now
        )
    slug = fresh(session, code).slug
    name = fresh(session, code).title[lang]
    for address in (f"/l/{code}", f"/l/{code}/{slug}", f"/l/{code}/other"):
        for method in ("GET", "HEAD"):
            answer = client.open(f"{address}?lang={lang}", method=method)
            assert (answer.status_code, answer.headers["X-Robots-Tag"]) == (410, "noindex")
        asked = client.get(address, headers={"Accept": "application/json"})
        assert asked.status_code == 410
        page = text(client.get(f"{address}?lang={lang}"))
        assert WHY not in page
        assert name not in page
        assert 'href="/search"' in page
        assert f'<html lang="{lang}"' in page
    for address in ("/", "/c/trai-cay", "/c/trai-nghiem", "/search?q=vai", "/search/suggest?q=vai"):
        assert name not in text(client.get(f"{address}{'&' if '?' in address else '?'}lang={lang}"))


def test_a_withheld_listing_answers_in_the_same_words(client, session, now):
    add(session, now, state=ListingState.PUBLISHED)
    with transaction(session):
        shelves.listing(session).state = ListingState.WITHHELD
    held = client.get("/l/VAI?lang=en")
    assert (held.status_code, "no longer shown" in text(held)) == (410, True)


def test_the_fullest_page_of_the_desk_costs_no_more_than_twelve(
    client, session, seller, sign_in, now
):
    farm, lot = session.scalars(sa.select(Farm.id)).one(), session.scalars(sa.select(Lot.id)).one()
    add(session, now, lot_code="L01", farm_code="F1", schemes=(Scheme.VIETGAP,))
    other = category_id(session, "rau-cu")
    base = seller()
    save(
        client,
        session,
        base,
        title_vi="Vải hữu cơ",
        description_vi="Quả to.",
        category_id=other,
        schemes=["ocop", "vietgap"],
        lot_id="",
        farm_id=farm,
    )
    assert set(change_of(session).after) == {"title", "category_id", "schemes", "lot_id"}
    assert change_of(session).before["lot_id"] == lot
    sign_in(roles=["reviewer"])
    address = f"{DESK}/{fresh(session).id}?view=changed&lang=en"
    client.get(address)
    session.rollback()
    with statements(session) as seen:
        page = text(client.get(address))
    assert 8 <= len(seen) <= 12, "\n".join(seen)
    assert "<del>L01</del>" in page
    assert "<ins>OCOP" in page
