"""A vendor edits its offers on a phone: fit for everybody, quick by keys, safe on a bad network."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import PHONE
from tests.browser.test_pages import LANGUAGES, link, look, looks, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-pages")]


@pytest.fixture
def be(open_browser) -> Callable[..., Page]:
    """Return a page of somebody who is signed in, in a language."""

    def somebody(name: str, lang: str) -> Page:
        page = open_browser(PHONE, lang).new_page()
        sign_in(page, f"{name}@chophien.example")
        page.goto(f"/?lang={lang}")
        return page

    return somebody


def listings(page: Page) -> str:
    page.goto("/work/")
    return page.url.rstrip("/") + "/listings"


def first(page: Page) -> str:
    page.goto(listings(page) + "?state=shown")
    return link(page, r"/listings/[A-Z0-9-]+$")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_pages_of_editing_are_fit_for_everybody(be, lang):
    page = be("thang", lang)
    base, one = listings(page), first(page)
    work = base.removesuffix("/listings")
    preview = f"{work}/preview/{one.rsplit('/', 1)[1]}"
    paths = [f"{base}?q=oi", f"{base}/prices", f"{work}/sheet", f"{one}/photos", f"{one}/plans",
             one, preview]  # fmt: skip
    wrong = looks(page, paths, "edit-")
    page.goto(f"{base}/prices")
    page.locator("[data-cell=price]").first.fill("rẻ")
    page.locator("form.form button[type=submit]").click()
    expect(page.locator(".cells-wrong")).to_have_count(1)
    wrong += look(page, "edit-prices-wrong")
    price = page.locator(".cells-wrong [data-cell=price]").first
    price.fill("47k" if lang == "vi" else "48k")
    page.locator("form.form button[type=submit]").click()
    expect(page.locator(".cells-wrong")).to_have_count(0)
    edited = page.locator(".cells-name a").first.get_attribute("href")
    wrong += looks(
        page, [f"{edited}/history", f"{edited}/history/1", f"{edited}/history/2"], "edit-"
    )
    assert wrong == []


def test_cells_are_walked_by_keys_and_take_a_pasted_column(be):
    page = be("thang", "vi")
    page.goto(listings(page) + "/prices")
    cells = page.locator("[data-cell=price]")
    cells.nth(0).focus()
    page.keyboard.press("Enter")
    expect(cells.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(cells.nth(0)).to_be_focused()
    page.evaluate(
        """() => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", "51.000\\t9\\n52.000\\n");
            document.activeElement.dispatchEvent(
                new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
        }"""
    )
    expect(cells.nth(0)).to_have_value("51.000")
    expect(cells.nth(1)).to_have_value("52.000")
    page.keyboard.press("Escape")
    assert cells.nth(1).input_value() != "52.000"


def test_a_lost_network_is_waited_for_and_pictures_are_dragged_into_order(be, tmp_path):
    from PIL import Image

    page = be("thang", "vi")
    page.set_viewport_size(PHONE)
    one, files = first(page), []
    for colour in ("red", "green"):
        files.append(tmp_path / f"{colour}.jpg")
        Image.new("RGB", (1200, 900), colour).save(files[-1])
    lost = []

    def break_once(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route)
            route.abort()
        else:
            route.continue_()

    page.goto(f"{one}/photos")
    before = page.locator(".photo-row").count()
    page.route(re.compile("/photos$"), break_once)
    page.locator("input[name=file]").set_input_files(files)
    page.locator("#alt_vi").fill("Ổi vừa hái")
    with page.expect_navigation():
        page.locator("form.form button[type=submit]").click()
    expect(page.locator(".photo-row")).to_have_count(before + 2)
    assert len(lost) == 1
    page.unroute(re.compile("/photos$"))
    digests = [row.get_attribute("data-digest") for row in page.locator(".photo-row").all()]
    page.route(re.compile("/photos/order$"), lambda route: route.abort())
    _drag(page)
    expect(page.locator("[data-sort-error]")).to_be_visible()
    assert [r.get_attribute("data-digest") for r in page.locator(".photo-row").all()] == digests
    page.unroute(re.compile("/photos/order$"))
    with page.expect_navigation():
        _drag(page)
    after = [row.get_attribute("data-digest") for row in page.locator(".photo-row").all()]
    assert after != digests
    assert sorted(after) == sorted(digests)
    page.locator('form[action$="/remove"] button').first.click()
    expect(page.locator(".photo-row")).to_have_count(before + 1)
    page.locator('form[action$="/back"] button').click()
    expect(page.locator(".photo-row")).to_have_count(before + 2)


def _drag(page: Page) -> None:
    """Drag the first picture below the second, and let go once it has taken its place."""
    rows = page.locator(".photo-row:not(.sortable-fallback)")
    was = str(rows.first.get_attribute("data-digest"))
    grips = page.locator("[data-grip]")
    page.evaluate("() => window.scrollTo(0, 0)")
    start, end = grips.nth(0).bounding_box(), grips.nth(1).bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 10, start["y"] + 10)
    page.mouse.down()
    page.mouse.move(start["x"] + 10, start["y"] + 20)
    page.mouse.move(start["x"] + 10, end["y"] + end["height"], steps=10)
    expect(rows.first).not_to_have_attribute("data-digest", was)
    page.mouse.up()
