"""``python -m bench.fill_queue N``: prepare an office with N dossiers, and an officer's browser."""

import json
import random
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from bench.serving import settle
from kernel import clock
from kernel.db import transaction
from kernel.ids import new_id
from kernel.places import communes
from kernel.rules_table import seed_rules
from kernel.settings import load_settings
from kernel.text import fold
from shop.factory import create_app
from shop.prepare import upgrade
from shop.sessions import open_sessions
from tests.people import sign_in_as
from vendors.models import Vendor
from vendors.queries.queueing import MOST_PAGES
from vendors.rules import WAITING, LegalForm, Offer, VendorState, offer_bits

BATCH = 1000
# How many of a hundred dossiers stand where.
SHARES = {
    VendorState.APPROVED: 52,
    VendorState.SUBMITTED: 9,
    VendorState.UNDER_REVIEW: 8,
    VendorState.INFORMATION_REQUESTED: 5,
    VendorState.REJECTED: 8,
    VendorState.RENEWAL_DUE: 5,
    VendorState.LAPSED: 5,
    VendorState.SUSPENDED: 2,
    VendorState.TERMINATED: 2,
    VendorState.APPEALED: 1,
    VendorState.DECIDED: 1,
    VendorState.CLOSED: 2,
}
KINDS = ("HTX", "Hộ kinh doanh", "Cơ sở", "Vườn", "Công ty TNHH", "Trang trại", "Làng nghề")
GOODS = ("vải thiều", "ổi", "cà rốt", "rau sạch", "mật ong", "gốm", "bánh đậu xanh", "gạo nếp")
PEOPLE = ("Lan", "Hương", "Đức Chính", "Thành", "Bình Minh", "An Phát", "Hùng", "Tứ Kỳ", "Nga")


def main() -> None:
    """Fill the database, and note which pages to ask for and as whom."""
    settings = load_settings()
    upgrade(settings.database_url)
    maker = open_sessions(settings)
    app = create_app(settings)
    now = clock.now()
    with maker() as session, transaction(session):
        seed_rules(session, now=now)
    client = app.test_client()
    officer = sign_in_as(app, client, now=now, name="Lan", roles=["reviewer"])
    ids = _grow(maker, int(sys.argv[1]), officer, now)
    settle(settings.database_url)
    noted = {"views": _views(ids), "cookie": _cookie(app, client)}
    (settings.instance_path / "paths.json").write_text(json.dumps(noted))


def _grow(maker: sessionmaker[Session], count: int, officer: str, now: datetime) -> list[str]:
    chance = random.Random(19)  # noqa: S311 - a market of the same kind each time
    waiting: list[str] = []
    rows: list[dict[str, Any]] = []
    for row in _dossiers(count, officer, now, chance):
        rows.append(row)
        if row["state"] in WAITING and len(waiting) < 100:
            waiting.append(row["id"])
        if len(rows) == BATCH:
            _insert(maker, rows)
            rows = []
    _insert(maker, rows)
    return waiting


def _insert(maker: sessionmaker[Session], rows: list[dict[str, Any]]) -> None:
    if rows:
        with maker() as session, transaction(session):
            session.execute(sa.insert(Vendor.__table__), rows)  # type: ignore[arg-type]


def _dossiers(
    count: int, officer: str, now: datetime, chance: random.Random
) -> Iterator[dict[str, Any]]:
    states, shares = list(SHARES), list(SHARES.values())
    places = communes(former_hai_duong_only=True)
    officers = [officer, *(new_id() for _ in range(30))]
    for number in range(count):
        state = chance.choices(states, shares)[0]
        waits = state in WAITING
        age = chance.randrange(20 if waits else 1500)
        name = f"{chance.choice(KINDS)} {chance.choice(GOODS)} {chance.choice(PEOPLE)} {number}"
        sells = [offer.value for offer in chance.sample(list(Offer), chance.randint(1, 3))]
        keeper = None if state is VendorState.SUBMITTED else chance.choice(officers)
        yield {
            "id": new_id(),
            "code": f"Q{number}",
            "slug": f"q-{number}",
            "name": name,
            "name_folded": fold(name),
            "legal_form": chance.choice(list(LegalForm)),
            "registration_no": f"08{number:08d}",
            "representative": chance.choice(PEOPLE),
            "phone": f"+849{number:08d}",
            "email": None,
            "commune": chance.choice(places).key,
            "address": f"Thôn {number % 9}",
            "old_address": "",
            "story": {},
            "art": "basket",
            "sells": sells,
            "offer_bits": offer_bits(sells),
            "lang": "vi",
            "state": state,
            "reviewer_id": keeper,
            "reviewer_name": "Trần Thị Lan" if keeper else "",
            "created_at": now - timedelta(days=age + 3),
            "submitted_at": now - timedelta(days=age, minutes=chance.randrange(1440)),
            "decided_at": None,
            "due_on": (now + timedelta(days=7 - age)).date() if waits else None,
            "valid_until": None,
            "version": 1,
        }


def _cookie(app: Flask, client: Any) -> str:
    name = app.config["SESSION_COOKIE_NAME"]
    return f"{name}={client.get_cookie(name).value}"


def _views(ids: list[str]) -> dict[str, list[str]]:
    """Return the addresses of each view: common ones, rare ones, and the last page there is."""
    place = communes(former_hai_duong_only=True)[7].key
    views: dict[str, list[dict[str, Any]]] = {
        "default": [{}],
        "all": [{"state": "all"}, {"state": "all", "order": "newest"}, {"state": "approved"}],
        "due": [{"order": "due"}, {"state": "all", "order": "due"}],
        "filtered": [
            {"commune": place},
            {"state": "all", "commune": place, "offer": "organic", "form": "state"},
            {"who": "me"},
            {"state": "all", "who": "me", "offer": "homestay"},
            {"who": "nobody", "due": "late"},
            {"who": "colleague", "due": "soon"},
        ],
        "text": [
            {"state": "all", "q": "duc chinh"},
            {"state": "all", "q": "htx vải lan 99"},
            {"state": "all", "q": "mat ong"},
            {"q": "rau sach nga"},
        ],
        "text-nothing": [{"state": "all", "q": "xyzzy"}, {"state": "all", "q": "htx xyzzy qwv"}],
        "number": [
            {"state": "all", "q": "0800012345"},
            {"state": "all", "q": "0900 012 345"},
            {"state": "all", "q": "030080001234"},
            {"state": "all", "q": "Q4711"},
        ],
        "deep": [{"state": "all", "page": MOST_PAGES}, {"state": "approved", "page": MOST_PAGES}],
    }
    found = {
        view: [f"/office/vendors?{urlencode(one)}" for one in some] for view, some in views.items()
    }
    return found | {"dossier": [f"/office/vendors/{one}?state=all" for one in ids]}


if __name__ == "__main__":
    main()
