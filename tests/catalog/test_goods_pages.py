"""The vendor's form of goods: conditions are written, kept when something is wrong, and shown."""

import pytest
import sqlalchemy as sa

from catalog.models import ListingLot
from catalog.rules.selling import DeliveryArea
from kernel.buckets import Bucket
from tests.catalog import shelves
from tests.catalog.shelves import TUE_TINH, add, open_shelves, vendor_id
from tests.catalog.test_workspace import edited, fields, listing, only, text, variants
from tests.conftest import post
from traceability.models import Lot


@pytest.fixture
def session(app_session, now):
    open_shelves(app_session, now)
    return app_session


@pytest.fixture
def base(session, sign_in):
    vendor = vendor_id(session)
    sign_in(vendor=vendor, vendor_roles=["seller"])
    return f"/work/{vendor}/listings"


TERMS = {
    "tiers-0-least": "20",
    "tiers-0-price": "20k",
    "tiers-1-least": "50 kg",
    "tiers-1-price": "18.000",
    "order_most": "100",
    "buyer_most": "200 kg",
    "buyer_days": "30",
    "preorder_from": "2026-12-01",
    "preorder_until": "2026-12-31",
    "preorder_cap": "3000 kg",
    "deliver_from": "2027-01-05",
    "deliver_until": "2027-01-10",
    "area": "communes",
    "area_communes": [TUE_TINH],
    "allergens": ["peanuts", "eggs"],
    "safety_vi": "Rửa trước khi ăn.",
    "label_storage_vi": "Nơi mát.",
    "label_storage_en": "Cool.",
}


def test_conditions_are_written_and_stand_in_the_form_again(client, base, session):
    assert post(client, f"{base}/new/produce", fields(session, **TERMS)).status_code == 303
    row = only(session)
    assert row.tiers == [[20_000, 20_000], [50_000, 18_000]]
    assert (row.order_most, row.buyer_most, row.buyer_days) == (100_000, 200_000, 30)
    assert session.get_one(Bucket, row.preorder_bucket_id).on_hand == 3_000_000
    assert (row.area, row.area_communes) == (DeliveryArea.COMMUNES, [TUE_TINH])
    assert (row.allergens, row.safety) == (["eggs", "peanuts"], {"vi": "Rửa trước khi ăn."})
    assert row.label == {"storage": {"vi": "Nơi mát.", "en": "Cool."}}
    shown = text(client.get(f"{base}/{row.code}/edit"))
    for typed in ("20 kg", "50 kg", "100 kg", "3.000 kg", "2027-01-10", "Nơi mát."):
        assert typed in shown, typed


@pytest.mark.parametrize(
    "wish",
    [
        {"tiers-0-least": "vài cân"},
        {"tiers-0-price": ""},
        {"tiers-1-price": "30k"},
        {"order_most": "x"},
        {"buyer_days": ""},
        {"buyer_days": "999"},
        {"preorder_cap": "0"},
        {"deliver_until": "2026-01-01"},
        {"area_communes": []},
        {"area": "moon"},
        {"allergens": ["sand"]},
        {"label_storage_vi": ""},
    ],
    ids=str,
)
def test_a_wrong_condition_is_said_and_nothing_typed_is_lost(client, base, session, wish):
    answer = post(client, f"{base}/new/produce", fields(session, **(TERMS | wish)))
    assert answer.status_code == 422
    assert "field-error" in text(answer) or "note-bad" in text(answer)
    kept = {"safety_vi": "Rửa trước khi ăn.", "buyer_most": "200 kg"}
    for typed in kept.values():
        assert typed in text(answer)


BIRD = {
    "unit": "weighed",
    "piece_vi": "con",
    "packs-0-size": "",
    "packs-1-size": "",
    "packs-1-price": "",
    "packs-0-price": "120k",
    "packs-0-weight_least": "1,6",
    "packs-0-weight_most": "2 kg",
}


def test_a_bird_is_offered_by_its_weight(client, base, session):
    assert post(client, f"{base}/new/produce", fields(session, **BIRD)).status_code == 303
    row = only(session)
    assert (row.by_weight, row.kilo_vnd, row.price_vnd) == (True, 120_000, 216_000)
    (pack,) = variants(session, row.code)
    assert (pack.least_g, pack.nominal_g, pack.most_g, pack.size) == (1600, 1800, 2000, 1)
    shown = text(client.get(f"{base}/{row.code}/edit"))
    assert 'value="1,6 kg"' in shown
    wrong = fields(session, **BIRD | {"packs-0-weight_most": "1 kg"})
    assert post(client, f"{base}/new/produce", wrong).status_code == 422


def test_stock_is_taken_in_lot_by_lot(client, base, session, now):
    add(session, now, lot_code="L01")
    lot = session.scalars(sa.select(Lot.id)).one()
    stock = {"amount": "5 kg", "way": "+harvest", "lot_id": lot}
    assert post(client, f"{base}/VAI/stock", stock, form=f"{base}/VAI").status_code == 303
    session.rollback()
    assert session.scalars(sa.select(ListingLot.quantity)).all() == [15_000]
    assert listing(session).by_lots
    assert "L01" in text(client.get(f"{base}/VAI"))
    assert 'name="lot_id"' in text(client.get(f"{base}/VAI/edit"))
    strange = stock | {"lot_id": "01NONE"}
    assert post(client, f"{base}/VAI/stock", strange, form=f"{base}/VAI").status_code == 422


def test_the_vendor_sees_why_there_is_less(client, base, session, now):
    add(session, now, lot_code="L01")
    spoiled = {"amount": "2 kg", "way": "-spoiled", "lot_id": ""}
    assert post(client, f"{base}/VAI/stock", spoiled, form=f"{base}/VAI").status_code == 303
    shown = text(client.get(f"{base}/VAI"))
    told = ("Hỏng hoặc vỡ", "\u22122 kg", "Có từ đầu", "+10 kg")
    places = [shown.index(words) for words in told]
    assert places == sorted(places)


def test_the_public_page_tells_it_all(client, base, session, now):
    add(session, now)
    values = edited(session, **TERMS | {"preorder_from": "2026-11-01"})
    assert post(client, f"{base}/VAI/edit", values).status_code == 303
    slug = shelves.listing(session).slug
    shown = text(client.get(f"/l/VAI/{slug}"))
    for said in ("18.000", "30", "05/01/2027", "Rửa trước khi ăn."):
        assert said in shown, said
    # A label of what was approved waits for the office.
    assert "Nơi mát." not in shown
