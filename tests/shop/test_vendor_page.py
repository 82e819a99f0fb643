"""What the public learns of who sells: identity as the law asks, papers, decision, places, words."""

import re
from datetime import date, timedelta

import pytest

from kernel.db import transaction
from tests.conftest import NOW
from tests.shop.stalls import Stalls
from traceability.models import Farm
from vendors.models import DecisionDocument, VendorVacation
from vendors.rules import LegalForm
from vendors.rules.decisions import DecisionKind, DecisionState
from vendors.services.numbers import seal_number

PERSONAL = "030080009871"


def words(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


@pytest.fixture
def stalls(app_session, now):
    with transaction(app_session):
        made = Stalls(app_session)
        made.fruit = made.category("trai-cay", "Trái cây", "Fruit")
        made.orchard = made.vendor("Vườn ổi", "vuon-oi")
    return made


@pytest.fixture
def keep(app_session):
    def _keep(*rows):
        with transaction(app_session):
            app_session.add_all(rows)

    return _keep


def page(client, lang="en"):
    return words(client.get(f"/v/vuon-oi?lang={lang}"))


def decision(stalls, **more):
    values = {
        "kind": DecisionKind.RECOGNITION,
        "state": DecisionState.SIGNED,
        "number": 5,
        "day": date(2026, 8, 25),
        "lookup_code": "7K3M9QXW2B",
        **more,
    }
    return DecisionDocument(
        vendor_id=stalls.orchard.id,
        type_code="QĐ",
        year=2026,
        subject="x",
        grounds=[],
        articles=[],
        recipients=[],
        office_code="SCT",
        created_at=NOW,
        **values,
    )


def test_a_certificate_names_issuer_validity_and_who_checked_it_when(client, stalls, app_session):
    with transaction(app_session):
        stalls.certificate(stalls.orchard)
    said = page(client)
    assert "No. VG-2026-118, VinaCert, valid from 01/01/2026 to 31/12/2026" in said
    assert "Checked by Sở Công Thương thành phố Hải Phòng on 25/08/2026" in said


def test_the_decision_leads_to_where_anybody_checks_it(client, stalls, keep):
    keep(decision(stalls))
    assert "Recognised by decision 05/QĐ-SCT" in page(client)
    link = 'href="/verify/7K3M9QXW2B"'
    assert link in client.get("/v/vuon-oi").get_data(as_text=True)
    assert "05/QĐ-SCT" in words(client.get("/verify/7K3M9QXW2B"))


@pytest.mark.parametrize(
    "other",
    [
        {"state": DecisionState.NUMBERED},
        {"state": DecisionState.WITHDRAWN},
        {"kind": DecisionKind.REJECTION},
    ],
)
def test_only_a_signed_recognition_is_named(client, stalls, keep, other):
    keep(decision(stalls, **other))
    assert "05/QĐ-SCT" not in page(client)


def test_of_several_the_latest_is_named(client, stalls, keep):
    keep(decision(stalls), decision(stalls, number=9, day=date(2026, 11, 2), lookup_code="LATER"))
    said = page(client)
    assert "09/QĐ-SCT" in said
    assert "05/QĐ-SCT" not in said


@pytest.mark.parametrize("form", [LegalForm.INDIVIDUAL, LegalForm.HOUSEHOLD])
def test_a_personal_number_is_never_shown(client, stalls, app_session, form):
    with transaction(app_session):
        stalls.orchard.legal_form = form
        seal_number(stalls.orchard, PERSONAL, app_session.info["sealer"])
    said = page(client)
    assert "Registration number" not in said
    assert PERSONAL not in said
    assert PERSONAL[-4:] not in said


def test_a_firm_shows_its_tax_code(client, stalls):
    said = page(client)
    for piece in ("Legal form Cooperative", "Registration number 0800123456", "+84912345678"):
        assert piece in said


def test_fields_and_seasons_are_named_and_nobody_elses(client, stalls, app_session):
    with transaction(app_session):
        other = stalls.vendor("Khác", "khac")
        for vendor, name in ((stalls.orchard, "Vườn Thanh Hà"), (other, "Vườn lạ")):
            app_session.add(
                Farm(
                    vendor_id=vendor.id,
                    code=name[-6:],
                    name=name,
                    commune="vn-2025:10813",
                    address="Thôn Kín",
                    created_at=NOW,
                )
            )
        stalls.goods(stalls.orchard, stalls.fruit, "OI-019", season_months=[11, 12])
    said = page(client)
    assert "Vườn Thanh Hà" in said
    assert "Vườn lạ" not in said
    assert "Thôn Kín" not in said
    assert "11 : In season" in said
    assert "10 : In season" not in said


def test_what_buyers_say_leads_to_what_they_bought(client, stalls, app_session):
    with transaction(app_session):
        goods = stalls.goods(stalls.orchard, stalls.fruit, "OI-019")
        stalls.review(goods, 5, "Giòn và ngọt.")
        stalls.review(goods, 4, "Ngon.")
    said = page(client)
    assert "Giòn và ngọt." in said
    assert "4.5" in said
    assert "2 reviews" in said
    assert 'class="small" href="/l/OI-019/' in client.get("/v/vuon-oi").get_data(as_text=True)


def test_days_away_are_said_while_they_last(client, stalls, keep):
    days = {"first_day": NOW.date(), "back_on": NOW.date() + timedelta(days=4)}
    keep(
        VendorVacation(vendor_id=stalls.orchard.id, notice={"vi": "Về quê."}, saved_at=NOW, **days)
    )
    said = page(client)
    assert "sells again from 27/11/2026" in said
    assert "Về quê." in said


def test_goods_of_who_is_away_stand_last_on_their_page(client, stalls, app_session, keep):
    with transaction(app_session):
        other = stalls.vendor("Khác", "khac")
        stalls.goods(other, stalls.fruit, "BU-021")
        stalls.goods(stalls.orchard, stalls.fruit, "OI-019")
    shelf = client.get("/c/trai-cay").get_data(as_text=True)
    usual = sorted(("BU-021", "OI-019"), key=lambda code: shelf.index(code))
    first = stalls.orchard if usual[0] == "OI-019" else other
    days = {"first_day": NOW.date(), "back_on": NOW.date() + timedelta(days=4)}
    keep(VendorVacation(vendor_id=first.id, notice={}, saved_at=NOW, **days))
    shelf = client.get("/c/trai-cay").get_data(as_text=True)
    assert shelf.index(usual[1]) < shelf.index(usual[0])


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_page_can_be_called_and_written_to(client, stalls, lang):
    shown = client.get(f"/v/vuon-oi?lang={lang}").get_data(as_text=True)
    assert 'href="tel:+84912345678"' in shown
    assert 'href="https://zalo.me/84912345678"' in shown
