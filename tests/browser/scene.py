"""A scene: one language, one screen, people with a browser each, and a numbered picture per step."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import zxingcpp
from babel.support import Translations
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import ROOT, overflow, shoot

PATIENCE = 20
"""Seconds within which the worker has to be done."""


class Scene:
    """What the people of one walk have in common."""

    def __init__(
        self,
        *,
        name: str,
        lang: str,
        size: dict[str, int],
        open_browser: Callable[..., BrowserContext],
        folder: Path,
        instance: Path,
    ) -> None:
        self.name, self.lang, self.size = name, lang, size
        self.folder, self.instance = folder, instance
        self._open = open_browser
        self._words = Translations.load(ROOT / "translations", [lang])
        self._pictures = 0
        self._pages: list[Page] = []

    def __enter__(self) -> "Scene":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_more: object) -> None:
        """Show what everybody had before them when something went wrong."""
        for number, page in enumerate(self._pages if kind else [], 1):
            shoot(page, f"{self.name}-failed-{number}")

    def say(self, message: str, **values: object) -> str:
        """Return a message as this scene's people read it."""
        text = str(self._words.gettext(message))
        return text % values if values else text

    def enter(self) -> Page:
        """Open the market in a browser of its own, in the language of the scene."""
        page = self._open(self.size, self.lang).new_page()
        self._pages.append(page)
        page.goto(f"/?lang={self.lang}")
        return page

    def shoot(self, page: Page, what: str) -> None:
        """Keep a picture of the page, which has to fit the screen."""
        self._pictures += 1
        assert overflow(page) == 0, f"{page.url} is wider than the screen"
        shoot(page, f"{self.name}-{self._pictures:02d}-{what}")

    def wait_for_message(self, contact: str, text: str) -> None:
        """Wait until the market has sent this to somebody: the worker needs a moment."""
        path, end = self.instance / "outbox" / "email.txt", time.monotonic() + PATIENCE
        while not _was_sent(path, contact, text):
            assert time.monotonic() < end, f"{contact} was never told {text!r}"
            time.sleep(0.1)


def _was_sent(path: Path, contact: str, text: str) -> bool:
    sent = path.read_text().split("To: ") if path.exists() else []
    return any(message.startswith(f"{contact}\n") and text in message for message in sent)


class Person:
    """Somebody in front of a browser: reads, writes into fields, presses buttons."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.say = scene, scene.say
        self.page = scene.enter()

    def go(self, path: str) -> None:
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.ok, f"{answer.status} {path}"

    def press(self, message: str, **values: object) -> None:
        """Press the button with this text."""
        self.page.get_by_role("button", name=self.say(message, **values), exact=True).click()

    def follow(self, message: str, **values: object) -> None:
        """Follow the first link in the page that holds this text."""
        text = self.say(message, **values)
        self.page.get_by_role("main").get_by_role("link", name=text).first.click()

    def field(self, name: str) -> Locator:
        return self.page.get_by_role("main").locator(f'[name="{name}"]:not([type="hidden"])').first

    def fill(self, **values: str) -> None:
        """Fill in fields of any kind by their names."""
        for name, value in values.items():
            box = self.field(name)
            kind = box.evaluate("box => box.type")
            if kind == "radio":
                self.choose(name, value)
            elif kind == "select-one":
                box.select_option(value)
            else:
                box.fill(value)

    def choose(self, name: str, value: str) -> None:
        self.page.locator(f'[name="{name}"][value="{value}"]').check()

    def is_at(self, heading: str) -> None:
        """Look at the heading of the page."""
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(heading)

    def sees(self, *texts: str) -> None:
        """Look for texts in the main part of the page."""
        for text in texts:
            expect(self.page.get_by_role("main")).to_contain_text(text)

    def reads(self, message: str, **values: object) -> None:
        """Look for a message of the market in the main part of the page."""
        self.sees(self.say(message, **values))

    def keep(self, what: str) -> None:
        """Keep a picture of this step."""
        self.scene.shoot(self.page, what)

    def until(self, text: str) -> None:
        """Look again and again until the page says this: the worker needs a moment."""
        end = time.monotonic() + PATIENCE
        while text not in self.page.get_by_role("main").inner_text():
            assert time.monotonic() < end, f"{self.page.url} never said {text!r}"
            self.page.wait_for_timeout(250)
            self.page.reload()

    def sign_in(self, contact: str, password: str = "ba con trau vang") -> None:
        self.go("/sign-in")
        self.fill(contact=contact, password=password)
        self.press("Sign in")

    def second_step(self) -> None:
        """Read the demo account's code from the page and give it."""
        code = re.search(r"\b\d{6}\b", self.page.get_by_role("note").inner_text())
        assert code is not None
        self.fill(code=code[0])
        self.press("Continue")
        expect(self.page).not_to_have_url(re.compile("second-step"))


def paper(folder: Path, name: str, *lines: str) -> Path:
    """Make a scanned paper: a page with some lines on it."""
    page = Image.new("RGB", (1240, 1754), "#fdfcf7")
    draw = ImageDraw.Draw(page)
    draw.rectangle((60, 60, 1180, 1694), outline="#8a2b2b", width=6)
    for number, line in enumerate(lines):
        font = ImageFont.load_default(64 if not number else 40)
        draw.text((620, 240 + number * 130), line, "#1f2d26", font=font, anchor="mm")
    page.save(folder / name, quality=85)
    return folder / name


def photo(folder: Path, name: str) -> Path:
    """Make a picture of yellow fruit on green leaves."""
    picture = Image.new("RGB", (1600, 1200), "#5c8a4a")
    draw = ImageDraw.Draw(picture)
    for number in range(60):
        x, y = (number * 397) % 1600, (number * 211) % 1200
        draw.ellipse((x - 160, y - 50, x + 160, y + 50), fill=("#3f6d35", "#6f9f58")[number % 2])
    for number in range(7):
        x = 340 + number * 150
        y = 560 + (number - 3) ** 2 * 18
        draw.ellipse(
            (x - 110, y - 190, x + 110, y + 190), fill="#e6b93c", outline="#b98a1e", width=6
        )
        draw.ellipse((x - 70, y - 140, x - 20, y + 40), fill="#f5d97a")
    picture.save(folder / name, quality=88)
    return folder / name


def decode(box: Locator, path: Path) -> str:
    """Return what a phone's camera reads from a code on the screen."""
    box.scroll_into_view_if_needed()
    box.screenshot(path=path)
    with Image.open(path) as picture:
        wide = Image.new("RGB", (picture.width + 80, picture.height + 80), "white")
        wide.paste(picture, (40, 40))
    found = zxingcpp.read_barcodes(wide)
    assert found, f"no code can be read in {path}"
    return str(found[0].text)
