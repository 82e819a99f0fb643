"""Pictures of a listing as buyers see them: by finger, mouse, keys, and without scripts."""

import io
import re

import pytest
import sqlalchemy as sa
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from catalog.models import Listing
from catalog.services.listings import tell_change
from kernel import clock
from kernel.db import transaction
from kernel.pictures import store_picture
from kernel.settings import load_settings
from kernel.storage import open_storage
from shop.sessions import open_sessions
from tests.browser.conftest import DESK, PHONE, SCREENS, violations
from tests.browser.test_pages import LANGUAGES, look, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-desk")]

# Of a vendor and a kind that the other tests of this market leave alone.
CODE = "COI02"
COLOURS = ("seagreen", "goldenrod", "indianred")


@pytest.fixture(scope="module")
def instance(desk_instance):
    return desk_instance


@pytest.fixture(scope="module")
def address(desk_address):
    return desk_address


@pytest.fixture(scope="module")
def listing(address, instance) -> str:
    """A listing of the sample with three pictures, of which the last is tall; its address."""
    del address
    settings = load_settings({"MARKET_ENV": "demo", "INSTANCE_PATH": str(instance)})
    storage, photos = open_storage(settings), []
    for number, colour in enumerate(COLOURS, 1):
        made = store_picture(storage, _drawn(colour, tall=number == len(COLOURS)))
        photos.append(
            {
                "digest": made.digest,
                "width": made.width,
                "height": made.height,
                "placeholder": made.placeholder,
                "alt": {"vi": f"Ảnh màu {number}", "en": f"Coloured picture {number}"},
            }
        )
    with open_sessions(settings)() as session, transaction(session):
        row = session.scalars(sa.select(Listing).where(Listing.code == CODE)).one()
        row.photos = photos
        tell_change(session, row, clock.now())
        return f"/l/{CODE}/{row.slug}"


def _drawn(colour: str, *, tall: bool) -> bytes:
    image = Image.new("RGB", (1200, 1600) if tall else (1600, 1200), colour)
    ImageDraw.Draw(image).ellipse((300, 300, 900, 900), fill="white")
    file = io.BytesIO()
    image.save(file, "JPEG")
    return file.getvalue()


def opened(open_browser, listing: str, lang: str, size=PHONE, **wishes: object) -> Page:
    page = open_browser(size, lang, **wishes).new_page()
    answer = page.goto(f"{listing}?lang={lang}")
    assert answer.status == 200, answer.text()[:3000]
    assert page.locator(".gallery-strip").count(), page.content()
    return page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_pictures_open_large_walk_by_keys_and_close_where_they_were(open_browser, listing, lang):
    page = opened(open_browser, listing, lang, DESK)
    refused: list[str] = []
    page.on("console", lambda line: refused.append(line.text) if line.type == "error" else None)
    first = page.locator(".gallery-strip a").first
    first.focus()
    page.keyboard.press("Enter")
    box = page.get_by_role("dialog")
    expect(box).to_be_visible()
    words = "Ảnh màu {}" if lang == "vi" else "Coloured picture {}"
    expect(page.locator(".pswp__caption")).to_have_text(words.format(1))
    assert violations(page) == []
    shown = page.locator(".pswp__item[aria-hidden=false] img").first
    expect(shown).to_be_in_viewport()
    page.screenshot(path=SCREENS / f"gallery-open-{lang}-1280.png")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".pswp__caption")).to_have_text(words.format(2))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.pswp') !== null")
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    assert page.evaluate("document.activeElement.closest('.gallery-strip') !== null")
    assert refused == []


def test_a_finger_swipes_and_zooms(open_browser, listing):
    page = opened(open_browser, listing, "vi", PHONE, has_touch=True, is_mobile=True)
    page.locator(".gallery-strip a").first.tap()
    caption = page.locator(".pswp__caption")
    expect(caption).to_have_text("Ảnh màu 1")
    expect(page.locator(".pswp__item[aria-hidden=false] img").first).to_be_visible()
    assert violations(page) == []
    page.screenshot(path=SCREENS / "gallery-open-vi-390.png")
    page.locator(".pswp__button--close").tap()
    expect(page.get_by_role("dialog")).to_be_hidden()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_of_a_listing_with_pictures_is_clean(open_browser, listing, lang):
    page = opened(open_browser, listing, lang)
    expect(page.locator(".gallery-strip img:not(.blurred)").first).to_have_js_property(
        "complete", True
    )
    assert look(page, "gallery") == []
    used = page.locator(".gallery-strip img:not(.blurred)").first.evaluate("i => i.currentSrc")
    assert re.search(r"-\d+\.avif$", used)


def test_without_scripts_pictures_are_links_to_the_large_ones(open_browser, listing):
    page = opened(open_browser, listing, "vi", PHONE, java_script_enabled=False)
    address = page.locator(".gallery-strip a").first.get_attribute("href") or ""
    assert re.fullmatch(r"/media/pictures/[0-9a-f]{64}-1440\.webp", address)
    assert page.request.get(address).headers["content-type"] == "image/webp"


def test_nothing_moves_while_pictures_come(open_browser, listing):
    page = opened(open_browser, listing, "vi")
    page.wait_for_load_state("networkidle")
    moved = page.evaluate(
        """() => new Promise((done) => {
          let sum = 0;
          new PerformanceObserver((list) => {
            for (const one of list.getEntries()) sum += one.value;
          }).observe({ type: "layout-shift", buffered: true });
          setTimeout(() => done(sum), 100);
        })"""
    )
    assert moved < 0.01


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_desk_of_categories_and_attributes_is_clean(open_browser, listing, lang):
    del listing
    page = open_browser(DESK, lang).new_page()
    sign_in(page, "pheduyet@chophien.example")
    wrong = []
    for name, path in (
        ("categories", "/office/categories"),
        ("category-new", "/office/categories/new"),
        ("attributes", "/office/attributes"),
        ("attribute-new", "/office/attributes/new/choices"),
    ):
        page.goto(f"{path}?lang={lang}")
        wrong += look(page, name)
    page.goto("/office/categories")
    page.locator(".tree tbody a").first.click()
    wrong += look(page, "category")
    page.goto("/office/attributes")
    page.locator(".tree tbody a").nth(1).click()
    wrong += look(page, "attribute")
    assert wrong == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_another_category_brings_its_own_fields_and_keeps_what_was_written(
    open_browser, listing, lang
):
    del listing
    page = open_browser(PHONE, lang).new_page()
    sign_in(page, "thang@chophien.example")
    page.goto(f"/work/?lang={lang}")
    page.goto(f"{page.url.split('?')[0]}listings/new/produce?lang={lang}")
    page.locator("#attr_giong_vi").fill("Ổi lê")
    vegetables = "Rau củ" if lang == "vi" else "Vegetables"
    page.locator("#category_id").select_option(label=vegetables)
    expect(page.locator("#attr_giong_vi")).to_have_value("Ổi lê")
    crafts = "Làng nghề" if lang == "vi" else "Craft villages"
    page.locator("#category_id").select_option(label=crafts)
    expect(page.locator("#attr_kieu_nung")).to_be_visible()
    expect(page.locator("#attr_giong_vi")).to_have_count(0)
    assert look(page, "attribute-fields") == []
