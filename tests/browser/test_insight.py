"""What people search for, seen by the office in a browser: nothing found, a word added, found."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE
from tests.browser.test_pages import LANGUAGES, link, look, looks, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-desk")]

AGENT = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"
WORDS = {"vi": "lệ chi đất sét", "en": "dragon eye pearls"}
MEANT = {"vi": "vải thiều", "en": "mật ong"}


@pytest.fixture(scope="module")
def instance(desk_instance):
    return desk_instance


@pytest.fixture(scope="module")
def address(desk_address):
    return desk_address


@pytest.fixture(scope="module")
def states() -> dict[str, object]:
    return {}


@pytest.fixture
def officer(open_browser, states):
    """Return a page of an officer, in a language."""

    def open_(lang: str) -> Page:
        context = open_browser(PHONE, lang, storage_state=states.get("officer"))
        page = context.new_page()
        if "officer" not in states:
            sign_in(page, "pheduyet@chophien.example")
            states["officer"] = context.storage_state()
        page.goto(f"/office/?lang={lang}")
        return page

    return open_


@pytest.fixture
def buyer(open_browser):
    """Return a page of somebody on a phone who has no JavaScript."""

    def open_(lang: str) -> Page:
        context = open_browser(PHONE, lang, java_script_enabled=False, user_agent=AGENT)
        page = context.new_page()
        page.goto(f"/?lang={lang}")
        return page

    return open_


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_found_nothing_is_helped_by_one_entry_at_once(officer, buyer, lang):
    guest, page, wrong = buyer(lang), officer(lang), []
    guest.goto(f"/search?q={WORDS[lang]}")
    expect(guest.locator(".found-count")).to_have_text(re.compile(r"^0 "))
    guest.goto("/search?q=ổi")
    guest.locator("#hits .shelf a").first.click()
    _wait_for(page, "/office/search/report", "synonyms/new?typed=")
    wrong += look(page, "search-report")
    page.goto(link(page, r"/office/synonyms/new\?typed="))
    page.locator("#typed").fill(WORDS[lang].rpartition(" ")[0])
    page.locator("#others").fill(MEANT[lang])
    page.locator("button[value=preview]").click()
    expect(page.locator("#found")).to_be_visible()
    wrong += look(page, "synonym-preview")
    page.locator("form.form-wide button.btn-primary, form.form button.btn-primary").first.click()
    expect(page.locator("#history")).to_be_visible()
    wrong += look(page, "synonym-one")
    guest.goto(f"/search?q={WORDS[lang].rpartition(' ')[0]}")
    expect(guest.locator(".found-count")).to_have_text(re.compile(r"^[1-9]"))
    assert wrong == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_office_looks_into_search(officer, lang):
    page = officer(lang)
    wrong = looks(
        page,
        [
            "/office/",
            "/office/synonyms",
            "/office/search",
            "/office/search?q=vair+thieeuf&page_lang=vi",
            "/office/search?q=th%C6%A1m&first=BCAI01&second=COI01",
            "/office/search/report?view=few_clicks",
            "/office/search/report?view=wanted",
            "/ranking",
        ],
        "insight-",
    )
    page.goto("/office/search/report?first=x")
    wrong += look(page, "insight-report-wrong")
    assert wrong == []


def _wait_for(page: Page, path: str, words: str) -> None:
    """Open a page again until the worker has counted."""
    end = time.monotonic() + 15
    while time.monotonic() < end:
        page.goto(path)
        if words in page.content():
            return
        time.sleep(0.5)
    raise AssertionError(f"{path} never showed {words}")
