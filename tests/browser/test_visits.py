"""The queue and site visits as officers use them: by keyboard, in a field, without scripts."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from accounts.services.people import find_user
from kernel import clock
from kernel.db import transaction
from kernel.settings import load_settings
from shop.sessions import open_sessions
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_pages import LANGUAGES, look, sign_in
from tests.vendors.test_papers import picture
from vendors.models import SiteVisit, Vendor, VendorMember
from vendors.rules import VendorState
from vendors.rules.visits import DayPart

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-desk")]


@pytest.fixture(scope="module")
def instance(desk_instance):
    return desk_instance


@pytest.fixture(scope="module")
def address(desk_address):
    return desk_address


OFFICER, OWNER = "pheduyet@chophien.example", "thang@chophien.example"
HERE = {"latitude": 20.937412, "longitude": 106.3146, "accuracy": 7.6}


@pytest.fixture(scope="module")
def vendor(address, instance) -> str:
    """The vendor of a person of the sample, under review."""
    del address
    with _sessions(instance)() as session, transaction(session):
        owner = find_user(session, OWNER)
        found = session.scalars(
            sa.select(Vendor)
            .join(VendorMember, VendorMember.vendor_id == Vendor.id)
            .where(VendorMember.user_id == owner)
        ).first()
        assert found is not None
        found.submitted_at = found.submitted_at or clock.now()
        others = session.scalars(sa.select(Vendor).where(Vendor.id != found.id).limit(4)).all()
        today = clock.local_date(clock.now())
        for step, other in enumerate(others):
            other.state, other.due_on = VendorState.SUBMITTED, today + timedelta(days=4 * step - 5)
            other.submitted_at = clock.now() - timedelta(days=9 - step)
    return found.id


@pytest.fixture
def visit(vendor, instance) -> str:
    """The address of a visit of today."""
    with _sessions(instance)() as session, transaction(session):
        session.execute(sa.delete(SiteVisit).where(SiteVisit.vendor_id == vendor))
        row = SiteVisit(
            vendor_id=vendor,
            day=clock.local_date(clock.now()),
            part=DayPart.MORNING,
            place="Thôn Lôi Xá, xã Tuệ Tĩnh",
            inspector_id=find_user(session, OFFICER),
            inspector_name="Phạm Văn Duyệt",
            others="Lê Văn Ba, UBND xã",
            purpose="Xem kho, nhật ký sản xuất và nhãn hàng.",
            created_at=clock.now(),
        )
        session.add(row)
        session.flush()
        return f"/office/vendors/{vendor}/visits/{row.id}"


def _sessions(instance):
    return open_sessions(load_settings({"MARKET_ENV": "demo", "INSTANCE_PATH": str(instance)}))


@pytest.fixture(scope="module")
def kept() -> dict[str, object]:
    """Who has signed in already: the market counts how often people try."""
    return {}


@pytest.fixture
def be(open_browser, kept):
    def somebody(contact: str, lang: str, **wishes: object) -> Page:
        state = kept.get(contact)
        page = open_browser(PHONE, lang, storage_state=state, **wishes).new_page()
        if state is None:
            sign_in(page, contact)
            kept[contact] = page.context.storage_state()
        page.goto(f"/?lang={lang}")
        return page

    return somebody


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_queue_is_walked_by_keyboard_and_keeps_a_view(be, vendor, lang):
    page = be(OFFICER, lang)
    page.set_viewport_size(DESK)
    page.goto("/office/vendors")
    wrong = look(page, "queue")
    rows = page.locator("[data-row]")
    # The first two are with an officer already; the third can be chosen.
    for _ in range(3):
        page.keyboard.press("j")
    expect(rows.nth(2)).to_be_focused()
    page.keyboard.press("x")
    expect(rows.nth(2).locator("xpath=ancestor::tr").locator("[type=checkbox]")).to_be_checked()
    page.keyboard.press("k")
    expect(rows.nth(1)).to_be_focused()
    page.locator(".queue-sieve summary").click()
    page.locator("#who").select_option("nobody")
    page.locator("#order").select_option("due")
    page.locator(".queue-sieve button").click()
    expect(page).to_have_url(re.compile("who=nobody"))
    page.locator(".queue-views summary").first.click()
    page.locator("#name").fill(f"Của tôi {lang}")
    page.locator("#name").press("Enter")
    expect(page.locator(".queue-views .chip", has_text=f"Của tôi {lang}")).to_be_visible()
    wrong += look(page, "queue-view")
    page.locator("[data-row]").first.click()
    expect(page).to_have_url(re.compile("who=nobody&order=due"))
    assert wrong == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_minutes_are_written_on_a_telephone(be, visit, vendor, lang):
    page = be(OFFICER, lang, geolocation=HERE, permissions=["geolocation"])
    page.goto(f"/office/vendors/{vendor}")
    wrong = look(page, "visit-dossier")
    page.goto("/office/visits")
    wrong += look(page, "visit-agenda")
    page.goto(visit)
    wrong += look(page, "visit-open")
    page.goto(f"{visit}/move")
    wrong += look(page, "visit-move")
    page.goto(f"{visit}/record")
    page.set_viewport_size(PHONE)
    page.locator("[data-position-ask]").click()
    expect(page.locator("#lat")).to_have_value("20,937412")
    expect(page.locator("#accuracy_m")).to_have_value("8")
    page.locator("#finding_hygiene").select_option("remark")
    page.locator("#remark_hygiene").fill("Chưa có phiếu xét nghiệm nước.")
    _photo(page)
    expect(page.locator(".visit-photos img")).to_have_count(1)
    expect(page.locator("#remark_hygiene")).to_have_value("Chưa có phiếu xét nghiệm nước.")
    page.locator("[name=do][value=close]").click()
    expect(page.locator("[name=present]")).to_have_attribute("aria-invalid", "true")
    wrong += look(page, "visit-record")
    _fill(page)
    page.locator("[name=do][value=close]").click()
    expect(page).to_have_url(re.compile(rf"{visit}$"))
    wrong += look(page, "visit-held")
    owner = be(OWNER, lang)
    owner.goto(f"/apply/{vendor}")
    expect(owner.locator("#visits")).to_contain_text("Kho sạch, còn thiếu bảng giá.")
    wrong += look(owner, "visit-own")
    assert wrong == []


def test_without_network_the_minutes_stay_as_they_are(be, visit):
    page = be(OFFICER, "vi")
    page.goto(f"{visit}/record")
    _fill(page)
    expect(page.locator("[data-offline]")).to_be_hidden()
    page.context.set_offline(True)
    page.locator("[name=do][value=close]").click()
    expect(page.locator("[data-offline]")).to_be_focused()
    expect(page.locator("#findings")).to_have_value("Kho sạch, còn thiếu bảng giá.")
    page.context.set_offline(False)
    page.locator("[name=do][value=close]").click()
    expect(page).to_have_url(re.compile(rf"{visit}$"))


def test_minutes_are_written_without_scripts(be, visit):
    page = be(OFFICER, "vi", java_script_enabled=False)
    page.goto(f"{visit}/record")
    page.locator("#findings").fill("Mới xem kho")
    page.locator("button[name=do][value=keep]").last.click()
    expect(page.locator("#findings")).to_have_value("Mới xem kho")
    _fill(page)
    page.locator("[name=do][value=close]").click()
    expect(page).to_have_url(re.compile(rf"{visit}$"))


def _fill(page: Page) -> None:
    page.locator("#findings").fill("Kho sạch, còn thiếu bảng giá.")
    page.locator("[name=result][value=passed_with_remarks]").check()
    page.locator("#present").fill("Ông Thắng, chủ cơ sở")
    page.locator("#signed_by").fill("Phạm Văn Duyệt; Nguyễn Văn Thắng")


def _photo(page: Page) -> None:
    file = {"name": "kho.jpg", "mimeType": "image/jpeg", "buffer": picture(size=(1200, 900))}
    page.locator("#photos").set_input_files([file])
    page.locator("[name=do][value=photos]").click()
