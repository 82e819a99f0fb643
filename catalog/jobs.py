"""What the worker does for the shelves by itself."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.events import ListingsDrifted
from catalog.models import StockGap
from catalog.queries.leaning import drifted, selling_vendors
from catalog.services.alts import suggest_words
from catalog.services.lots import drop_past_everywhere
from catalog.services.plans import apply_due_prices
from catalog.services.promising import keep_promises
from catalog.services.search_log import purge_search_log
from catalog.services.sheets import purge_uploads
from kernel.clock import local_date
from kernel.events import emit
from kernel.jobs import Job

BATCH = 500


def tell_drift(session: Session, now: datetime) -> int:
    """Tell of vendors whose goods are not what they should be; return how many.

    On-change handling leaves none; this catches what changed without a word, such as a
    requirement that begins or ends on a day.
    """
    last, told = "", 0
    while vendor_ids := selling_vendors(session, after=last, limit=BATCH):
        for vendor_id in drifted(session, vendor_ids, on=local_date(now)):
            emit(session, ListingsDrifted(vendor_id), now=now)
            told += 1
        last = vendor_ids[-1]
    return told


def look_at_gaps(session: Session, now: datetime) -> int:
    """Look again at stocks that promise more than their lots hold; return how many changed.

    A basket that is given up, an order that is cancelled and a harvest that is taken in let a
    promise be kept after all; a basket that is ordered makes one.
    """
    vendors = session.scalars(sa.select(StockGap.vendor_id).distinct().order_by(StockGap.vendor_id))
    return sum(keep_promises(session, vendor_id, now=now) for vendor_id in vendors.all())


def suggest_missing_words(session: Session, now: datetime) -> int:
    """Give pictures that came without words what the data suggest; return to how many listings."""
    return suggest_words(session, now=now)


JOBS = (
    Job("catalog.tell_drift", 24 * 60, tell_drift),
    Job("catalog.drop_past", 60, drop_past_everywhere),
    Job("catalog.look_at_gaps", 5, look_at_gaps),
    Job("catalog.apply_due_prices", 1, apply_due_prices),
    Job("catalog.purge_search_log", 24 * 60, purge_search_log),
    Job("catalog.suggest_words", 60, suggest_missing_words),
    Job("catalog.purge_uploads", 60, purge_uploads),
)
