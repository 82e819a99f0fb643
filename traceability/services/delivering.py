"""New events are sent to who subscribed: at least once each, in the order of the log.

What is due is claimed for a while in one transaction, sent outside of any, and noted in another.
A worker that dies in between leaves its claim behind; when that is over, the same is sent again.
What stands in the log before ``position`` was sent or is not asked for. The log is in the order of
commits, so nothing can turn up before it later.
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session, sessionmaker

from kernel.actor import HOUSE
from kernel.clock import local_date
from kernel.db import lock, transaction
from kernel.events import emit
from kernel.mail import MOST_ATTEMPTS, back_off
from kernel.rules_table import rule
from kernel.sealing import sealer_of
from traceability.epcis.asked import Known
from traceability.epcis.asking import parameters_of, read_query
from traceability.epcis.contexts import declared
from traceability.epcis.telling import event_text, query_document
from traceability.events import SubscriptionGivenUp
from traceability.gateways.webhooks import post
from traceability.models import Subscription
from traceability.queries.events import EventRow, Span, events_in_log, known_prefixes, log_size
from traceability.queries.partners import partner_by_id
from traceability.queries.subscriptions import due_subscriptions
from traceability.rules.partners import SubscriptionEnd
from traceability.services.subscriptions import close, next_run

log = structlog.get_logger()

CLAIMED = timedelta(minutes=2)
"""Longer than any call takes."""

WINDOW = 5_000
"""So many events of the log are looked through at once."""

AT_ONCE = 4
"""To so many receivers: one that is slow keeps the others waiting for less."""

TOO_LARGE = 413


@dataclass(frozen=True)
class Stop:
    """How far a subscription has come: a leaf of the log, and whether its run is over there."""

    position: int
    ends_run: bool


@dataclass(frozen=True)
class Parcel:
    """What is sent now, and what holds once it has arrived."""

    subscription_id: str
    dest: str
    body: bytes = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    claimed_until: datetime
    stop: Stop
    events: int


@dataclass(frozen=True)
class Receipt:
    """What the receiver answered; ``status`` 0: it could not be reached."""

    status: int
    problem: str = ""

    @property
    def is_taken(self) -> bool:
        """Tell whether the receiver has it now."""
        return 200 <= self.status < 300


Send = Callable[[Parcel], Receipt]
"""Sends a parcel over the network; never raises for what a receiver does."""


def deliver_due(maker: sessionmaker[Session], send: Send, *, clock: Callable[[], datetime]) -> int:
    """Send what is due; return how many parcels were taken."""
    with maker() as session:
        due = due_subscriptions(session, now=clock(), most=100)
    if not due:
        return 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(pool.map(lambda each: _deliver(maker, send, each, clock), due))


def sending(*, nearby: bool = False) -> Send:
    """Return what sends parcels; ``nearby`` lets tests be sent to this machine."""

    def send(parcel: Parcel) -> Receipt:
        try:
            return Receipt(post(parcel.dest, parcel.body, parcel.headers, nearby=nearby))
        except OSError as problem:
            return Receipt(0, str(problem))

    return send


def _deliver(
    maker: sessionmaker[Session], send: Send, subscription_id: str, clock: Callable[[], datetime]
) -> bool:
    with maker() as session:
        try:
            with transaction(session):
                parcel = claim(session, subscription_id, now=clock())
            if parcel is None:
                return False
            receipt = send(parcel)
            with transaction(session):
                note(session, parcel, receipt, now=clock())
        except Exception as error:  # noqa: BLE001 - one subscription must not stop the others
            log.warning("delivery failed", subscription=subscription_id, error=repr(error))
            with transaction(session):
                put_off(session, subscription_id, now=clock())
            return False
    return receipt.is_taken


def put_off(session: Session, subscription_id: str, *, now: datetime) -> None:
    """Try a subscription again later: the fault was the house's own, and counts for nobody."""
    row = lock(session, Subscription, subscription_id)
    if row is not None:
        row.busy_until, row.due_at = None, now + back_off(MOST_ATTEMPTS)


def claim(session: Session, subscription_id: str, *, now: datetime) -> Parcel | None:
    """Return what is to be sent now, and keep others from sending it meanwhile.

    None: there is nothing, or somebody else is at it.
    """
    row = lock(session, Subscription, subscription_id)
    if row is None or not _is_free(row, now):
        return None
    partner = partner_by_id(session, row.token_id, today=local_date(now))
    if partner is None or not partner.may_read:
        close(session, row, SubscriptionEnd.TOKEN, actor=HOUSE, now=now)
        return None
    end = _end_of_run(session, row)
    stop = min(end, row.position + WINDOW)
    found = _found(session, row, Span(row.position, stop, row.since))
    chosen = found[: row.batch]
    position = chosen[-1][0] + 1 if len(found) > len(chosen) else max(stop, row.position)
    ends_run = position >= end
    if not chosen and not (ends_run and _wants_empty(row)):
        _move(row, Stop(position, ends_run), now)
        return None
    return _parcel(session, row, [each for _, each in chosen], Stop(position, ends_run), now)


def _is_free(row: Subscription, now: datetime) -> bool:
    is_claimed = row.busy_until is not None and row.busy_until > now
    return row.ended_at is None and row.due_at <= now and not is_claimed


def _end_of_run(session: Session, row: Subscription) -> int:
    """Return how far is told now: a run of a schedule ends where the log did at its beginning."""
    size = log_size(session)
    if row.streams:
        return size
    if row.run_end is None:
        row.run_end, row.run_told = size, False
    return row.run_end


def _wants_empty(row: Subscription) -> bool:
    return row.reports_empty and not row.streams and not row.run_told


def _found(session: Session, row: Subscription, span: Span) -> list[tuple[int, EventRow]]:
    asked = read_query(
        parameters_of(row.parameters),
        Known(
            declared(row.parameters.get("@context")),
            known_prefixes(session, vendor_id=row.vendor_id),
        ),
    )
    return events_in_log(
        session, vendor_id=row.vendor_id, asked=asked, span=span, size=row.batch + 1
    )


def _parcel(
    session: Session, row: Subscription, events: Sequence[EventRow], stop: Stop, now: datetime
) -> Parcel:
    row.busy_until = now + CLAIMED
    texts = (event_text(e.body, e.record_time, epc_format=row.epc_format) for e in events)
    document = query_document(texts, name=row.query_name, subscription_id=row.id, at=now)
    body = document.encode()
    headers = {"GS1-EPC-Format": row.epc_format}
    if secret := sealer_of(session).open_text(row.signature_sealed):
        headers["GS1-Signature"] = signature_of(body, secret)
    return Parcel(row.id, row.dest, body, headers, row.busy_until, stop, len(events))


def signature_of(body: bytes, secret: str) -> str:
    """Return what proves to a receiver who sent a body: HMAC-SHA256 with what it gave us."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def note(session: Session, parcel: Parcel, receipt: Receipt, *, now: datetime) -> None:
    """Write down what became of a parcel; of one that somebody else took over: nothing."""
    row = lock(session, Subscription, parcel.subscription_id)
    if row is None or row.busy_until != parcel.claimed_until:
        return
    row.busy_until = None
    if receipt.is_taken:
        row.attempts, row.failing_since, row.last_error = 0, None, ""
        row.notified_at, row.run_told = now, True
        _move(row, parcel.stop, now)
    elif receipt.status == TOO_LARGE and parcel.events > 1:
        row.batch, row.due_at = max(1, parcel.events // 2), now
    else:
        _note_failure(session, row, receipt, now)


def _move(row: Subscription, stop: Stop, now: datetime) -> None:
    row.position, row.executed_at = stop.position, now
    if row.streams or not stop.ends_run:
        row.due_at = now
        return
    row.run_end, row.due_at = None, next_run(row.schedule, now)


def _note_failure(session: Session, row: Subscription, receipt: Receipt, now: datetime) -> None:
    row.attempts += 1
    row.failing_since = row.failing_since or now
    row.last_error = (receipt.problem or f"HTTP {receipt.status}")[:300]
    row.due_at = now + back_off(row.attempts)
    days = int(rule(session, "trace.subscription_days", on=local_date(now)).value)
    if now - row.failing_since >= timedelta(days=days):
        close(session, row, SubscriptionEnd.UNREACHABLE, actor=HOUSE, now=now)
        emit(session, SubscriptionGivenUp(row.id, row.vendor_id), now=now)
