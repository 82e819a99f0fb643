"""What the worker does for vendors by itself."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from kernel.jobs import Job
from kernel.storage import SealedStorage, Storage
from vendors.services.erasing import erase_identities
from vendors.services.lapsing import watch_certificates
from vendors.services.leaving import ForgetGoods, purge_left
from vendors.services.reminding import remind_of_answers, remind_of_orders
from vendors.services.renewing import call_renewals, lapse_recognitions, remind_of_renewals
from vendors.services.sealing import sweep_sealed


def watch(session: Session, now: datetime) -> int:
    """Tell the house what the day did to certificates; return of how many.

    Badges fall by themselves; listings, checklists, the search index and the vendors are told.
    """
    return watch_certificates(session, now=now)


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


def watch_recognitions(session: Session, now: datetime) -> int:
    """Call for renewals, tell vendors of the end, and let lapse what nobody renewed."""
    called = call_renewals(session, now=now)
    told = remind_of_renewals(session, now=now)
    return called + told + lapse_recognitions(session, now=now)


def remind_office_at(office: Callable[[], str]) -> Callable[[Session, datetime], int]:
    """Return the job that writes of answers and orders that are due, to an address read then."""
    return lambda session, now: _remind_office(session, office(), now)


def _remind_office(session: Session, office: str, now: datetime) -> int:
    answers = remind_of_answers(session, office=office, now=now)
    return answers + remind_of_orders(session, office=office, now=now)


JOBS = (
    Job("vendors.watch_certificates", 60, watch),
    Job("vendors.watch_recognitions", 60, watch_recognitions),
)
"""Hourly: a worker that was away at midnight makes up for it."""
