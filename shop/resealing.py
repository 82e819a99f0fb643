"""Brings everything personal under the seal and the newest key: ``market reseal``."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session, sessionmaker

from kernel import audit
from kernel.actor import HOUSE
from kernel.db import transaction
from kernel.resealing import renew_rows
from kernel.sealing import Sealer
from kernel.storage import SEALED, SealedStorage
from vendors.services.papers import SEALED_PAPERS
from vendors.services.sealing import renew_paper, seal_plain_numbers, seal_plain_papers


@dataclass(frozen=True)
class Resealed:
    """How many numbers and files were plain, and how many values and files had an older key."""

    numbers: int
    papers: int
    values: int
    files: int


def seal_plain(
    maker: sessionmaker[Session], storage: SealedStorage, *, now: datetime
) -> tuple[int, int]:
    """Seal numbers and identity files that lie in plain text; return how many of each."""
    return (
        _until_none(maker, lambda session: seal_plain_numbers(session, now=now)),
        _until_none(maker, lambda session: seal_plain_papers(session, storage)),
    )


def reseal(
    maker: sessionmaker[Session], storage: SealedStorage, sealer: Sealer, *, now: datetime
) -> Resealed:
    """Seal all rows and files with the newest key; run again, it goes on where it stopped.

    :raises SealBroken: when no key opens one of them: the old key must not be thrown away.
    """
    numbers, papers = seal_plain(maker, storage, now=now)
    values = renew_rows(maker, sealer)
    files = sum(_renew_file(maker, storage, key) for key in storage.keys(SEALED))
    done = Resealed(numbers, papers, values, files)
    with maker() as session, transaction(session):
        audit.record(
            session,
            "market.resealed",
            actor=HOUSE,
            subject=("market", "data_keys"),
            now=now,
            **vars(done),
        )
    return done


def _renew_file(maker: sessionmaker[Session], storage: SealedStorage, key: str) -> bool:
    """Renew one file in a transaction of its own."""
    if not key.startswith(f"{SEALED_PAPERS}/"):
        return storage.renew(key)
    with maker() as session, transaction(session):
        return renew_paper(session, key, storage)


def _until_none(maker: sessionmaker[Session], step: Callable[[Session], int]) -> int:
    done = 0
    while True:
        with maker() as session, transaction(session):
            count = step(session)
        if not count:
            return done
        done += count
