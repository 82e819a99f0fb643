"""Fills a new market: dated rules, shelves and, in a demo, the sample province."""

import csv
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.orm import Session, sessionmaker

from accounts.services.people import find_user
from accounts.services.second_factor import Authenticator, enrol_demo
from catalog.search import EngineDown
from kernel import clock
from kernel.db import refresh_statistics, transaction
from kernel.events import note_handled
from kernel.settings import Settings
from kernel.storage import open_storage
from shop import wiring
from shop.founding import found_market
from shop.importing.sample import SAMPLE, load_sample_once
from shop.resealing import seal_plain
from shop.sessions import open_sessions

log = structlog.get_logger()


def seal(settings: Settings) -> None:
    """Seal what an older release left in plain text."""
    seal_plain(open_sessions(settings), open_storage(settings), now=clock.now())


def seed(settings: Settings) -> None:
    """Make sure that rules, shelves and a search index exist; load the sample once."""
    maker, now = open_sessions(settings), clock.now()
    with maker() as session, transaction(session):
        found_market(session, now=now)
    is_new = not settings.is_production and load_sample_once(maker, now=now)
    if is_new:
        _enrol_officials(maker, settings, now)
        with maker() as session, transaction(session):
            refresh_statistics(session)
    if is_new:
        _build_index(maker, settings, now)
    else:
        wiring.keep_index(maker, wiring.open_search(settings), now=now)


def _build_index(maker: sessionmaker[Session], settings: Settings, now: datetime) -> None:
    try:
        wiring.reindex(maker, settings, now=now)
    except EngineDown as down:
        log.warning("search engine", problem=str(down))  # The worker builds it when it is there.
    else:
        _spare_the_index(maker, settings, now)


def _spare_the_index(maker: sessionmaker[Session], settings: Settings, now: datetime) -> None:
    """Have the sample's events not write the index again: it was just built, at one go.

    One by one they would keep the worker busy for the first half minute of a market.
    """
    reactions = wiring.handlers(wiring.open_search(settings))
    searching = {
        kind.__name__: [one.name for one in heard if one.outside]
        for kind, heard in reactions.items()
    }
    with maker() as session, transaction(session):
        note_handled(session, searching, now=now)


def _enrol_officials(maker: sessionmaker[Session], settings: Settings, now: datetime) -> None:
    """Give the demo's officials the second factor that their roles ask for."""
    authenticator = Authenticator(settings.secret_key, settings.market_name, demo=True)
    with maker() as session, transaction(session):
        for account in _accounts():
            user_id = find_user(session, account.contact)
            if account.roles and user_id:
                enrol_demo(session, user_id, authenticator=authenticator, now=now)


def demo_accounts(settings: Settings) -> list[str]:
    """Return a line for each account that people can try, none in production."""
    if settings.is_production:
        return []
    return [
        f"  {account.contact:<34}{account.password:<24}{account.roles or account.stalls}"
        for account in _accounts()
    ]


@dataclass(frozen=True)
class _Account:
    contact: str
    password: str
    roles: str
    stalls: str


def _accounts() -> list[_Account]:
    with (SAMPLE / "users.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))[1:]
    return [_Account(contact=row[0], password=row[2], roles=row[4], stalls=row[5]) for row in rows]
