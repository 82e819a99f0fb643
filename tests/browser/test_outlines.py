"""The border of a plot is walked with the phone or tapped on the map; the field follows."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.browser.test_pages import link, look, sign_in

pytestmark = [pytest.mark.browser]


def test_a_border_is_taken_from_the_phone_and_the_map(open_browser):
    context = open_browser(
        PHONE,
        "vi",
        geolocation={"latitude": 20.872, "longitude": 106.341},
        permissions=["geolocation"],
    )
    page = context.new_page()
    sign_in(page, "thang@chophien.example")
    page.goto("/work/")
    page.goto(page.url.split("?")[0].rstrip("/") + "/farm")
    page.goto(link(page, r"/plots/\w+/outline$"))
    corners = page.locator("textarea")
    corners.fill("")
    page.get_by_role("button", name="Góc ở đây").click()
    expect(corners).to_have_value("20.872000, 106.341000")
    drawn = page.locator("[data-outline-map]")
    drawn.click(position={"x": 60, "y": 60})
    drawn.click(position={"x": 200, "y": 60})
    expect(page.locator("[data-outline-say]")).to_have_text(re.compile(r"^3 góc, "))
    assert look(page, "outline") == []
    page.get_by_role("button", name="Bỏ góc cuối").click()
    expect(corners).to_have_value(re.compile(r"^[^\n]+\n[^\n]+$"))
