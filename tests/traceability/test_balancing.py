"""A lot whose books do not add up comes on the office's watch list, and goes when they do."""

import pytest
import sqlalchemy as sa

from tests.traceability.packhouse import Packhouse
from traceability.models import WatchItem
from traceability.rules import WatchKind, WatchState
from traceability.services import lots
from traceability.services.balancing import watch_balances


@pytest.fixture
def house(session):
    return Packhouse(session)


def matters(house) -> list[tuple[str, WatchState]]:
    rows = house.session.execute(
        sa.select(WatchItem.lot_id, WatchItem.state).where(WatchItem.kind == WatchKind.MASS_BALANCE)
    )
    return [tuple(row) for row in rows]


def test_what_is_missing_beyond_the_tolerance_is_watched_until_it_turns_up(house):
    lot_id, other = house.harvest(quantity=100_000), house.harvest(quantity=100_000)
    house.take(lots.correct_count, lot_id, 94_000)
    # Five percent may be missing.
    house.take(lots.correct_count, other, 95_000)
    assert house.run(watch_balances) == 1
    assert house.run(watch_balances) == 1
    assert matters(house) == [(lot_id, WatchState.OPEN)]
    house.take(lots.correct_count, lot_id, 99_000)
    assert house.run(watch_balances) == 0
    assert matters(house) == [(lot_id, WatchState.DONE)]
