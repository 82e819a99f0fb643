"""A file of 200 MB against real processes: refused in the reader's language, nothing lost."""

import time
from collections.abc import Iterator

import httpx
import pytest

from kernel import clock, db
from kernel.db import transaction
from kernel.settings import load_settings
from shop.sessions import open_sessions
from tests.fault.buyers import Forms
from tests.fault.running import environ_of, serving
from tests.orders.market import open_market
from tests.vendors.conftest import PERSON, WHERE, WHO, owner_of, person
from vendors import queries
from vendors.services import applying

pytestmark = pytest.mark.fault

MEGABYTE = 1024**2
SENT_MB = 200
CONTACT = "0912345679"
HEAD = (
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="to.pdf"\r\n'
    b"Content-Type: application/pdf\r\n\r\n%PDF-1.7"
)


@pytest.fixture
def market(sqlite_url, tmp_path):
    """A running market with a person who has filled in an application up to the papers."""
    environ = environ_of(tmp_path / "instance", sqlite_url)
    settings = load_settings(environ)
    engine = db.open_engine(sqlite_url)
    open_market(db.session_factory(engine), clock.now())
    engine.dispose()
    maker = open_sessions(settings)
    with maker() as session, transaction(session):
        user_id = person(session, contact=CONTACT)
        vendor_id = applying.start_application(
            session, WHO, actor=owner_of(user_id), now=clock.now()
        )
        applying.save_where(
            session,
            vendor_id,
            where=WHERE,
            actor=owner_of(user_id, vendor_id),
            now=clock.now(),
        )
        applying.save_person(
            session,
            vendor_id,
            person=PERSON,
            sealer=session.info["sealer"],
            actor=owner_of(user_id, vendor_id),
            now=clock.now(),
        )
    with serving(environ) as running:
        yield running, vendor_id, maker


@pytest.fixture
def browser(market):
    """Somebody who is signed in."""
    running, vendor_id, _maker = market
    with httpx.Client(base_url=running.address, timeout=60) as client:
        form = next(
            form
            for form in Forms(client.get("/sign-in").text).found.values()
            if "csrf_token" in form
        )
        answer = client.post(
            "/sign-in",
            data={**form, "contact": CONTACT, "password": "mot-mat-khau-dai-9"},
        )
        assert answer.status_code == 303, answer.text
        assert client.get(f"/apply/{vendor_id}/papers").status_code == 200
        yield client


def body(sent: list[int]) -> Iterator[bytes]:
    """Give a form with one file of 200 MB, piece by piece."""
    yield HEAD
    for _ in range(SENT_MB):
        sent.append(MEGABYTE)
        yield b" " * MEGABYTE
    yield b"%%EOF\r\n--x--\r\n"


@pytest.mark.parametrize("announced", [True, False], ids=["with its length", "in chunks"])
def test_a_file_of_200_mb_is_refused_and_what_was_typed_is_kept(market, browser, announced):
    running, vendor_id, maker = market
    page, sent = f"/apply/{vendor_id}/papers", []
    with maker() as session:
        before = queries.dossier(session, vendor_id)
    headers = {
        "Content-Type": "multipart/form-data; boundary=x",
        "Referer": running.address + page,
        "Accept-Language": "vi",
    }
    if announced:
        length = len(HEAD) + SENT_MB * MEGABYTE + len(b"%%EOF\r\n--x--\r\n")
        headers["Content-Length"] = str(length)
    began = time.monotonic()
    answer = browser.post(page, content=body(sent), headers=headers)
    assert answer.status_code == 413
    assert "64 MB" in answer.text
    assert '<html lang="vi"' in answer.text
    assert f'href="{page}"' in answer.text
    if announced:
        assert time.monotonic() - began < 5
        assert sum(sent) < 20 * MEGABYTE
    assert "Nguyễn Văn Thành" in browser.get(f"/apply/{vendor_id}/person").text
    assert WHERE.address in browser.get(f"/apply/{vendor_id}/where").text
    with maker() as session:
        assert queries.dossier(session, vendor_id) == before
    assert running.is_whole()
