"""What the office did in a period, read from the history of dossiers."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from kernel.clock import HANOI, local_date
from vendors.models import Vendor, VendorStep
from vendors.rules import VendorState
from vendors.rules.statistics import Handled


def handled_between(session: Session, first: date, last: date) -> Sequence[Handled]:
    """Return every approval and rejection of a period of days in Viet Nam.

    How long the office had a dossier counts from the last time it was handed in.
    """
    begin, end = _instant(first), _instant(last + timedelta(days=1))
    rows = session.execute(
        sa.select(
            VendorStep.action,
            VendorStep.at,
            _handed_in().label("handed_in"),
            Vendor.legal_form,
            Vendor.commune,
            Vendor.sells,
        )
        .join(Vendor, Vendor.id == VendorStep.vendor_id)
        .where(
            VendorStep.action.in_(("approve", "reject")),
            VendorStep.at >= begin,
            VendorStep.at < end,
        )
        .order_by(VendorStep.at, VendorStep.id)
    )
    return [
        Handled(
            approved=row.action == "approve",
            decided_on=local_date(row.at),
            waited=row.at - (row.handed_in or row.at),
            legal_form=row.legal_form,
            commune=row.commune,
            offers=tuple(row.sells),
        )
        for row in rows
    ]


def _handed_in() -> sa.ScalarSelect[datetime]:
    """Return when the dossier of a step came to the office for the last time before it."""
    sent = aliased(VendorStep)
    return (
        sa.select(sa.func.max(sent.at))
        .where(
            sent.vendor_id == VendorStep.vendor_id,
            sent.action.in_(("submit", "appeal")),
            sent.at <= VendorStep.at,
        )
        .correlate(VendorStep)
        .scalar_subquery()
    )


def counts_by_state(session: Session) -> dict[VendorState, int]:
    """Return how many dossiers stand in each state now, drafts left out."""
    rows = session.execute(
        sa.select(Vendor.state, sa.func.count())
        .where(Vendor.state != VendorState.DRAFT)
        .group_by(Vendor.state)
    )
    found = {state: count for state, count in rows}  # noqa: C416 - rows are no pairs for mypy
    return {state: found[state] for state in VendorState if state in found}


def _instant(day: date) -> datetime:
    return datetime.combine(day, time(), HANOI).astimezone(UTC)
