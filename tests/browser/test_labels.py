"""From the lot to the label to the telephone in a shop: a code read off the screen opens its page."""

import re

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE
from tests.browser.scene import decode
from tests.browser.test_pages import link, look, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-pages")]


def farmer(open_browser, lang: str) -> Page:
    page = open_browser(PHONE, lang).new_page()
    sign_in(page, "thang@chophien.example")
    page.goto(f"/work/?lang={lang}")
    return page


def print_stickers(page: Page, base: str) -> list[str]:
    """Order two stickers with numbers for an open lot; return what is wrong with the pages."""
    page.goto(f"{base}/farm/lots")
    for path in page.locator('a[href*="/farm/lots/"]').evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    ):
        page.goto(path)
        if page.locator('a[href$="/labels"]').count():
            break
    page.goto(link(page, r"/labels$"))
    wrong = look(page, "labels-choose")
    page.locator('[name="template"][value="sticker"]').check()
    page.locator("#count").fill("2")
    page.locator("#dpi").select_option("300")
    page.locator("#net").fill("500 g")
    page.locator("details:has(#serials) > summary").click()
    page.locator("#serials").check()
    page.locator('form:has(#dpi) button[type="submit"]').click()
    expect(page).to_have_url(re.compile(r"/labels/\w{26}$"))
    expect(page.locator(".label-look")).to_be_visible()
    wrong += look(page, "labels-batch")
    page.locator('form[action$="/apply"] button').click()
    expect(page.locator('form[action$="/apply"]')).to_have_count(0)
    return wrong


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_label_is_printed_read_off_the_screen_and_opened(open_browser, tmp_path, lang):
    seller = farmer(open_browser, lang)
    base = seller.url.partition("?")[0].rstrip("/")
    wrong = print_stickers(seller, base)
    seller.set_viewport_size(PHONE)
    text = decode(seller.locator(".label-look"), tmp_path / "label.png")
    assert re.fullmatch(
        r"HTTP://127\.0\.0\.1:\d+/(?:T/\w+|01/\d{14}/10/[A-Z0-9-]+/21)/\w{12}", text
    )
    shopper = open_browser(PHONE, lang).new_page()
    shopper.goto(text)
    number = text.rpartition("/")[2]
    expect(shopper.locator(".lot-unit")).to_contain_text(number)
    expect(shopper.locator(".lot-unit.verdict-passed")).to_be_visible()
    wrong += look(shopper, "lot-unit")
    shopper.goto(re.sub(r"\w{12}$", "AAAAAAAAAAAA", shopper.url.partition("?")[0]))
    expect(shopper.get_by_role("alert")).to_be_visible()
    wrong += look(shopper, "lot-unit-unknown")
    shopper.goto(link(shopper, r"/here"))
    wrong += look(shopper, "lot-here")
    for path in ("farm/labels", "farm/scans"):
        seller.goto(f"{base}/{path}")
        wrong += look(seller, path.replace("/", "-"))
    assert wrong == []


def scratched(page: Page, base: str) -> tuple[str, str, str]:
    """Order a sticker with a secret code; return the pack's address, its code, the batch's."""
    page.goto(f"{base}/farm/lots")
    page.goto(link(page, r"/lots/\w{26}$"))
    page.goto(link(page, r"/labels$"))
    page.locator('[name="template"][value="sticker"]').check()
    page.locator("#count").fill("1")
    page.locator("#dpi").select_option("300")
    page.locator("details:has(#serials) > summary").click()
    page.locator("#serials").check()
    page.locator("#claims").check()
    page.locator('form:has(#dpi) button[type="submit"]').click()
    page.locator('form[action$="/claims"] [value="xlsx"]').check()
    with page.expect_download() as waiting:
        page.locator('form[action$="/claims"] button').click()
    with waiting.value.path().open("rb") as file:
        sheet = openpyxl.load_workbook(file).active
    row = next(iter(sheet.iter_rows(min_row=2, values_only=True)))
    return str(row[2]), str(row[1]), page.url


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_buyer_scratches_a_label_and_claims_it_once_without_javascript(open_browser, lang):
    seller, wrong = farmer(open_browser, lang), []
    base = seller.url.partition("?")[0].rstrip("/")
    text, code, batch = scratched(seller, base)
    seller.goto(batch)
    expect(seller.locator('form[action$="/claims"]')).to_have_count(0)
    wrong += look(seller, "labels-handed-out")
    seller.locator('form[action$="/apply"] button').click()
    for number, verdict in enumerate(("passed", "held")):
        buyer = open_browser(PHONE, lang, java_script_enabled=False, user_agent=f"Phone {number}")
        shopper = buyer.new_page()
        shopper.goto(text)
        shopper.locator('a[href$="/claim"]').click()
        shopper.locator("#code").fill(code.lower())
        shopper.locator('form:has(#code) button[type="submit"]').click()
        expect(shopper.locator(f".verdict-{verdict}")).to_be_visible()
    shopper = open_browser(PHONE, lang).new_page()
    shopper.goto(text)
    wrong += look(shopper, "lot-unit-claimed")
    shopper.goto(link(shopper, r"/claim$"))
    wrong += look(shopper, "lot-claim")
    assert wrong == []
