"""Searching as people do it: on a telephone, with Telex, without a script, with a keyboard."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext, CDPSession, Page, Request, expect

from tests.browser.conftest import DESK, PHONE, overflow, shoot, violations

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-pages")]

LANGUAGES = ["vi", "en"]
TOUCH = {"has_touch": True, "is_mobile": True}
TAP = 44
GUAVA = "/search?q=oi"
NARROW = "/search?q=vai&kind=processed&season=1&price_to=200k&to=vn-2025:10813"


@pytest.fixture
def enter(open_browser: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """Return a page in a language, on a screen."""

    def enter_(path: str, size: dict[str, int] = PHONE, lang: str = "vi", **wishes: object) -> Page:
        page = open_browser(size, lang, **wishes).new_page()
        page.goto(f"/?lang={lang}")
        page.goto(path)
        return page

    return enter_


def asked(page: Page) -> list[str]:
    """Return what suggestions are asked for from now on, as it grows."""
    words: list[str] = []

    def note(request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.path == "/search/suggest":
            words.append(parse_qs(parts.query)["q"][0])

    page.on("request", note)
    return words


def box(page: Page):
    return page.get_by_role("combobox").first


def options(page: Page):
    return page.locator("#suggest").get_by_role("option")


def test_typing_on_a_telephone_suggests_what_a_thumb_can_press(enter):
    page = enter("/", **TOUCH)
    words = asked(page)
    box(page).tap()
    page.keyboard.type("v")
    page.keyboard.type("ai", delay=20)
    expect(options(page).first).to_be_visible()
    assert words == ["vai"]
    expect(box(page)).to_have_attribute("aria-expanded", "true")
    expect(page.locator("[data-suggest-say]")).to_contain_text(re.compile(r"^\d+ "))
    sizes = [one.bounding_box() for one in options(page).all()]
    assert min(size["height"] for size in sizes if size) >= TAP
    assert overflow(page) == 0
    assert violations(page) == []
    shoot(page, "search-suggest-vi-390")
    options(page).filter(has_text="Mặt hàng").first.tap()
    expect(page).to_have_url(re.compile(r"/search\?q="))
    expect(page.locator(".offer").first).to_be_visible()


def compose(keyboard: CDPSession, text: str) -> None:
    """Show letters that a keyboard is still composing."""
    at = {"selectionStart": len(text), "selectionEnd": len(text)}
    keyboard.send("Input.imeSetComposition", {"text": text, **at})


def test_nothing_is_asked_in_the_middle_of_a_syllable(enter):
    page = enter("/", **TOUCH)
    words = asked(page)
    box(page).tap()
    keyboard = page.context.new_cdp_session(page)
    # Telex: v, a, r, i are four keys and one syllable.
    for letters in ("v", "va", "vả", "vải"):
        compose(keyboard, letters)
        page.wait_for_timeout(200)
    assert words == []
    keyboard.send("Input.insertText", {"text": "vải"})
    expect(options(page).first).to_be_visible()
    assert words == ["vải"]


def test_who_rests_in_the_middle_of_a_word_is_shown_something(enter):
    page = enter("/", **TOUCH)
    words = asked(page)
    box(page).tap()
    compose(page.context.new_cdp_session(page), "bưở")
    expect(options(page).first).to_be_visible()
    assert words == ["bưở"]


def test_the_keyboard_leads_through_the_list_and_back(enter):
    page = enter("/", DESK)
    box(page).press_sequentially("oi")
    expect(options(page).first).to_be_visible()
    page.keyboard.press("ArrowDown")
    first = options(page).first
    expect(first).to_have_attribute("aria-selected", "true")
    expect(box(page)).to_have_attribute("aria-activedescendant", str(first.get_attribute("id")))
    page.keyboard.press("ArrowUp")
    expect(options(page).last).to_have_attribute("aria-selected", "true")
    expect(first).to_have_attribute("aria-selected", "false")
    page.keyboard.press("Home")
    expect(page.locator("#suggest [aria-selected=true]")).to_have_count(0)
    assert box(page).evaluate("input => input.selectionStart") == 0
    page.keyboard.press("End")
    assert box(page).evaluate("input => input.selectionStart") == 2
    page.keyboard.press("Escape")
    expect(options(page)).to_have_count(0)
    expect(box(page)).to_have_value("oi")
    expect(box(page)).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowDown")
    expect(options(page).first).to_be_visible()
    page.keyboard.press("ArrowDown")
    address = first.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")


def test_past_searches_stay_in_this_browser_until_they_are_cleared(enter):
    page = enter("/search?q=mat+ong", DESK)
    page.goto("/search?q=xyzzyqwv")
    page.goto("/search?q=oi")
    page.goto("/")
    box(page).focus()
    expect(options(page)).to_have_count(2)
    assert [one.inner_text() for one in page.locator("#suggest .suggest-text").all()] == [
        "oi",
        "mat ong",
    ]
    shoot(page, "search-past-vi-1280")
    assert violations(page) == []
    box(page).press_sequentially("mậ")
    expect(options(page).first).to_contain_text("mat ong")
    box(page).fill("")
    page.locator("[data-past-clear]").click()
    expect(options(page)).to_have_count(0)
    assert page.evaluate("() => localStorage.getItem('cp_past')") is None


def test_past_searches_can_be_switched_off_and_on(enter):
    page = enter(GUAVA, DESK, lang="en")
    page.get_by_role("button", name="Clear them and keep none").click()
    expect(page.get_by_role("button", name="Keep them in this browser")).to_be_focused()
    page.goto(GUAVA)
    assert page.evaluate("() => localStorage.getItem('cp_past')") is None
    page.get_by_role("button", name="Keep them in this browser").click()
    page.goto(GUAVA)
    assert page.evaluate("() => localStorage.getItem('cp_past')") == '["oi"]'


def test_filters_work_without_a_script(enter):
    page = enter("/search?q=vai", java_script_enabled=False)
    everything = page.locator(".found-count").inner_text()
    page.locator(".sieve > summary").click()
    page.locator("#kind-processed").check()
    page.locator("#price_to").fill("100k")
    page.locator("#to").select_option("vn-2025:10813")
    page.locator(".sieve-foot button").click()
    expect(page).to_have_url(re.compile(r"q=vai.*kind=processed.*price_to=100k"))
    expect(page.locator(".picked .chip")).to_have_count(3)
    assert page.locator(".found-count").inner_text() != everything
    prices = page.locator(".offer-price b").all_inner_texts()
    assert prices
    assert all(int(re.sub(r"\D", "", price)) <= 100_000 for price in prices)
    page.locator("#sort").select_option("price_up")
    page.locator(".sort button").click()
    amounts = [
        int(re.sub(r"\D", "", price)) for price in page.locator(".offer-price b").all_inner_texts()
    ]
    assert amounts == sorted(amounts)
    for _ in range(3):
        page.locator(".picked .chip").first.click()
    expect(page.locator(".found-count")).to_have_text(everything)


def test_with_a_script_results_follow_and_the_sheet_stays(enter):
    page = enter("/search?q=vai", **TOUCH)
    page.locator(".sieve > summary").tap()
    page.locator("#kind-processed").check()
    expect(page).to_have_url(re.compile(r"/search\?q=vai&kind=processed$"))
    expect(page.locator("#kind-processed")).to_be_visible()
    expect(page.locator("#kind-processed")).to_be_checked()
    done = page.locator("[data-sheet-done]")
    hits = page.locator(".offer").count()
    expect(done).to_have_text(re.compile(rf"\b{hits}\b"))
    done.tap()
    expect(page.locator("#kind-processed")).not_to_be_visible()
    page.locator(".picked .chip").tap()
    expect(page).to_have_url(re.compile(r"/search\?q=vai$"))


def test_near_me_is_asked_on_a_press_and_rounded(enter):
    place = {"latitude": 20.9031234, "longitude": 106.4317654}
    page = enter("/search", DESK, lang="en", geolocation=place, permissions=["geolocation"])
    page.locator("#part-near > summary").click()
    page.get_by_role("button", name="Near me").click()
    expect(page).to_have_url(re.compile(r"lat=20\.903&lon=106\.432"))
    expect(page.locator(".picked")).to_contain_text("Within 20 km of me")
    expect(page.locator(".offer-who b").first).to_have_text(re.compile(r"\d km"))
    page.locator("#sort").select_option("nearest")
    expect(page).to_have_url(re.compile("sort=nearest"))
    shoot(page, "search-near-en-1280")


def test_a_device_that_does_not_tell_leaves_the_communes(enter):
    page = enter("/search", DESK, lang="en")
    page.locator("#part-near > summary").click()
    page.get_by_role("button", name="Near me").click()
    expect(page.locator("[data-here-say]")).to_have_text(
        "This device did not tell. Choose a commune instead."
    )
    page.locator("#near").select_option("vn-2025:10813")
    expect(page.locator(".picked")).to_contain_text("Within 20 km of Thanh Hà")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_telex_typed_by_accident_is_understood(enter, lang):
    page = enter("/", lang=lang)
    box(page).fill("vair thieeuf")
    box(page).press("Enter")
    expect(page.locator("h1")).to_contain_text("“vải thiều”")
    expect(page.locator("main")).to_contain_text("“vair thieeuf”")
    expect(page.locator(".offer mark").first).to_have_text(re.compile("vải thiều", re.IGNORECASE))
    assert violations(page) == []
    shoot(page, f"search-telex-{lang}-390")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_finding_nothing_is_no_dead_end(enter, lang):
    page, wrong = enter("/search?q=vai&kind=craft&price_to=1k", lang=lang), []
    ways = page.locator(".ways-list a")
    expect(ways.first).to_be_visible()
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        wrong += violations(page)
        shoot(page, f"search-nothing-{lang}-{size['width']}")
    ways.first.click()
    expect(page.locator(".offer").first).to_be_visible()
    assert wrong == []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_page_with_its_filters_is_fit_for_everybody(enter, lang, size):
    page, wrong = enter(NARROW, size, lang), []
    shoot(page, f"search-narrow-{lang}-{size['width']}")
    wrong += violations(page)
    page.evaluate(
        "() => document.querySelectorAll('.sieve, .sieve-part').forEach(d => d.open = true)"
    )
    wrong += violations(page)
    assert overflow(page) == 0
    page.screenshot(path=f"build/screens/search-filters-{lang}-{size['width']}.png")
    page.goto("/search?price_from=abc&date=2020-01-01&guests=0&near=nowhere")
    page.evaluate("() => document.querySelectorAll('.sieve').forEach(d => d.open = true)")
    wrong += violations(page)
    page.screenshot(path=f"build/screens/search-wrong-{lang}-{size['width']}.png")
    assert wrong == []
