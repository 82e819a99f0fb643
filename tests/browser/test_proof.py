"""The proof of a lot in a real browser: verified without network, a changed letter named."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from kernel import clock
from kernel.actor import HOUSE
from kernel.db import transaction
from kernel.settings import load_settings
from shop.sessions import open_sessions
from tests.browser.test_pages import look, sign_in
from tests.traceability.proof.log import body
from tests.traceability.proof.tampering import TAMPERED, Forger, as_file
from traceability.models import SigningKey
from traceability.proof.bundle import read_bundle, read_key_span, verify_bundle
from traceability.proof.notes import origin_of, read_note
from traceability.queries.proof.log import checkpoint_of
from traceability.services.events import write_event
from traceability.services.proof.personal import harvested_by
from traceability.services.proof.signing import sign_when_due

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-pages")]

LOT = "CP000DE5769B"
LANGUAGES = ("vi", "en")
NAMES = ("origin", "keys")


@pytest.fixture(scope="module")
def seed(instance: Path, address: str, signed: str) -> bytes:
    """The private key of the market: who holds it can forge more than others."""
    del signed
    maker = open_sessions(load_settings({"INSTANCE_PATH": str(instance), "PUBLIC_URL": address}))
    with maker() as session:
        row = session.scalars(sa.select(SigningKey)).one()
        return bytes.fromhex(session.info["sealer"].open_text(row.seed_sealed))


@pytest.fixture(scope="module")
def signed(instance: Path, address: str) -> Iterator[str]:
    """A signed log with three events of a lot; gives the checkpoint from before the last."""
    maker = open_sessions(load_settings({"INSTANCE_PATH": str(instance), "PUBLIC_URL": address}))
    with maker() as session:
        kept = ""
        for count in (2, 1):
            with transaction(session):
                for number in range(count):
                    told = body(count * 10 + number, ref=f"{address}/t/{LOT}")
                    write_event(session, told, vendor_id=None, now=clock.now())
            kept = kept or sign(session, address)
        sign(session, address)
    yield kept
    maker.kw["bind"].dispose()


@pytest.fixture(scope="module")
def named(instance: Path, address: str) -> Iterator[Callable[[str], None]]:
    """Write a name beside the log of a vendor, as a harvest does."""
    maker = open_sessions(load_settings({"INSTANCE_PATH": str(instance), "PUBLIC_URL": address}))

    def name(vendor_id: str) -> None:
        with maker() as session, transaction(session):
            harvested_by(session, "Bà Tư", vendor_id=vendor_id, actor=HOUSE)

    yield name
    maker.kw["bind"].dispose()


def sign(session, address: str) -> str:
    """Sign what the worker has not signed by itself, as if it were a while later."""
    last = checkpoint_of(session)
    now = clock.now() if last is None else last.signed_at + timedelta(minutes=11)
    with transaction(session):
        sign_when_due(session, origin=origin_of(address), office="", now=now)
    point = checkpoint_of(session)
    assert point is not None
    return point.note


def choose(page: Page, *files: tuple[str, str]) -> None:
    page.locator("#files").set_input_files(
        [{"name": name, "mimeType": "text/plain", "buffer": text.encode()} for name, text in files]
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_pages_of_proof_are_fit_for_everybody(open_browser, signed, lang):
    page, wrong = open_browser(lang=lang).new_page(), []
    for name, path in (
        ("proof-lot", f"/t/{LOT}/proof"),
        ("proof-log", "/proof"),
        ("verify", f"/verify-trace?lot={LOT}"),
    ):
        page.goto(f"{path}{'&' if '?' in path else '?'}lang={lang}")
        if name == "verify":
            expect(page.locator("[data-verify-good]")).to_be_visible()
        wrong += look(page, name)
    assert wrong == []


def test_a_proof_is_verified_without_network_and_a_changed_letter_is_named(open_browser, signed):
    context = open_browser(lang="en")
    page = context.new_page()
    page.goto("/t/" + LOT + "/proof?lang=en")
    with page.expect_download() as caught:
        page.get_by_role("link", name="Download the proof").click()
    good = Path(caught.value.path()).read_text()
    page.goto("/verify-trace")
    context.set_offline(True)
    choose(page, ("proof.json", good))
    expect(page.get_by_text("Nothing was changed")).to_be_visible()
    told = json.loads(good)
    # The sample tells of the lot, too.
    assert len(told["events"]) > 3
    expect(page.locator("[data-verify-events] > li")).to_have_count(len(told["events"]))

    changed = told["events"][1]
    changed["body"] = changed["body"].replace("KGM", "KGN")
    choose(page, ("proof.json", json.dumps(told)))
    expect(page.get_by_role("alert").filter(has_text="This does not hold")).to_be_visible()
    expect(page.locator("[data-verify-problems]")).to_contain_text(changed["event_id"])
    expect(page.locator(".proof-bad")).to_have_count(1)
    assert look(page, "verify-bad") == []

    choose(page, ("odd.json", "{}"))
    expect(page.get_by_text("This file is no proof")).to_be_visible()


def test_the_browser_finds_what_the_command_finds_whatever_is_forged(open_browser, signed, seed):
    page = open_browser(lang="en").new_page()
    page.goto("/verify-trace")
    origin, keys = (page.locator("[data-verify]").get_attribute(f"data-{name}") for name in NAMES)
    told = page.request.get(f"/t/{LOT}/proof.json").json()
    good = read_bundle(as_file(told))
    at = verify_bundle(good).signed_at
    trusted = [read_key_span(one) for one in json.loads(keys)]
    for tamper, found in TAMPERED:
        forged, older = tamper(Forger(told, seed, at))
        note = read_note(older) if older else None
        bundle = read_bundle(as_file(forged))
        verdict = verify_bundle(bundle, origin=origin, trusted=trusted, older=note)
        assert {one.code for one in verdict.problems} == set(found), tamper.__name__
        page.reload()
        if older:
            choose(page, ("kept.txt", older))
        choose(page, ("proof.json", as_file(forged)))
        items = page.locator("[data-verify-problems] > li")
        expect(items).to_have_text([one.words for one in verdict.problems])
    assert verify_bundle(good, origin=origin, trusted=trusted).is_good


def test_what_an_officer_sees_of_the_log(open_browser, signed):
    page = open_browser(lang="vi").new_page()
    sign_in(page, "pheduyet@chophien.example")
    wrong = []
    for lang in LANGUAGES:
        page.goto(f"/office/trace-log?lang={lang}")
        wrong += look(page, "desk-proof")
        page.locator("textarea").fill(signed)
        page.locator("main form button[type=submit]").first.click()
        expect(page.locator(".verdict-passed")).to_be_visible()
        wrong += look(page, "desk-proof-good")
        size = signed.split("\n")[1]
        page.goto(f"/proof?size={size}&lang={lang}")
        wrong += look(page, "proof-paper")
    assert wrong == []


def test_the_owner_erases_a_name(open_browser, signed, named):
    page = open_browser(lang="vi").new_page()
    sign_in(page, "thang@chophien.example")
    page.goto("/work")
    vendor = page.url.split("/work/")[1].split("/")[0]
    named(vendor)
    wrong = []
    for lang in LANGUAGES:
        page.goto(f"/work/{vendor}/farm/names?lang={lang}")
        expect(page.get_by_text("Bà Tư").first).to_be_visible()
        wrong += look(page, "names")
        page.locator(".line a.btn").first.click()
        wrong += look(page, "name-forget")
    page.locator("main form button[type=submit]").first.click()
    expect(page.get_by_text("Bà Tư")).to_have_count(0)
    assert wrong == []


def test_a_kept_checkpoint_is_joined_to_the_proof(open_browser, signed):
    page = open_browser(lang="en").new_page()
    size = signed.split("\n")[1]
    page.goto("/verify-trace")
    joined = page.request.get(f"/t/{LOT}/proof.json?since={size}").text()
    choose(page, ("kept.txt", signed))
    expect(page.get_by_text("The checkpoint is read")).to_be_visible()
    choose(page, ("proof.json", joined))
    expect(page.get_by_text("goes on from the checkpoint")).to_be_visible()
    told = json.loads(joined)
    told["consistency"]["proof"] = told["events"][0]["proof"][:1]
    choose(page, ("proof.json", json.dumps(told)))
    expect(page.locator("[data-verify-problems]")).to_contain_text("was rewritten")
