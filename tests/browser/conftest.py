"""The market as people have it: its own processes, the sample province, a real Chromium."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

ROOT = Path(__file__).parent.parent.parent
SCREENS = ROOT / "build" / "screens"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
PATIENCE_MS = 15_000
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    """Return the path of Chromium, or None where it is not installed.

    Best the one without windows: each phone that is opened costs it a third.
    """
    names = ("chromium-headless-shell", "chromium", "chromium-browser")
    return next(filter(None, map(shutil.which, names)), None)


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder where the market keeps its data; ``outbox`` holds what it sends."""
    return tmp_path_factory.mktemp("market")


@pytest.fixture(scope="session")
def address(browser: Browser, instance: Path) -> Iterator[str]:
    """Run the market, web and worker, on the sample province; give its address."""
    del browser  # without one there is nothing to run it for
    with serving(instance) as running:
        yield running


@pytest.fixture(scope="session")
def desk_instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a second market: officers judge, suspend and take down there."""
    return tmp_path_factory.mktemp("desk")


@pytest.fixture(scope="session")
def desk_address(browser: Browser, desk_instance: Path) -> Iterator[str]:
    """Run the second market, so that all others find the sample as it came; give its address."""
    del browser
    with serving(desk_instance) as running:
        yield running


@contextmanager
def serving(instance: Path) -> Iterator[str]:
    """Run a market of its own in a folder; give its address."""
    port = free_port()
    environ = os.environ | {
        "PORT": str(port),
        "INSTANCE_PATH": str(instance),
        "LOG_LEVEL": "ERROR",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    process = subprocess.Popen([sys.executable, "-m", "shop.serve"], cwd=ROOT, env=environ)
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)


def wait_for(url: str, process: "subprocess.Popen[bytes]", seconds: int = 180) -> None:
    """Wait until a server answers.

    :raises TimeoutError: when it does not.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the market ended with {process.returncode}")
        try:
            urllib.request.urlopen(url, timeout=5)
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(url)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a process."""
    if chromium() is None:
        pytest.skip("Chromium is not installed: browser tests cannot run")
    # A busy machine is slow, not wrong.
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=QUIET)
        yield opened
        opened.close()


@pytest.fixture
def open_browser(browser: Browser, address: str) -> Iterator[Callable[..., BrowserContext]]:
    """Open browsers of several people; fail on any request to another origin or script error."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def listen(page: Page) -> None:
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda line: (
                complaints.append(f"{page.url}: {line.text}")
                if "Content Security Policy" in line.text
                else None
            ),
        )
        page.on(
            "request",
            lambda request: (
                complaints.append(f"left our origin: {request.url}")
                if not request.url.startswith((address, "data:", "blob:"))
                else None
            ),
        )

    def open_(size: dict[str, int] = PHONE, lang: str = "vi", **wishes: object) -> BrowserContext:
        context = browser.new_context(
            viewport=size,
            base_url=address,
            locale={"vi": "vi-VN", "en": "en-GB"}[lang],
            reduced_motion="reduce",
            **wishes,
        )
        context.set_default_timeout(PATIENCE_MS)
        context.on("page", listen)
        contexts.append(context)
        return context

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


def shoot(page: Page, name: str) -> None:
    """Write a picture of the whole page, on a screen as tall as it is: bars stay at the edges."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    size = page.viewport_size or DESK
    height = int(page.evaluate("() => document.documentElement.scrollHeight"))
    page.set_viewport_size(size | {"height": max(size["height"], height)})
    page.evaluate(
        "() => Promise.all([...document.images].filter(i => i.checkVisibility())"
        ".map(i => i.decode().catch(() => null)))"
    )
    page.screenshot(path=SCREENS / f"{name}.png", scale="css")
    page.set_viewport_size(size)


def violations(page: Page) -> list[str]:
    """Return what axe finds wrong with a page."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate("() => axe.run({resultTypes: ['violations']})")
    return [
        f"{page.url} {v['id']}: {node['html'][:160]}"
        for v in found["violations"]
        for node in v["nodes"]
    ]


def overflow(page: Page) -> int:
    """Return by how many pixels a page is wider than the screen."""
    return int(
        page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
    )
