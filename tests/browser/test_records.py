"""Farm records: the shed, a season and its diary, warnings before saving, tables, the lists."""

import io
import re
from collections.abc import Callable

import pytest
from openpyxl import Workbook
from playwright.sync_api import Page, expect

from kernel.sheets import XLSX
from shop.exchange.sheet import SHEET
from tests.browser.conftest import PHONE
from tests.browser.test_pages import LANGUAGES, link, look, looks, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-records")]

FARMER = "doanh@chophien.example"
OFFICER = "pheduyet@chophien.example"
LISTS = ["/office/inputs/new", "/office/crops/new", "/office/lists"]
UNKNOWN = "Thuốc chợ huyện"
"""A product that the office does not know."""


@pytest.fixture(scope="module")
def states() -> dict[str, object]:
    """Who has signed in already, by contact."""
    return {}


@pytest.fixture
def be(open_browser, states) -> Callable[[str, str], Page]:
    """Return a page of somebody who is signed in, in a language."""

    def somebody(contact: str, lang: str) -> Page:
        context = open_browser(PHONE, lang, storage_state=states.get(contact))
        page = context.new_page()
        if contact not in states:
            sign_in(page, contact)
            states[contact] = context.storage_state()
        page.goto(f"/?lang={lang}")
        return page

    return somebody


@pytest.fixture
def farm(be, request) -> tuple[Page, str]:
    """A farmer's page in the language of the test, and the address of the farm."""
    page = be(FARMER, request.getfixturevalue("lang"))
    page.goto("/work/")
    return page, page.url.split("?")[0].rstrip("/") + "/farm"


def season_of(page: Page, farm: str) -> str:
    """Return the address of the first season that goes on."""
    page.goto(farm)
    return link(page, r"/seasons/\w+/harvest$").removesuffix("/harvest")


def fill(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.locator(f"#{name}").fill(value)


def save(page: Page) -> None:
    page.locator("form .btn-big[type=submit]").last.click()


def table(*rows: dict[str, object]) -> dict[str, object]:
    """Return a filled diary as a farmer chooses it."""
    heads, book, file = [column.header for column in SHEET.columns], Workbook(), io.BytesIO()
    book.active.append(heads)
    for row in rows:
        book.active.append([row.get(head) for head in heads])
    book.save(file)
    return {"name": "nhat-ky.xlsx", "mimeType": XLSX, "buffer": file.getvalue()}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_shed_and_the_tests_are_fit_for_everybody(farm, lang):
    page, at = farm
    page.goto(f"{at}/inputs/new")
    fill(page, name="Confidor 100SL", quantity="500 ml", supplier="HTX Dịch vụ Thanh Hà")
    save(page)
    wrong = look(page, "records-batch")
    wrong += looks(page, [f"{at}/inputs", f"{at}/inputs/new", f"{at}/tests"], "records-")
    season = season_of(page, at)
    wrong += looks(page, [season, f"{season}/crop", f"{season}/tests/new"], "records-")
    assert wrong == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_follows_from_a_spraying_is_told_while_it_is_written(farm, lang):
    page, at = farm
    season = season_of(page, at)
    page.goto(f"{season}/entries/new?activity=spray")
    told = page.locator("form [aria-live] .note")
    fill(page, input_name="Confidor 100SL", phi_days="7")
    expect(told.first).to_contain_text("Confidor 100SL")
    expect(told.first).to_have_class(re.compile("note-good"))
    fill(page, input_name=UNKNOWN, phi_days="")
    expect(told.first).to_have_class(re.compile("note-bad"))
    wrong = look(page, "records-foreseen")
    save(page)
    expect(page.locator("#seen")).to_have_value("1")
    expect(told.first).to_contain_text(UNKNOWN)
    wrong += look(page, "records-shown-first")
    save(page)
    expect(page).to_have_url(re.compile(rf"{season}$"))
    page.goto(link(page, r"/entries/\w{26}$"))
    wrong += looks(page, [f"{page.url}/correct"], "records-")
    fill(page, input_name="Confidor 100SL", phi_days="7", reason="Xem lại vỏ chai")
    save(page)
    wrong += look(page, "records-corrected")
    assert wrong == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_harvest_from_two_plots_becomes_one_lot(farm, lang):
    page, at = farm
    page.goto(f"{season_of(page, at)}/harvest")
    fill(page, quantity="120")
    page.locator("[name=also]").first.check()
    wrong = look(page, "records-harvest")
    save(page)
    if page.url.endswith("/harvest"):
        wrong += look(page, "records-harvest-shown-first")
        save(page)
    expect(page).to_have_url(re.compile(r"/lots/\w{26}$"))
    wrong += look(page, "records-lot")
    assert wrong == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_diary_kept_in_a_table_is_looked_through_and_taken_in(farm, lang):
    page, at = farm
    season = season_of(page, at)
    wrong = looks(page, [f"{season}/book"], "records-")
    row = {"STT": lang, "Ngày": "01/10/2026", "Công việc": "Tưới nước", "Người làm": "Bà Nụ"}
    page.locator("#file").set_input_files(table(row | {"Ngày": "31/31/2026"}))
    page.locator("form [type=submit]").first.click()
    expect(page.locator(".note-bad")).to_be_visible()
    wrong += look(page, "records-book-refused")
    page.locator("#file").set_input_files(table(row))
    page.locator("form [name=keep]").click()
    expect(page).to_have_url(re.compile(rf"{season}$"))
    expect(page.get_by_role("main")).to_contain_text("Bà Nụ")
    assert wrong == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_lists_of_the_office_are_fit_for_everybody(be, lang):
    page = be(OFFICER, lang)
    wrong = looks(page, LISTS, "records-")
    for path in ("watch", "inputs", "crops"):
        wrong += looks(page, [f"/office/{path}"], "records-")
        wrong += looks(page, [link(page, rf"/office/{path}/\w{{26}}$")], "records-one-")
    assert wrong == []
