"""Every kind of page: nothing for axe to find, nothing wider than the screen, nothing too heavy."""

import re
from collections.abc import Callable, Iterable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import DESK, PHONE, overflow, shoot, violations

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-pages")]

NARROW = {"width": 320, "height": 700}
LANGUAGES = ["vi", "en"]
PUBLIC = {
    "home": "/",
    "shelf": "/c/trai-cay",
    "search": "/search?q=oi",
    "search-filtered": "/search?season=1&kind=produce&sort=price_up",
    "search-nothing": "/search?q=xyzzyqwv",
    "produce": "/l/BCAI01",
    "craft": "/l/COI01",
    "experience": "/l/TN-OI1",
    "vendor": "/v/htx-vai-thieu-ben-goc-da",
    "lot-open": "/t/CP000DE5769B",
    "lot-held": "/t/CP77A71C573B",
    "lot-recalled": "/t/CP79FCFFBB51",
    "scan": "/scan",
    "basket-empty": "/basket",
    "sign-in": "/sign-in",
    "sign-up": "/sign-up",
    "forgot": "/forgot",
    "about-operator": "/about/operator",
    "about-privacy": "/about/privacy",
    "about-returns": "/about/returns",
    "about-delivery": "/about/delivery",
    "error": "/nothing-grows-here",
}
OWN = ["/me", "/me/profile", "/me/password", "/me/devices", "/me/second-factor", "/me/orders"]
WORK = {
    "": [],
    "farm": [r"/seasons/\w+$", r"/entries/new$", r"/harvest$", r"/farms/\w+$", r"/plots/new$"],
    "farm/farms/new": [],
    "farm/lots": [r"/lots/\w{26}$"],
    "farm/lots/pack": [],
    "farm/units": [r"/units/\w{26}$"],
    "farm/shipments": [r"/shipments/\w{26}$"],
    "farm/shipments/new": [],
    "farm/partners": [],
    "farm/partners/subscriptions": [],
    "listings?state=shown": [r"/listings/[A-Z0-9-]+$"],
    "listings/languages": [r"/listings/[A-Z0-9-]+/languages$"],
    "listings/new": [],
    "listings/new/produce": [],
    "listings/new/experience": [],
    "orders": [r"/orders/\w+$"],
    "bookings": [],
    "certificates": [],
    "members": [],
    "profile": [],
    "bank": [],
    "changes": [],
    "close": [],
    "vacation": [],
}
DEEPER = {
    r"/entries/new$": r"activity=spray",
    r"/lots/\w{26}$": r"/labels$",
    r"/listings/[A-Z0-9-]+$": r"/edit$",
}
OFFICE = {
    "pheduyet": {
        "/office/": [],
        "/office/vendors": [r"/office/vendors/\w{26}"],
        "/office/vendors?state=approved": [r"/office/vendors/\w{26}"],
        "/office/certificates?standing=all": [r"/office/certificates/\w{26}"],
        "/office/listings": [r"/office/listings/\w{26}"],
        "/office/lots": [r"/office/lots/\w{26}"],
        "/office/decisions": [],
        "/office/statistics": [],
        "/office/privacy": [],
    },
    "taichinh": {
        "/office/finance": [r"/office/finance/transfers/\w{26}"],
        "/office/finance/ledger": [],
        "/office/refunds": [],
    },
    "vanhanh": {"/office/": [], "/office/outbox": []},
}


@pytest.fixture(scope="module")
def states() -> dict[str, object]:
    """Who has signed in already, by contact: the market counts how often people try."""
    return {}


@pytest.fixture
def be(open_browser, states) -> Callable[..., Page]:
    """Return a page of somebody who is signed in, in a language."""

    def somebody(name: str, lang: str) -> Page:
        context = open_browser(PHONE, lang, storage_state=states.get(name))
        page = context.new_page()
        if name not in states:
            sign_in(page, f"{name}@chophien.example")
            states[name] = context.storage_state()
        page.goto(f"/?lang={lang}")
        return page

    return somebody


def sign_in(page: Page, contact: str) -> None:
    page.goto("/sign-in")
    page.locator("#contact").fill(contact)
    page.locator("#password").fill("ba con trau vang")
    page.locator("#password").press("Enter")
    expect(page).not_to_have_url(re.compile("/sign-in$"))
    if "second-step" in page.url:
        code = re.search(r"\b\d{6}\b", page.get_by_role("note").inner_text())
        assert code is not None
        page.locator("#code").fill(code[0])
        page.locator("#code").press("Enter")
        expect(page).not_to_have_url(re.compile("second-step"))


def visitor(open_browser: Callable[..., BrowserContext], lang: str, **wishes: object) -> Page:
    page = open_browser(PHONE, lang, **wishes).new_page()
    page.goto(f"/?lang={lang}")
    return page


def look(page: Page, name: str, *, sizes: Iterable[dict[str, int]] = (PHONE, DESK)) -> list[str]:
    """Return what is wrong with the page that is open, on each screen."""
    lang = page.locator("html").get_attribute("lang")
    wrong = []
    for size in sizes:
        page.set_viewport_size(size)
        screen = f"{lang}-{size['width']}"
        wrong += [f"{screen} {one}" for one in violations(page)]
        if over := overflow(page):
            wrong.append(f"{screen} {page.url} is {over} px wider than the screen")
        wrong += [f"{page.url}: icon {name} is not drawn" for name in undrawn(page)]
        shoot(page, f"page-{name}-{screen}")
    return wrong


def undrawn(page: Page) -> list[str]:
    """Return the icons that are shown but hold nothing: they are missing in the sprite."""
    return list(
        page.locator("svg use").evaluate_all(
            "uses => uses.filter(use => use.checkVisibility() && !use.getBBox().width)"
            ".map(use => use.getAttribute('href').split('#')[1])"
        )
    )


def looks(page: Page, paths: Iterable[str], prefix: str) -> list[str]:
    """Open pages one by one and return what is wrong with them."""
    wrong = []
    for path in paths:
        answer = page.goto(path)
        assert answer is not None
        assert answer.ok, f"{answer.status} {path}"
        wrong += look(page, prefix + plain(path))
    return wrong


def plain(path: str) -> str:
    """Return a path as a part of a file name, without ids."""
    bare = re.sub(r"/\w{26}\b", "", re.sub(r"^https?://[^/]+", "", path))
    return re.sub(r"\W+", "-", bare).strip("-") or "index"


def found(page: Page, wanted: Iterable[str]) -> Iterator[str]:
    """Return the first link for each pattern on the page that is open, and one deeper."""
    for pattern in wanted:
        path = link(page, pattern)
        yield path
        if pattern in DEEPER:
            page.goto(path)
            yield link(page, DEEPER[pattern])


def link(page: Page, pattern: str) -> str:
    addresses = page.locator("a[href]").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    )
    matches = [address for address in addresses if re.search(pattern, address)]
    assert matches, f"{page.url} has no link to {pattern}"
    return str(matches[0])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_public_pages_are_fit_for_everybody(open_browser, lang):
    page, wrong = visitor(open_browser, lang), []
    for name, path in PUBLIC.items():
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == (404 if name == "error" else 200), path
        wrong += look(page, name)
    assert wrong == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_way_of_a_basket_is_fit_for_everybody(open_browser, lang):
    page = visitor(open_browser, lang)
    fill_basket(page, "BCAI01")
    wrong = look(page, "basket")
    page.goto("/l/TN-OI1")
    page.locator(".buy button[type=submit]").click()
    page.locator('form[action$="/basket/checkout"] button').click()
    wrong += look(page, "checkout")
    give_address(page, method="vietqr")
    wrong += look(page, "checkout-review")
    page.locator("#terms").check()
    page.locator('form[action$="/checkout/place"] button[type=submit]').click()
    expect(page.locator('img[src*="qr.svg"]')).to_be_visible()
    wrong += look(page, "order")
    page.goto(link(page, "/contract"))
    wrong += look(page, "order-contract")
    assert wrong == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_pages_of_an_account_are_fit_for_everybody(be, lang):
    page = be("minhanh", lang)
    wrong = looks(page, OWN, "")
    page.goto("/me/orders")
    page.goto(link(page, r"/o/\w+"))
    wrong += look(page, "own-order")
    assert wrong == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_application_is_fit_for_everybody(be, lang):
    page = be("emma", lang)
    wrong = looks(page, ["/apply", "/apply/new"], "")
    page.locator('[name="legal_form"][value="household"]').check()
    page.locator("#name").fill("Hộ Trần Thị Bưởi")
    page.locator("#registration_no").fill("030180001234")
    page.locator('[name="sells"][value="raw"]').check()
    page.locator("#registration_no").press("Enter")
    expect(page).to_have_url(re.compile("/person$"))
    base = page.url.removesuffix("/person")
    steps = ("who", "person", "where", "papers", "check", "sells")
    wrong += looks(page, [f"{base}/{step}" for step in steps], "")
    wrong += looks(page, ["/apply/practice"], "")
    wrong += looks(page, [base], "")
    assert wrong == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_workspace_is_fit_for_everybody(be, lang):
    page, wrong = be("thang", lang), []
    page.goto("/work/")
    base = page.url.rstrip("/")
    for path, wanted in WORK.items():
        address = f"{base}/{path}"
        wrong += looks(page, [address], "")
        for deeper in list(found_on(page, address, wanted)):
            wrong += looks(page, [deeper], "")
    assert wrong == []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("official", list(OFFICE))
def test_the_office_is_fit_for_everybody(be, official, lang):
    page, wrong = be(official, lang), []
    for path, wanted in OFFICE[official].items():
        wrong += looks(page, [path], "")
        for deeper in list(found_on(page, path, wanted)):
            wrong += looks(page, [deeper], "one-")
    assert wrong == []


def found_on(page: Page, address: str, wanted: Iterable[str]) -> Iterator[str]:
    for pattern in wanted:
        page.goto(address)
        yield from found(page, [pattern])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_smallest_screen_holds_a_page(open_browser, lang):
    page, wrong = visitor(open_browser, lang), []
    page.set_viewport_size(NARROW)
    for path in ("/", "/l/BCAI01", "/l/TN-OI1", "/t/CP000DE5769B", "/search?q=oi", "/basket"):
        page.goto(path)
        if over := overflow(page):
            wrong.append(f"{path} is {over} px wider than the screen")
        shoot(page, f"narrow-{plain(path)}-{lang}")
    assert wrong == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_dark_scheme_can_be_read(open_browser, lang):
    page, wrong = visitor(open_browser, lang, color_scheme="dark"), []
    for name, path in (("home", "/"), ("produce", "/l/BCAI01"), ("lot", "/t/CP000DE5769B")):
        page.goto(path)
        wrong += look(page, f"dark-{name}")
    assert wrong == []


def transferred(page: Page, path: str, *, pictures: bool) -> int:
    """Return how many bytes a first visit takes, headers and all."""
    done = []
    page.on("requestfinished", lambda request: done.append(request))
    page.goto(path, wait_until="networkidle")
    counted = [request for request in done if pictures or request.resource_type != "image"]
    sizes = [request.sizes() for request in counted]
    return sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)


def test_the_first_view_of_home_is_light(open_browser):
    page = open_browser(PHONE, "vi").new_page()
    assert transferred(page, "/", pictures=False) <= 180 * 1024


def test_the_page_behind_a_code_is_light(open_browser):
    page = open_browser(PHONE, "vi").new_page()
    assert transferred(page, "/t/CP000DE5769B", pictures=True) <= 120 * 1024


@pytest.mark.parametrize("lang", LANGUAGES)
def test_buying_for_cash_works_without_javascript(open_browser, lang):
    page = open_browser(PHONE, lang, java_script_enabled=False).new_page()
    fill_basket(page, "BCAI01")
    page.locator(".line input[name=quantity]").fill("3")
    page.locator(".line form button[type=submit]").first.click()
    expect(page.locator(".line input[name=quantity]")).to_have_value("3")
    page.locator('form[action$="/basket/checkout"] button').click()
    give_address(page, method="cod")
    page.locator("#terms").check()
    page.locator('form[action$="/checkout/place"] button[type=submit]').click()
    expect(page).to_have_url(re.compile(r"/o/\w+\?key="))
    expect(page.locator(".timeline li")).to_have_count(5)


def fill_basket(page: Page, code: str) -> None:
    page.goto(f"/l/{code}")
    page.locator(".buy input[type=radio]:enabled").first.check()
    page.locator(".buy button[type=submit]").click()
    expect(page).to_have_url(re.compile("/basket$"))


def give_address(page: Page, *, method: str) -> None:
    page.locator("#contact_name").fill("Lê Thị Hoa")
    page.locator("#contact_phone").fill("0987 654 302")
    page.locator('[name="delivery"][value="delivery"]').check()
    page.locator("#commune").select_option("vn-2025:10532")
    page.locator("#address").fill("12 Bạch Đằng")
    page.locator(f'[name="method"][value="{method}"]').check()
    page.locator('form[action$="/checkout"] button[type=submit]').click()
    expect(page.locator("#terms")).to_be_visible()
