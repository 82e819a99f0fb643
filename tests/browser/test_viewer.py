"""Papers on the desk as an officer reads them: by mouse, keyboard, finger, and without scripts."""

import re

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from accounts.services.people import find_user
from kernel import clock
from kernel.db import transaction
from kernel.settings import Settings, load_settings
from kernel.storage import open_storage
from shop.sessions import open_sessions
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_pages import LANGUAGES, look, sign_in
from tests.vendors.test_papers import document, picture
from vendors.models import Vendor, VendorDocument
from vendors.rules import DocumentKind, VendorState
from vendors.services import papers

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-desk")]


@pytest.fixture(scope="module")
def instance(desk_instance):
    return desk_instance


@pytest.fixture(scope="module")
def address(desk_address):
    return desk_address


OFFICER = "pheduyet@chophien.example"


def three_pages(writer):
    writer.add_blank_page(300, 200)
    writer.add_blank_page(200, 300)


@pytest.fixture(scope="module")
def dossier(address, instance) -> dict[str, str]:
    """A vendor of the sample with a card, a PDF and a photo, in charge of the officer."""
    del address
    settings = load_settings({"MARKET_ENV": "demo", "INSTANCE_PATH": str(instance)})
    with open_sessions(settings)() as session, transaction(session):
        vendor = session.scalars(sa.select(Vendor).order_by(Vendor.id)).first()
        assert vendor is not None
        vendor.reviewer_id, vendor.state = find_user(session, OFFICER), VendorState.UNDER_REVIEW
        vendor.submitted_at = vendor.submitted_at or clock.now()
        kept = _hand_in(session, settings, vendor.id)
    return {"vendor": vendor.id, **kept}


def _hand_in(session: Session, settings: Settings, vendor_id: str) -> dict[str, str]:
    files = {
        DocumentKind.IDENTITY: picture(size=(1200, 760), color="lightblue"),
        DocumentKind.REGISTRATION: document(three_pages),
        DocumentKind.OTHER: picture(size=(600, 900), color="darkgreen"),
    }
    kept = {}
    for kind, data in files.items():
        paper = papers.keep_paper(
            open_storage(settings),
            vendor_id,
            kind=kind,
            file_name=f"giay-to-{kind.value}",
            content=papers.read_upload(data, most_bytes=10**7),
        )
        row = VendorDocument(vendor_id=vendor_id, uploaded_at=clock.now(), **vars(paper))
        session.add(row)
        session.flush()
        kept[kind.value] = row.id
    return kept


@pytest.fixture(scope="module")
def signed_in() -> dict[str, object]:
    """The officer's browser, once signed in."""
    return {}


@pytest.fixture
def officer(open_browser, signed_in):
    """Return a page of the officer, on a screen, in a language."""

    def open_(size: dict[str, int], lang: str = "vi", **wishes: object) -> Page:
        if "state" not in signed_in:
            context = open_browser(size, "vi")
            sign_in(context.new_page(), OFFICER)
            signed_in["state"] = context.storage_state()
        page = open_browser(size, lang, storage_state=signed_in["state"], **wishes).new_page()
        page.goto(f"/?lang={lang}")
        return page

    return open_


def open_paper(page: Page, dossier: dict[str, str], kind: str) -> None:
    page.goto(f"/office/vendors/{dossier['vendor']}?state=all&paper={dossier[kind]}")
    expect(page.locator(".viewer-page")).to_be_visible()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", ["registration", "identity", "other"])
def test_papers_beside_the_fields_are_fit_for_everybody(officer, dossier, lang, kind):
    page = officer(DESK, lang)
    open_paper(page, dossier, kind)
    assert look(page, f"viewer-{kind}") == []


def test_the_keyboard_pages_turns_and_enlarges_without_loading_the_page_anew(officer, dossier):
    page = officer(DESK)
    open_paper(page, dossier, "registration")
    page.evaluate("() => { window.same = true }")
    expect(page.locator(".viewer-count")).to_have_text("1 / 3")
    page.keyboard.press("]")
    expect(page.locator(".viewer-count")).to_have_text("2 / 3")
    page.wait_for_function("() => document.querySelector('.viewer-page').naturalWidth === 1400")
    page.keyboard.press(".")
    expect(page.locator(".viewer-page")).to_have_attribute("src", re.compile("turn=90"))
    page.keyboard.press("+")
    expect(page.locator(".viewer-page")).to_have_class(re.compile("viewer-zoom-2"))
    expect(page).to_have_url(re.compile("sheet=2.*turn=90.*zoom=2"))
    assert page.evaluate("() => window.same")
    page.reload()
    expect(page.locator(".viewer-count")).to_have_text("2 / 3")


HASTY = """(keys) => {
  window.same = true;
  const press = (key) => document.body.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  keys.before.forEach(press);
  addEventListener("htmx:afterSwap", () => keys.between.forEach(press), { once: true });
}"""


def test_keys_pressed_while_a_page_is_on_its_way_count_in_their_turn(officer, dossier):
    page = officer(DESK)
    open_paper(page, dossier, "registration")
    page.evaluate(HASTY, {"before": ["]", "]"], "between": [".", "+"]})
    expect(page).to_have_url(re.compile("sheet=3.*turn=90.*zoom=2"))
    expect(page.locator(".viewer-count")).to_have_text("3 / 3")
    assert page.evaluate("() => window.same")


def test_links_just_put_in_are_held_by_htmx_at_once(officer, dossier):
    page = officer(DESK)
    open_paper(page, dossier, "registration")
    page.evaluate("""() => {
      window.same = true;
      addEventListener("htmx:afterRequest", () => document.querySelector("#viewer-in").click(),
        { once: true });
      document.querySelector("#viewer-on").click();
    }""")
    expect(page).to_have_url(re.compile("sheet=2.*zoom=2"))
    assert page.evaluate("() => window.same")


def test_a_mouse_drags_a_large_page_about(officer, dossier):
    page = officer(DESK)
    open_paper(page, dossier, "other")
    page.keyboard.press("+")
    expect(page.locator(".viewer-page")).to_have_class(re.compile("viewer-zoom-2"))
    pane = page.locator(".viewer-pane")
    pane.scroll_into_view_if_needed()
    box = pane.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + min(box["height"], 400) / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 120, y - 60, steps=4)
    page.mouse.up()
    assert pane.evaluate("pane => [pane.scrollLeft, pane.scrollTop]") == [120, 60]


def test_a_finger_wipes_to_the_next_page(officer, dossier):
    page = officer(PHONE, has_touch=True)
    open_paper(page, dossier, "registration")
    wipe = """(pane, by) => {
      const touch = (x) => new Touch({ identifier: 1, target: pane, clientX: x, clientY: 300 });
      const fire = (kind, x, touches) => pane.dispatchEvent(
        new TouchEvent(kind, { bubbles: true, touches, changedTouches: [touch(x)] }));
      fire("touchstart", 200, [touch(200)]);
      fire("touchend", 200 + by, []);
    }"""
    pane = page.locator(".viewer-pane")
    pane.evaluate(wipe, -120)
    expect(page.locator(".viewer-count")).to_have_text("2 / 3")
    pane.evaluate(wipe, 120)
    expect(page.locator(".viewer-count")).to_have_text("1 / 3")
    pane.evaluate(wipe, -20)
    expect(page.locator(".viewer-count")).to_have_text("1 / 3")


def test_links_do_it_all_without_javascript(officer, dossier):
    page = officer(PHONE, java_script_enabled=False)
    open_paper(page, dossier, "registration")
    for name, mark in (("on", "sheet=2"), ("right", "turn=90"), ("in", "zoom=2")):
        page.locator(f"#viewer-{name}").click()
        expect(page).to_have_url(re.compile(mark))
    expect(page.locator(".viewer-count")).to_have_text("2 / 3")
    page.get_by_role("button", name="Xem các số").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Số định danh")
