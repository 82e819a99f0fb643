"""Logs of a farmOS server: looked through, chosen, written down once, in a browser."""

import threading
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from tests.browser.test_pages import LANGUAGES, look
from tests.people import sign_in_as
from tests.shop.exchange.farm import PLOT, farm_server
from tests.traceability.land import NOW, Land, count
from traceability.models import DiaryEntry

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-records")]


@pytest.fixture
def address(app):
    """Serve a market of this test, which may ask machines nearby; give its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def land(app_session) -> Land:
    return Land(app_session)


@pytest.fixture
def page(app, client, open_browser, address, land, lang) -> Page:
    """A page of the farm's recorder, signed in."""
    sign_in_as(app, client, now=NOW, vendor=land.vendor_id, vendor_roles=["recorder"])
    context = open_browser(lang=lang)
    cookie = client.get_cookie("cp_session")
    context.add_cookies([{"name": "cp_session", "value": cookie.value, "url": address}])
    opened = context.new_page()
    opened.goto(f"/?lang={lang}")
    return opened


def numbers(page: Page) -> list[str]:
    """Return what was new, known, left out and refused."""
    return page.locator("[aria-labelledby=outcome] .number dd").all_inner_texts()


def written(land: Land) -> int:
    land.session.rollback()
    return count(land.session, DiaryEntry)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_logs_are_shown_written_down_and_never_twice(page, land):
    with farm_server() as farm:
        page.goto(f"/work/{land.vendor_id}/farm/farmos")
        for name, value in {"address": farm, "user": "ba", "password": "right"}.items():
            page.locator(f"#{name}").fill(value)
        wrong = look(page, "farmos-server")
        page.locator("form [type=submit]").last.click()
        expect(page.locator("[aria-labelledby=logs] tbody tr")).to_have_count(54)
    place = page.locator(f"#place-{PLOT}")
    expect(place).to_have_value(land.season_id)
    wrong += look(page, "farmos-preview")
    place.select_option("")
    page.locator("[formmethod=get]").click()
    expect(page.locator("[aria-labelledby=logs] tbody .quiet")).to_have_count(54)
    assert (written(land), wrong) == (0, [])
    place.select_option(land.season_id)
    page.locator("form [type=submit]").last.click()
    expect(page.locator("#outcome")).to_be_visible()
    assert (numbers(page), written(land)) == (["54", "0", "0", "0"], 54)
    wrong += look(page, "farmos-written")
    page.goto(urlsplit(page.url).path)
    page.locator("form [type=submit]").last.click()
    expect(page.locator("#outcome")).to_be_visible()
    assert (numbers(page), written(land), wrong) == (["0", "54", "0", "0"], 54, [])
