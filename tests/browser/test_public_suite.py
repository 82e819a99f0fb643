"""GS1's public test suite for resolvers, run against the market; its warnings count as failures.

Runs where ``GS1_TESTSUITE`` names a checkout of gs1/GS1DL-resolver-testsuite, with the schemas of
``../shared/data/gs1``. The suite is a page whose script asks a helper on a server for the headers of
answers: Chromium opens the page, and this file is the helper. All addresses are ``https``, which a
proxy in front of the market speaks: this file stands in for it, so certificates are not proven.
"""

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import jsonschema
import pytest
from playwright.sync_api import Browser, BrowserContext, Request, Route

from kernel.db import open_engine, session_factory
from kernel.sealing import Sealer
from tests.browser.conftest import ROOT, free_port, wait_for
from tests.conftest import DATA_KEY, FINGERPRINT_KEY
from tests.shop.test_resolver import BASE, GLN, GTIN, sell_with_every_link
from tests.traceability.land import Land
from traceability.queries import lot_cards
from traceability.services.links import change_farm_number

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-suite")]

SUITE = Path(os.environ.get("GS1_TESTSUITE", ""))
DATA = ROOT.parent / "shared" / "data" / "gs1"
MARKET, CODES = "https://cho.example.vn", "https://id.example.vn"
PAGE = "https://suite.example/"
SCRIPTS = ("GS1DigitalLinkToolkit.js", "GS1DigitalLinkResolverTestSuite.js")
HELPER = "/gs1/tester.php"
# What the suite fetches from GS1: here it comes from the folder of data.
FETCHED = {
    "https://ref.gs1.org/standards/resolver/description-file-schema": "description-file-schema.json",
    "https://gs1.github.io/linkset/gs1-linkset-schema.json": "gs1-linkset-schema.json",
    "https://ref.gs1.org/voc/data/linktypes": "linktypes.json",
}
OPEN = {"Access-Control-Allow-Origin": "*"}
# Schemas are checked by this process: the suite asks for an answer at once, so the page waits.
CHECKER = """window.ajv7 = class {
  compile(schema) {
    const check = data => {
      const asked = new XMLHttpRequest();
      asked.open('POST', '/check', false);
      asked.send(JSON.stringify([schema, data ?? null]));
      check.errors = JSON.parse(asked.responseText);
      return !check.errors.length;
    };
    return check;
  }
};"""
RESULTS = "() => resultsArray.map(one => ({id: one.id, status: one.status, msg: one.msg}))"


@dataclass(frozen=True)
class Answer:
    """What the market sent, as it sent it."""

    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes


class Proxy:
    """Stands before the market: whatever is asked of one of its hosts goes to its port."""

    def __init__(self, port: int) -> None:
        self.port = port

    def ask(self, url: str, method: str = "GET", **headers: str | None) -> Answer:
        host = urlsplit(url).netloc
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.putrequest(
            method,
            url.partition(host)[2] or "/",
            skip_host=True,
            skip_accept_encoding=True,
        )
        for name, value in ({"Host": host, "Accept": "*/*"} | headers).items():
            if value is not None:
                connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        got = connection.getresponse()
        assert got.version == 11
        made = Answer(got.status, got.reason, got.getheaders(), got.read())
        connection.close()
        return made

    def follow(self, url: str, method: str, accept: str) -> Answer:
        """Ask as a browser does: it follows a redirect, which is not seen here otherwise."""
        got = self.ask(url, method, Accept=accept)
        while got.status == 307:
            got = self.ask(dict(got.headers)["location"], method, Accept=accept)
        return got


class Faulty(Proxy):
    """A market with faults, to see that they are found."""

    def ask(self, url: str, method: str = "GET", **headers: str | None) -> Answer:
        got = super().ask(url, method, **headers)
        told = [(name, value) for name, value in got.headers if name != "link"]
        if method == "OPTIONS":
            told = [(name, value) for name, value in told if "allow-origin" not in name]
        body = got.body.replace(b"itemDescription", b"description")
        return Answer(404 if got.status == 400 else got.status, got.reason, told, body)


@pytest.fixture(scope="module", autouse=True)
def _suite() -> None:
    if not all((SUITE / name).is_file() for name in SCRIPTS):
        pytest.skip("no checkout of GS1's test suite for resolvers (GS1_TESTSUITE)")
    if not DATA.is_dir():
        pytest.skip("no ../shared/data/gs1: the suite has no schemas")


@pytest.fixture
def paths(sqlite_url: str) -> list[str]:
    """Fill a market; return the paths of codes of each kind."""
    engine = open_engine(sqlite_url)
    maker = session_factory(engine)
    maker.configure(info={"sealer": Sealer([DATA_KEY], FINGERPRINT_KEY)})
    with maker() as session:
        land = Land(session)
        lot_id = land.harvest(gtin=GTIN)
        session.rollback()
        lot = lot_cards(session, [lot_id])[lot_id]
        land.run(change_farm_number, land.farm_id, gln=GLN, actor=land.owner)
        sell_with_every_link(land, lot)
    engine.dispose()
    known = f"{BASE}/10/{lot.code}"
    return [BASE, known, f"{BASE}/10/UNKNOWN", f"{known}/21/S1", f"{known}/21/S2", f"/414/{GLN}"]


@pytest.fixture
def market(paths: list[str], sqlite_url: str, tmp_path: Path) -> Iterator[Proxy]:
    """Serve the market as in production: by its own server, behind a proxy."""
    del paths  # It is there before anybody asks.
    port = free_port()
    environ = os.environ | {
        "PUBLIC_URL": MARKET,
        "RESOLVER_URL": CODES,
        "DATABASE_URL": sqlite_url,
        "INSTANCE_PATH": str(tmp_path),
        "DATA_KEYS": DATA_KEY,
        "FINGERPRINT_KEY": FINGERPRINT_KEY,
        "LOG_LEVEL": "ERROR",
    }
    words = [sys.executable, "-m", "granian", "--interface", "asginl", "--no-ws", "--workers", "1"]
    words += ["--port", str(port), "--log-level", "error", "wsgi:gate"]
    process = subprocess.Popen(words, cwd=ROOT, env=environ)
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", process)
        yield Proxy(port)
    finally:
        process.terminate()
        process.wait(timeout=30)


class Helper:
    """Answers whatever the page asks for: its own files, GS1's schemas, the headers of answers."""

    def __init__(self, market: Proxy) -> None:
        self.market = market

    def __call__(self, route: Route, request: Request) -> None:
        url = urlsplit(request.url)
        if request.url in FETCHED:
            route.fulfill(path=DATA / FETCHED[request.url], headers=OPEN)
        elif url.path == HELPER:
            route.fulfill(json=self.helped(url.query), headers=OPEN)
        elif request.url.startswith((MARKET, CODES)):
            got = self.market.follow(request.url, request.method, request.headers["accept"])
            route.fulfill(status=got.status, headers=dict(got.headers), body=got.body)
        elif request.url == f"{PAGE}check":
            route.fulfill(json=wrong_with(*json.loads(request.post_data or "[]")))
        elif request.url.startswith(PAGE):
            route.fulfill(**_file(url.path.strip("/")))
        else:
            route.abort()

    def helped(self, query: str) -> dict[str, object]:
        """Ask the market as the suite's helper does, and tell what its answer said."""
        said = {name: values[0] for name, values in parse_qs(query).items()}
        test, url = said["test"], said["testVal"]
        if test == "getHTTPversion":
            self.market.ask(url, "HEAD")
            return {"result": "HTTP/1.1"}
        accept = said.get("mediaType", "*/*")
        if test in {"getLinkset", "getLinksetHeaders"}:
            accept = "application/linkset+json"
        method = "OPTIONS" if test == "getCorsHeaders" else "GET"
        got = self.market.ask(url, method, Accept=accept, Accept_Language=said.get("lang"))
        headers = dict(got.headers)
        if test != "getLinkset":
            return {"result": headers | {"uri": url, "httpCode": got.status}}
        body = {"headers": headers, "httpCode": got.status, "responseBody": quote(got.body)}
        return {"result": json.dumps(body)}


def _file(name: str) -> dict[str, str]:
    """Return a file of the suite, or the page that runs it."""
    if name:
        return {"path": str(SUITE / name)}
    scripts = "".join(f'<script src="{one}"></script>' for one in SCRIPTS)
    shell = '<div id="gs1ResolverTests"></div><img id="rotatingcircle">'
    return {"body": f"<!doctype html>{shell}{scripts}", "content_type": "text/html"}


def wrong_with(schema: dict[str, object], data: object) -> list[dict[str, str]]:
    """Return what is wrong with data by a schema, as the suite reads it."""
    found = jsonschema.Draft7Validator(schema).iter_errors(data)
    return [{"instancePath": one.json_path, "message": one.message} for one in found]


def run(asked: BrowserContext, uri: str) -> list[dict[str, str]]:
    """Let the suite test an address; return its results."""
    page = asked.new_page()
    page.goto(PAGE)
    page.evaluate("uri => testDL(uri)", uri)
    # Two checks are not waited for by the suite itself.
    page.wait_for_load_state("networkidle")
    results = list(page.evaluate(RESULTS))
    page.close()
    return results


@pytest.fixture
def asked(browser: Browser) -> Iterator[BrowserContext]:
    """A browser in which the suite finds what it needs."""
    context = browser.new_context()
    context.add_init_script(CHECKER)
    yield context
    context.close()


@pytest.mark.parametrize("host", [MARKET, CODES])
def test_the_public_suite_finds_neither_a_failure_nor_a_warning(
    asked: BrowserContext, market: Proxy, paths: list[str], host: str
) -> None:
    asked.route("**/*", Helper(market))
    wrong, counts = [], []
    for path in paths:
        results = run(asked, host + path)
        bad = [one for one in results if one["status"] != "pass"]
        counts.append(f"{host}{path} {len(results) - len(bad)}/{len(results)}")
        wrong += [(path, one["status"], one["id"], one["msg"]) for one in bad]
    sys.stdout.write("\n".join(counts) + "\n")
    assert wrong == []
    assert all(int(told.rpartition("/")[2]) >= 30 for told in counts), counts


def test_the_public_suite_finds_faults_through_this_file(
    asked: BrowserContext, market: Proxy
) -> None:
    """The negative control: what is broken on the way is told."""
    asked.route("**/*", Helper(Faulty(market.port)))
    bad = {one["id"] for one in run(asked, MARKET + BASE) if one["status"] != "pass"}
    assert bad >= {"corsCheck", "linkOnRedirect", "reportWith400", "validLinkset"}
