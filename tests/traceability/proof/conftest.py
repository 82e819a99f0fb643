"""A log with events in it, and a key that signs."""

from datetime import UTC, datetime, timedelta

import pytest

from kernel.db import transaction
from kernel.rules_table import seed_rules
from tests.traceability.proof.log import Log


@pytest.fixture
def log(session):
    """An empty log on both engines, with the rules it reads."""
    with transaction(session):
        seed_rules(session, now=datetime(2026, 11, 23, 3, 0, tzinfo=UTC) - timedelta(days=1))
    return Log(session)
