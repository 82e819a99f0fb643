"""The office's clocks in a browser: notice, an authority's order, a rule that changes."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK
from tests.browser.test_pages import LANGUAGES, link, look, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-desk")]


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
def chief(open_browser, states):
    """Return a page of an approver, in a language."""

    def open_(lang: str) -> Page:
        context = open_browser(DESK, lang, storage_state=states.get("chief"))
        page = context.new_page()
        if "chief" not in states:
            sign_in(page, "pheduyet@chophien.example")
            states["chief"] = context.storage_state()
        page.goto(f"/office/?lang={lang}")
        return page

    return open_


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_authoritys_order_takes_a_listing_down(chief, lang):
    page, wrong = chief(lang), []
    code = {"vi": "COI01", "en": "BCAI01"}[lang]
    page.goto("/office/authority/new")
    wrong += look(page, "authority-new")
    page.locator("#subject").fill(code)
    page.locator("#document_no").fill("123/CV-QLTT")
    page.locator("#authority").fill("Chi cục Quản lý thị trường")
    page.locator("#text").fill("Gỡ sản phẩm chưa rõ nguồn gốc theo biên bản số 9.")
    page.locator("form.form button[type=submit]").click()
    expect(page).to_have_url(re.compile(r"/office/authority/\w{26}$"))
    order = page.url
    wrong += look(page, "authority-one")
    page.locator('form[action$="/carry-out"] button').click()
    until = time.monotonic() + 30
    while page.goto(f"/l/{code}").status != 410 and time.monotonic() < until:
        time.sleep(0.3)
    assert page.goto(f"/l/{code}").status == 410
    page.goto(order)
    wrong += look(page, "authority-done")
    page.goto("/office/authority")
    wrong += look(page, "authority")
    assert wrong == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_vendor_gets_notice_before_it_is_suspended(chief, lang):
    page, wrong = chief(lang), []
    page.goto("/office/vendors?state=approved")
    vendors = page.locator('tbody a[href*="/office/vendors/"]')
    page.goto(str(vendors.nth(LANGUAGES.index(lang)).get_attribute("href")))
    page.goto(link(page, r"/notices/new"))
    wrong += look(page, "notice-new")
    page.locator("#reason").fill("Nhãn hàng chưa ghi nơi sản xuất như đã yêu cầu.")
    page.locator("form.form button[type=submit]").click()
    expect(page).to_have_url(re.compile(r"/office/vendors/\w{26}$"))
    wrong += look(page, "notice-given")
    page.locator('button[value="suspend"]').click()
    expect(page.locator(".decision [role=alert]")).to_be_visible()
    page.goto("/office/clocks")
    wrong += look(page, "clocks")
    assert wrong == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_rule_is_previewed_before_it_changes(chief, lang):
    page, wrong = chief(lang), []
    page.goto("/office/rules")
    wrong += look(page, "rules")
    page.goto("/office/rules/requirement.food_safety")
    wrong += look(page, "rule")
    page.goto("/office/rules/requirement.food_safety/new")
    wrong += look(page, "rule-new")
    page.locator('[name="schemes"]:checked').evaluate_all("all => all.forEach(e => e.click())")
    page.locator("#first_day").fill("2031-01-01")
    page.locator("form.form button[type=submit]").click()
    expect(page.locator('button[value="save"]')).to_be_visible()
    wrong += look(page, "rule-preview")
    page.locator('button[value="save"]').click()
    expect(page).to_have_url(re.compile(r"/office/rules/requirement\.food_safety$"))
    wrong += look(page, "rule-coming")
    page.locator('form[action*="/take-back/"] button').click()
    page.goto("/office/rules/tax.matrix.goods/new")
    wrong += look(page, "rule-rates")
    page.goto("/office/calendar")
    wrong += look(page, "calendar")
    assert wrong == []
