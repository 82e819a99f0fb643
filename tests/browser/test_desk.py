"""The dossier as an officer decides it: by mouse and keyboard, on a telephone, without scripts."""

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from kernel import clock
from kernel.db import transaction
from kernel.settings import load_settings
from shop.sessions import open_sessions
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_pages import LANGUAGES, look, sign_in
from vendors.models import Vendor, VendorMark, VendorRequirement
from vendors.rules import VendorState

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-desk")]


@pytest.fixture(scope="module")
def instance(desk_instance):
    return desk_instance


@pytest.fixture(scope="module")
def address(desk_address):
    return desk_address


OFFICER = "pheduyet@chophien.example"


@pytest.fixture(scope="module")
def dossier(address, instance):
    """A vendor of the sample under review, with a likeness; nothing is proved yet."""
    del address
    settings = load_settings({"MARKET_ENV": "demo", "INSTANCE_PATH": str(instance)})
    with open_sessions(settings)() as session, transaction(session):
        one, other = session.scalars(sa.select(Vendor).order_by(Vendor.id).limit(2)).all()
        one.state, one.submitted_at = VendorState.UNDER_REVIEW, clock.now()
        one.sells, other.phone = ["handicraft"], one.phone
        session.execute(sa.delete(VendorRequirement).where(VendorRequirement.vendor_id == one.id))
        assert session.scalars(sa.select(VendorMark.mark)).first()
        return one.id


@pytest.fixture(scope="module")
def kept():
    return {}


@pytest.fixture
def officer(open_browser, kept, dossier):
    """Return the open dossier, as an officer sees it on a screen in a language."""

    def open_(size, lang="vi", **wishes):
        if not kept:
            context = open_browser(size, "vi")
            sign_in(context.new_page(), OFFICER)
            kept["state"] = context.storage_state()
        page = open_browser(size, lang, storage_state=kept["state"], **wishes).new_page()
        page.goto(f"/?lang={lang}")
        page.goto(f"/office/vendors/{dossier}?state=all")
        return page

    return open_


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_dossier_is_fit_for_everybody(officer, lang):
    page = officer(PHONE, lang)
    page.locator("#line-identity summary").click()
    wrong = look(page, "dossier")
    for path in ("/hand-over", "/place"):
        page.goto(page.url.split("?")[0].removesuffix("/hand-over") + path)
        wrong += look(page, f"dossier{path.replace('/', '-')}")
    assert wrong == []


def test_the_bar_of_decisions_covers_nothing_at_the_end_of_the_page(officer):
    page = officer(PHONE)
    page.evaluate("() => window.scrollTo(0, document.body.scrollHeight)")
    bar = page.locator(".decision").bounding_box()
    last = page.locator(".beside").bounding_box()
    assert last["y"] + last["height"] <= bar["y"] + 1
    assert bar["height"] <= PHONE["height"] / 2


def test_lines_are_judged_and_notes_kept_in_place(officer):
    page = officer(DESK)
    page.evaluate("() => { window.same = true }")
    line = page.locator("#line-identity")
    line.locator("summary").click()
    line.locator("[name=reason]").fill("ngắn")
    line.locator("[value=waive]").click()
    expect(line.locator(".field-error")).to_be_visible()
    line.locator("[name=reason]").fill("Đã đối chiếu căn cước tại chỗ.")
    line.locator("[value=waive]").click()
    expect(line).to_contain_text("Đã đối chiếu căn cước tại chỗ.")
    expect(page.locator("#missing a")).to_have_count(1)
    page.keyboard.press("m")
    expect(page.locator("#note-text")).to_be_focused()
    page.keyboard.type("Gọi lại sáng mai.")
    page.locator("#notes button").click()
    expect(page.locator(".notes")).to_contain_text("Gọi lại sáng mai.")
    assert page.evaluate("() => window.same"), "the page was loaded anew"


def test_a_line_is_judged_without_javascript(officer):
    page = officer(PHONE, java_script_enabled=False)
    line = page.locator("#line-registration")
    line.locator("summary").click()
    line.locator("[name=reason]").fill("Hộ nhỏ lẻ, không phải đăng ký.")
    line.locator("[value=waive]").click()
    expect(page.locator("#line-registration")).to_contain_text("Hộ nhỏ lẻ, không phải đăng ký.")
    expect(page.locator('#missing a[href="#line-registration"]')).to_have_count(0)
