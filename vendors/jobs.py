"""What the worker does for vendors by itself."""

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.clock import local_date
from kernel.events import emit
from kernel.jobs import Job
from kernel.storage import SealedStorage, Storage
from vendors.events import VendorChanged
from vendors.models import Certificate
from vendors.services.erasing import erase_identities
from vendors.services.leaving import ForgetGoods, purge_left
from vendors.services.sealing import sweep_sealed


def tell_lapsed(session: Session, now: datetime) -> None:
    """Tell the house of vendors with a certificate that does not count from today on.

    Badges fall by themselves; this is for what was written down, such as the search index.
    """
    lapsed = session.scalars(
        sa.select(Certificate.vendor_id)
        .where(Certificate.valid_to == local_date(now), Certificate.verified_at.is_not(None))
        .distinct()
    )
    for vendor_id in lapsed:
        emit(session, VendorChanged(vendor_id), now=now)


def purge_left_with(
    storage: Callable[[], Storage], *forget_goods: ForgetGoods
) -> Callable[[Session, datetime], int]:
    """Return the nightly job that deletes what closed vendors left; the storage is opened then."""
    return lambda session, now: purge_left(
        session, forget=storage().delete, forget_goods=forget_goods, now=now
    )


def erase_identities_with(storage: Callable[[], Storage]) -> Callable[[Session, datetime], int]:
    """Return the hourly job that erases identity papers and numbers once a decision stands."""
    return lambda session, now: erase_identities(session, forget=storage().delete, now=now)


def sweep_sealed_with(
    storage: Callable[[], SealedStorage],
) -> Callable[[Session, datetime], int]:
    """Return the nightly job that deletes sealed files which uploads that broke off left."""
    return lambda session, now: sweep_sealed(session, storage(), now=now)


JOBS = (Job("vendors.tell_lapsed", 60, tell_lapsed),)
"""Hourly: a worker that was away at midnight makes up for it."""
