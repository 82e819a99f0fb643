"""A recall drill from a buyer's complaint to the report, and what the public sees of a recall."""

import io
import re

import pypdfium2
import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from kernel import clock
from kernel.actor import Actor
from kernel.db import transaction
from kernel.mail import Notice
from kernel.settings import load_settings
from shop.recalling.acting import carry_out
from shop.sessions import open_sessions
from tests.browser.conftest import PHONE
from tests.browser.test_pages import LANGUAGES, look, sign_in
from traceability.models import Lot
from traceability.queries.recalls.cases import recall_card
from traceability.queries.recalls.starts import Beginning
from traceability.rules import LotState
from traceability.rules.recalls import Measure, Origin
from traceability.services import recalls
from traceability.services.recalls import RecallFacts

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-desk")]

OFFICER = "pheduyet@chophien.example"
OWNER = "thang@chophien.example"
WHY = "Dư lượng thuốc bảo vệ thực vật vượt mức cho phép"


@pytest.fixture(scope="module")
def instance(desk_instance):
    return desk_instance


@pytest.fixture(scope="module")
def address(desk_address):
    return desk_address


def _sessions(instance):
    return open_sessions(load_settings({"MARKET_ENV": "demo", "INSTANCE_PATH": str(instance)}))


def open_lots(instance) -> list[Lot]:
    with _sessions(instance)() as session:
        wanted = sa.select(Lot).where(Lot.state == LotState.OPEN).order_by(Lot.id.desc()).limit(2)
        return list(session.scalars(wanted))


def test_a_drill_from_complaint_to_report(address, instance, open_browser):
    lot = open_lots(instance)[0]
    page = open_browser(PHONE, "vi").new_page()
    page.goto(f"/complaints/new?lot={lot.trace_code}")
    page.locator("[name=kind][value=residue]").check()
    page.locator("#text").fill("Quả có mùi thuốc rất nồng khi bóc vỏ.")
    page.locator("#phone").fill("0912 345 678")
    wrong = look(page, "recall-complain")
    page.locator("main form .btn-primary").click()
    expect(page).to_have_url(re.compile("/complaints/thanks/"))
    sign_in(page, OFFICER)
    page.goto("/office/recalls/complaints")
    page.locator("main .task").first.click()
    wrong += look(page, "recall-complaint")
    page.locator("main a[href*='drill=1']").click()
    page.locator("#reason").fill(WHY)
    expect(page.locator("#drill")).to_be_checked()
    wrong += look(page, "recall-new")
    page.locator("main form .btn-primary").click()
    expect(page.locator(".recall-drill")).to_be_visible()
    wrong += look(page, "recall-scope")
    mails = _mails(instance)
    page.locator(".recall-act .btn-big").click()
    expect(page.locator(".recall-act")).to_have_count(0)
    wrong += look(page, "recall-acted")
    page.locator(".recall-ways a").nth(1).click()
    wrong += look(page, "recall-told")
    page.locator(".recall-ways a").nth(2).click()
    page.locator("details summary").last.click()
    page.locator("#cause").fill("Diễn tập hằng năm.")
    wrong += look(page, "recall-closing")
    page.locator("#cause").locator("xpath=ancestor::form").locator("button").click()
    page.locator(".recall-ways a").first.click()
    report = page.request.get(page.locator("a[href$='report.pdf']").get_attribute("href"))
    words = "\n".join(
        one.get_textpage().get_text_range()
        for one in pypdfium2.PdfDocument(io.BytesIO(report.body()))
    )
    assert "DIỄN TẬP / DRILL" in words
    assert _mails(instance) == mails
    assert wrong == []


def test_a_lot_is_followed_both_ways_on_one_screen(address, instance, open_browser):
    lot = open_lots(instance)[0]
    page = open_browser(PHONE, "en").new_page()
    sign_in(page, OFFICER)
    page.goto("/office/recalls?lang=en")
    wrong = look(page, "recalls")
    page.goto(f"/office/recalls/trace/{lot.trace_code}")
    wrong += look(page, "recall-trace")
    assert wrong == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_owner_names_water_and_packing_and_begins_with_them(
    address, instance, open_browser, lang
):
    page = open_browser(PHONE, lang).new_page()
    sign_in(page, OWNER)
    page.goto("/work/")
    home = page.url.split("?")[0].rstrip("/")
    page.goto(f"{home}/farm/water?lang={lang}")
    page.locator("#name").fill(f"Giếng {lang}")
    wrong = look(page, "water")
    page.locator("main form .btn-primary").click()
    page.locator("form[action$='/plots'] button").click()
    wrong += look(page, "water-source")
    page.locator("main a.btn-danger").click()
    expect(page.locator("#ref")).to_be_visible()
    wrong += look(page, "recall-new-water")
    page.goto(f"{home}/recalls/new")
    wrong += look(page, "recall-begin")
    page.goto(f"{home}/farm/lots/pack")
    wrong += look(page, "pack")
    assert wrong == []


def _mails(instance) -> int:
    """Return how many messages of recalls there are."""
    with _sessions(instance)() as session:
        wanted = sa.select(sa.func.count()).where(Notice.template == "traceability/recall_notice")
        return session.scalar(wanted) or 0


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_public_page_is_calm_and_readable(address, instance, open_browser, lang):
    code = _recall(instance)
    page = open_browser(PHONE, lang).new_page()
    page.goto(f"/recalls?lang={lang}")
    wrong = look(page, "recall-list")
    page.goto(f"/recalls/{code}")
    page.locator("#code").fill("L0000-000")
    page.locator("#code").press("Enter")
    wrong += look(page, "recall-public")
    assert wrong == []


def _recall(instance) -> str:
    officer, now = Actor("01OFFICER", "Lan", frozenset({"approver"})), clock.now()
    lot = open_lots(instance)[-1]
    facts = RecallFacts(Beginning(Origin.LOT, lot.vendor_id, lot.id), WHY)
    with _sessions(instance)() as session, transaction(session):
        recall_id = recalls.open_recall(session, facts=facts, actor=officer, now=now)
        carry_out(session, recall_id, measure=Measure.RECALL, actor=officer, now=now)
        card = recall_card(session, recall_id)
        assert card is not None
        return card.code
