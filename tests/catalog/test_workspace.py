"""The pages on which vendors write and the office judges."""

import io

import pytest
import sqlalchemy as sa
from PIL import Image

from catalog.cli import catalog
from catalog.models import Listing
from catalog.rules import ListingState
from catalog.search.embedded import TantivyEngine
from catalog.search.engine import SearchEngine
from catalog.services.steps import moderate_listing
from kernel import claims
from kernel.db import transaction
from kernel.web.session import provide
from tests.catalog import shelves
from tests.catalog.shelves import (
    OFFICER,
    add,
    add_visit,
    category_id,
    certify,
    open_shelves,
    set_lot,
    vendor_id,
)
from tests.conftest import post
from traceability.models import Farm, Lot
from traceability.rules import LotState
from vendors.rules import Scheme


@pytest.fixture
def session(app_session, now):
    open_shelves(app_session, now)
    return app_session


@pytest.fixture
def base(session, sign_in):
    vendor = vendor_id(session)
    sign_in(vendor=vendor, vendor_roles=["seller"])
    return f"/work/{vendor}/listings"


def listing(session, code="VAI"):
    # What the pages wrote is seen by a new transaction only.
    session.rollback()
    return shelves.listing(session, code)


def state(session, code="VAI"):
    return listing(session, code).state


def variants(session, code="VAI"):
    session.rollback()
    return shelves.variants(session, code)


def text(answer):
    return answer.get_data(as_text=True)


def fields(session, **wishes):
    values = {
        "title_vi": "Ổi Thanh Hà",
        "summary_vi": "Giòn, ngọt.",
        "category_id": category_id(session),
        "unit": "gram",
        "packs-0-size": "1 kg",
        "packs-0-price": "45k",
        "packs-1-size": "500g",
        "packs-1-price": "25.000",
        "packs-2-size": "",
        "packs-2-price": "",
    }
    return values | wishes


def only(session):
    session.rollback()
    return session.scalars(sa.select(Listing).execution_options(populate_existing=True)).one()


def test_a_seller_writes_stocks_and_submits_an_offer_on_the_phone(client, base, session, now):
    assert f"{base}/new" in text(client.get(base))
    assert client.get(f"{base}/new").status_code == 200
    farm = session.scalars(sa.select(Farm.id)).one()
    lot = session.scalars(sa.select(Lot.id)).one()
    answer = post(
        client,
        f"{base}/new/produce",
        fields(session, farm_id=farm, lot_id=lot, season_months=["5", "6"], schemes=["ocop"]),
    )
    assert answer.status_code == 303
    made = only(session)
    assert answer.location == f"{base}/{made.code}"
    assert (made.title, made.season_months, made.schemes) == (
        {"vi": "Ổi Thanh Hà"},
        [5, 6],
        ["ocop"],
    )
    assert (made.lot_id, made.farm_id) == (lot, farm)
    assert [(v.size, v.price_vnd) for v in variants(session, made.code)] == [
        (1000, 45_000),
        (500, 25_000),
    ]
    shown = f"{base}/{made.code}"
    assert (
        post(client, f"{shown}/stock", {"amount": "20", "way": "+harvest"}, form=shown).status_code
        == 303
    )
    assert (
        post(
            client, f"{shown}/stock", {"amount": "500 g", "way": "-spoiled"}, form=shown
        ).status_code
        == 303
    )
    session.rollback()
    assert claims.available(session, [made.bucket_id], now=now) == {made.bucket_id: 19_500}
    assert post(client, f"{shown}/move", {"action": "submit"}, form=shown).status_code == 303
    assert state(session, made.code) is ListingState.SUBMITTED
    assert made.code in text(client.get(shown))
    assert "Ổi Thanh Hà" in text(client.get(f"{base}?state=waiting"))
    assert "Ổi Thanh Hà" not in text(client.get(f"{base}?state=shown"))
    assert client.get(f"{base}?state=nonsense&page=x").status_code == 200


@pytest.mark.parametrize(
    ("wish", "kept"),
    [
        ({"title_vi": ""}, "Giòn, ngọt."),
        ({"packs-0-size": "nhiều"}, "nhiều"),
        ({"packs-0-price": "rẻ"}, "rẻ"),
        ({"packs-1-price": ""}, "500g"),
        ({"packs-0-label_en": "Bag"}, "Bag"),
        ({"category_id": "01NONE"}, "Ổi Thanh Hà"),
        ({"season_months": ["13"]}, "Ổi Thanh Hà"),
        ({"packs-1-size": "1kg"}, "1kg"),
        ({"preorder_from": "2026-05-01"}, "Ổi Thanh Hà"),
    ],
)
def test_what_cannot_be_used_is_said_and_what_was_typed_is_kept(client, base, session, wish, kept):
    answer = post(client, f"{base}/new/produce", fields(session, **wish))
    assert answer.status_code == 422
    assert kept in text(answer)
    assert "field-error" in text(answer) or "note-bad" in text(answer)
    assert session.scalar(sa.select(sa.func.count()).select_from(Listing)) == 0


def test_the_form_shows_what_is_there_and_room_for_more(client, base, session, now):
    add(session, now, packs=((500, 25_000), (1000, 45_000)), title={"vi": "Vải", "en": "Lychee"})
    shown = text(client.get(f"{base}/VAI/edit"))
    assert 'value="500 g"' in shown
    assert 'value="45.000"' in shown
    assert "packs-3-size" in shown
    assert "Lychee" in shown


def edited(session, code="VAI", **wishes):
    values = {
        "version": str(listing(session, code).version),
        "packs-0-id": variants(session, code)[0].id,
    }
    return fields(session, **(values | wishes))


def test_of_two_editors_the_second_keeps_the_words_and_may_save_again(client, base, session, now):
    add(session, now)
    opened = edited(session, summary_vi="Lời của tôi")
    with transaction(session):
        shelves.listing(session).summary = {"vi": "Lời của người khác"}
    answer = post(client, f"{base}/VAI/edit", opened)
    assert answer.status_code == 409
    assert "Lời của tôi" in text(answer)
    assert listing(session).summary == {"vi": "Lời của người khác"}
    assert f'value="{listing(session).version}"' in text(answer)
    again = opened | {"version": str(listing(session).version)}
    assert post(client, f"{base}/VAI/edit", again).status_code == 303
    assert listing(session).summary == {"vi": "Lời của tôi"}
    assert listing(session).recheck_since == now


@pytest.mark.parametrize("version", ["", "x", "²", "9" * 5000])
def test_a_form_without_a_version_overwrites_nothing(client, base, session, now, version):
    add(session, now)
    assert post(client, f"{base}/VAI/edit", edited(session, version=version)).status_code == 409
    assert listing(session).title["vi"] == "Vải thiều Thanh Hà"


def test_a_lot_on_hold_stays_linked_in_the_form(client, base, session, now):
    add(session, now, lot_code="L01")
    set_lot(session, LotState.HELD)
    assert "L01" in text(client.get(f"{base}/VAI/edit"))
    lot = listing(session).lot_id
    assert post(client, f"{base}/VAI/edit", edited(session, lot_id=lot)).status_code == 303
    assert listing(session).lot_id == lot


def test_an_experience_leads_on_to_its_dates(client, base, session, now):
    answer = post(
        client,
        f"{base}/new/experience",
        {
            "title_vi": "Hái vải",
            "summary_vi": "Nửa ngày.",
            "category_id": category_id(session, "tham-vuon"),
            "price": "150k",
        },
    )
    assert answer.status_code == 303
    assert only(session).price_vnd == 150_000
    shown = text(client.get(answer.location))
    assert f"{answer.location}/experience" in shown
    assert f"{answer.location}/departures" in shown
    assert "packs-0-size" not in text(client.get(f"{answer.location}/edit"))
    stock = {"amount": "1", "way": "+harvest"}
    address = f"{answer.location}/stock"
    assert post(client, address, stock, form=answer.location + "/edit").status_code == 404


def test_stock_that_is_sold_is_not_written_off(client, base, session, now):
    add(session, now, stock=2000)
    bucket = listing(session).bucket_id
    with transaction(session):
        claims.settle(session, "group:1", [claims.Demand(bucket, 1500)], now=now)
    for data, status in (
        ({"amount": "1 kg", "way": "-counted"}, 409),
        ({"amount": "vài", "way": "-counted"}, 422),
        ({"amount": "", "way": "-counted"}, 422),
        ({"amount": "1", "way": "?"}, 422),
    ):
        assert post(client, f"{base}/VAI/stock", data, form=f"{base}/VAI").status_code == status
    assert claims.available(session, [bucket], now=now) == {bucket: 500}


def test_a_button_that_does_not_fit_says_so(client, base, session, now):
    add(session, now)
    for action, status in (("resume", 409), ("archive", 409), ("", 403), ("approve", 403)):
        answer = post(client, f"{base}/VAI/move", {"action": action}, form=f"{base}/VAI")
        assert answer.status_code == status
    assert (
        post(client, f"{base}/VAI/move", {"action": "pause"}, form=f"{base}/VAI").status_code == 303
    )
    assert state(session) is ListingState.PAUSED
    assert "VAI" in text(client.get(f"{base}?state=paused"))


def jpeg():
    made = io.BytesIO()
    Image.new("RGB", (800, 600), "green").save(made, "JPEG")
    return io.BytesIO(made.getvalue())


def send(client, base, **data):
    return post(client, f"{base}/VAI/photos", data)


def test_a_picture_is_sent_shown_put_first_and_removed(client, base, session, now):
    add(session, now)
    answer = send(client, base, file=(jpeg(), "vai.jpg"), alt_vi="Quả vải")
    assert answer.status_code == 303
    (photo,) = listing(session).photos
    page = text(client.get(f"{base}/VAI/photos"))
    assert f"/media/pictures/{photo['digest']}-320.webp" in page
    assert 'alt="Quả vải"' in page
    assert client.get(f"/media/pictures/{photo['digest']}-480.webp").status_code == 200
    for verb in ("first", "remove"):
        address = f"{base}/VAI/photos/{photo['digest']}/{verb}"
        assert post(client, address, form=f"{base}/VAI/photos").status_code == 303
    assert listing(session).photos == []
    assert post(client, address, form=f"{base}/VAI/photos").status_code == 404


def test_an_order_of_other_pictures_is_refused_on_the_page_and_to_a_script_in_words(
    client, base, session, now
):
    add(session, now)
    send(client, base, file=(jpeg(), "vai.jpg"), alt_vi="Quả vải")
    (photo,) = listing(session).photos
    told = "Ảnh vừa bị thay đổi: hãy xem lại."
    page = post(client, f"{base}/VAI/photos/order", {"digest": "other"}, form=f"{base}/VAI/photos")
    assert page.status_code == 409
    assert told in text(page)
    assert photo["digest"] in text(page)
    client.environ_base["HTTP_X_BY_SCRIPT"] = "1"
    for digest, answered in (("other", (409, told)), (photo["digest"], (204, ""))):
        sent = {"digest": digest}
        answer = post(client, f"{base}/VAI/photos/order", sent, form=f"{base}/VAI/photos")
        assert (answer.status_code, answer.text) == answered
    assert listing(session).photos == [photo]


@pytest.mark.parametrize(
    "data",
    [
        {"alt_vi": "Không có gì"},
        {"file": (io.BytesIO(b"no picture"), "x.jpg"), "alt_vi": "Chữ"},
        {"alt_vi": "a" * 201},
    ],
)
def test_what_is_no_picture_is_refused(client, base, session, now, data):
    add(session, now)
    assert send(client, base, **data).status_code == 422
    assert send(client, base, file=(jpeg(), "vai.jpg"), alt_vi="").status_code == 422
    assert listing(session).photos == []


def test_another_vendors_listing_does_not_exist_here(client, base, session, now):
    add(session, now, "MAT", vendor_code="V2", category="mat-ong-do-uong")
    for path in ("/MAT", "/MAT/edit", "/MAT/photos", "/NONE", "/new/service"):
        assert client.get(base + path).status_code == 404
    for path in ("/MAT/move", "/MAT/stock", "/MAT/photos"):
        assert (
            post(client, base + path, {"action": "pause"}, form=f"{base}/new/craft").status_code
            == 404
        )
    assert state(session, "MAT") is ListingState.PUBLISHED


@pytest.mark.parametrize("role", ["reviewer", "approver", "operator"])
def test_the_office_reads_judges_and_says_why(client, session, sign_in, now, role):
    certify(session, now, Scheme.VIETGAP)
    listing_id = add(
        session,
        now,
        state=ListingState.SUBMITTED,
        lot_code="L01",
        farm_code="F1",
        schemes=(Scheme.VIETGAP, Scheme.ORGANIC),
        description={"vi": "Một đoạn.\n\n- một\n- hai\n\n<script>x</script>"},
        title={"vi": "Vải thiều", "en": "Lychee"},
    )
    sign_in(roles=[role])
    assert "Vải thiều" in text(client.get("/office/listings"))
    page = text(client.get(f"/office/listings/{listing_id}"))
    assert "<li>hai</li>" in page
    assert "&lt;script&gt;" in page
    assert "tag-blush" in page
    address = f"/office/listings/{listing_id}"
    version = str(listing(session).version)
    refused = post(client, address, {"action": "decline", "reason": "ngắn", "version": version})
    assert (refused.status_code, state(session)) == (422, ListingState.SUBMITTED)
    stale = post(client, address, {"action": "approve", "version": "0"})
    assert (stale.status_code, state(session)) == (409, ListingState.SUBMITTED)
    done = post(client, address, {"action": "approve", "version": version})
    assert (done.status_code, done.location) == (303, "/office/listings?view=waiting")
    assert state(session) is ListingState.PUBLISHED
    assert client.get("/office/listings/01NONE").status_code == 404
    for view in ("waiting", "changed", "shown", "declined", "taken_down", "x"):
        assert client.get(f"/office/listings?view={view}").status_code == 200


def test_a_listing_taken_down_is_gone_for_the_public(client, session, sign_in, now):
    listing_id = add(session, now)
    with transaction(session):
        moderate_listing(
            session,
            listing_id,
            action="take_down",
            reason="Ảnh không phải của vườn này.",
            actor=OFFICER,
            now=now,
        )
    assert client.get("/l/VAI").status_code == 410
    sign_in(roles=["approver"])
    assert "VAI" in text(client.get("/office/listings?view=taken_down"))


def test_sellers_do_not_open_the_desk_nor_officers_the_workspace(client, session, sign_in, base):
    assert client.get("/office/listings").status_code == 403
    sign_in(roles=["reviewer"])
    assert client.get(base).status_code == 404


def test_the_index_is_built_by_a_command(app, session, now, tmp_path):
    add(session, now)
    add_visit(session, now)
    engine = TantivyEngine(tmp_path / "index")
    provide(app, SearchEngine, engine)
    result = app.test_cli_runner().invoke(catalog, ["reindex"])
    assert (result.exit_code, result.output) == (0, "Indexing\n2 listings are in the index.\n")
    assert engine.health().documents == 2
