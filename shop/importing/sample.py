"""The sample province: loaded once, through the same import as an office's own tables."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from kernel.actor import HOUSE
from shop.importing.columns import Reading
from shop.importing.run import Report, carry_out, plan
from vendors.queries.selling import any_vendor

SAMPLE = Path(__file__).parent.parent.parent / "sampledata"


class BrokenSample(RuntimeError):
    """The sample data and the code do not fit together."""


def load_sample_once(
    maker: sessionmaker[Session],
    *,
    now: datetime,
    folder: Path = SAMPLE,
    step: Callable[[int], object] = int,
) -> Report | None:
    """Load the sample into a market without vendors; return None where there are some.

    Rules and shelves stand already.

    :raises BrokenSample: naming the first problem, if the sample has one.
    """
    with maker() as session:
        if any_vendor(session):
            return None
        planned = plan(folder, Reading(now, demo=True))
        report = carry_out(session, planned, dry_run=False, step=step, actor=HOUSE, now=now)
    if report.findings:
        first = report.findings.shown[0]
        raise BrokenSample(f"{first.place}: {first.message % dict(first.values)} {first.value!r}")
    return report
