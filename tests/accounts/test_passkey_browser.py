"""A passkey in a real browser, with the virtual security key of Chromium."""

import re
import shutil
import threading

import pytest
from playwright.sync_api import expect, sync_playwright
from werkzeug.serving import make_server

from tests.people import PASSWORD

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]

pytestmark = pytest.mark.browser


@pytest.fixture
def address(app):
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def screen():
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        screen = browser.new_page(viewport={"width": 390, "height": 844}, locale="en-GB")
        devtools = screen.context.new_cdp_session(screen)
        devtools.send("WebAuthn.enable")
        key = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True}
        key |= {"isUserVerified": True, "automaticPresenceSimulation": True}
        devtools.send("WebAuthn.addVirtualAuthenticator", {"options": key})
        yield screen
        browser.close()


def test_a_passkey_is_made_and_used(address, screen):
    screen.goto(f"{address}/sign-up?lang=en")
    screen.get_by_label("Your name").fill("Lan")
    screen.get_by_label("Mobile number or e-mail").fill("0912 345 678")
    screen.get_by_label("Password").fill(PASSWORD)
    screen.get_by_role("button", name="Sign up").click()
    screen.get_by_role("link", name="Second step").click()
    screen.get_by_role("link", name="Add a passkey").click()
    screen.get_by_label("Name of this passkey").fill("my phone")
    screen.get_by_label("Current password").fill(PASSWORD)
    screen.get_by_role("button", name="Make a passkey").click()
    expect(screen.get_by_role("heading", name="Recovery codes")).to_be_visible()
    screen.get_by_role("link", name="I have kept them").click()
    expect(screen.get_by_text("my phone")).to_be_visible()

    screen.goto(f"{address}/me")
    screen.get_by_role("button", name="Sign out").click()
    screen.goto(f"{address}/sign-in?next=/me/devices")
    screen.get_by_label("Mobile number or e-mail").fill("0912345678")
    screen.get_by_label("Password").fill(PASSWORD)
    screen.get_by_role("button", name="Sign in").click()
    screen.get_by_role("button", name="Confirm with your passkey").click()
    expect(screen).to_have_url(re.compile("/me/devices$"))
    expect(screen.get_by_text("This device")).to_be_visible()
