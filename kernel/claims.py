"""One ledger for whatever can run out: kilograms, seats, slots, nights, vouchers.

Whatever can run out is a bucket; whoever wants some holds a claim.
``available = on_hand + oversell_cap - allocated - live claims of others``.

Every change takes the bucket rows locked, in id order and read anew, inside the
caller's transaction (READ COMMITTED on PostgreSQL, BEGIN IMMEDIATE on SQLite).
``now`` is read before the locks are had: waiting can only make a rival's hold
look alive a little longer, never make stock look free.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.buckets import Bucket as Bucket
from kernel.buckets import Claim as Claim
from kernel.buckets import ClaimState as ClaimState
from kernel.buckets import Movement as Movement
from kernel.buckets import Standing as Standing
from kernel.db import UtcDateTime
from kernel.errors import Conflict
from kernel.many import among
from kernel.messages import msg
from kernel.quantity import Unit

Moment = datetime | sa.BindParameter[datetime]
"""An instant, or the place in a statement where one will stand."""


@dataclass(frozen=True)
class Demand:
    """So much of one bucket, in the bucket's unit."""

    bucket_id: str
    qty: int


class SoldOut(Conflict):
    """Not enough is left; ``available`` says how much is, in the bucket's unit."""

    code, message = "sold_out", msg("There is not enough left.")

    def __init__(self, bucket_id: str, available: int) -> None:
        super().__init__()
        self.bucket_id = bucket_id
        self.available = available


class AlreadySettled(Conflict):
    """The owner's claims are a sale already and cannot be changed."""

    code, message = "already_settled", msg("This has been bought already.")


def open_bucket(
    session: Session, *, kind: str, unit: Unit, on_hand: int, now: datetime, oversell_cap: int = 0
) -> Bucket:
    """Create a bucket and write its first movement."""
    bucket = Bucket(kind=kind, unit=unit, on_hand=on_hand, oversell_cap=oversell_cap)
    session.add(bucket)
    session.flush()
    _move(session, bucket.id, d_on_hand=on_hand, reason="opened", now=now)
    return bucket


def available(session: Session, bucket_ids: Iterable[str], *, now: datetime) -> dict[str, int]:
    """Return what is free of each bucket, in its unit, never below zero (one statement)."""
    rows = session.execute(_free_of(), {"ids": list(bucket_ids), "now": now})
    return {bucket_id: max(int(free), 0) for bucket_id, free in rows}


@cache
def _free_of() -> sa.Select[str, int]:
    """Say once what is asked for every page: building it costs more than running it."""
    now = sa.bindparam("now", type_=UtcDateTime)
    wanted = Bucket.id.in_(sa.bindparam("ids", expanding=True))
    return sa.select(Bucket.id, _free(now)).where(wanted)


def free_now(
    bucket_id: sa.ColumnExpressionArgument[str | None], *, now: Moment
) -> sa.ScalarSelect[int]:
    """Return what is free of the bucket of a row, for the queries of other trades."""
    return sa.select(_free(now)).where(Bucket.id == bucket_id).scalar_subquery()


def _free(now: Moment) -> sa.ColumnElement[int]:
    held = (
        sa.select(sa.func.coalesce(sa.func.sum(Claim.qty), 0))
        .where(Claim.bucket_id == Bucket.id, _is_live(now))
        .correlate(Bucket)
        .scalar_subquery()
    )
    return Bucket.on_hand + Bucket.oversell_cap - Bucket.allocated - held


def hold(
    session: Session, owner: str, demands: Iterable[Demand], *, until: datetime, now: datetime
) -> None:
    """Hold what an owner wants until an instant.

    ``demands`` is all the owner wants: quantities are absolute, whatever is no
    longer wanted is released.

    :raises SoldOut: when a bucket has less than is wanted; nothing is held then.
    :raises AlreadySettled: when the owner has bought already.
    """
    want = _summed(demands)
    buckets = _lock(session, want)
    if _is_settled(session, owner):
        raise AlreadySettled
    _check(session, owner, want, buckets, now)
    mine = {claim.bucket_id: claim for claim in _active(session, owner)}
    for bucket_id, claim in mine.items():
        if bucket_id not in want:
            _close(claim, ClaimState.RELEASED, now)
    for bucket_id, qty in want.items():
        if bucket_id in mine:
            mine[bucket_id].qty, mine[bucket_id].expires_at = qty, until
        else:
            session.add(
                Claim(
                    bucket_id=bucket_id, owner_key=owner, qty=qty, expires_at=until, created_at=now
                )
            )
    session.flush()


def settle(session: Session, owner: str, demands: Iterable[Demand], *, now: datetime) -> bool:
    """Turn an owner's demands into a sale; repeat calls change nothing.

    Return True when allocated now, False when it had been done before. A hold
    that was swept meanwhile does not matter as long as enough is free.

    :raises SoldOut: when it was resold meanwhile (the late-money path).
    """
    want = _summed(demands)
    buckets = _lock(session, want)
    if _is_settled(session, owner):
        return False
    _check(session, owner, want, buckets, now)
    mine = {claim.bucket_id: claim for claim in _active(session, owner)}
    for bucket in buckets:
        qty = want[bucket.id]
        bucket.allocated += qty
        claim = mine.pop(bucket.id, None)
        if claim is None:
            claim = Claim(bucket_id=bucket.id, owner_key=owner, expires_at=now, created_at=now)
            session.add(claim)
        claim.qty, claim.pinned = qty, False
        _close(claim, ClaimState.CONSUMED, now)
        _move(session, bucket.id, d_allocated=qty, reason="settled", owner=owner, now=now)
    for claim in mine.values():
        _close(claim, ClaimState.RELEASED, now)
    session.flush()
    return True


def release(session: Session, owner: str, *, now: datetime) -> None:
    """Give up an owner's holds; sales stay."""
    for claim in _active(session, owner):
        _close(claim, ClaimState.RELEASED, now)
    session.flush()


def release_all(session: Session, bucket_ids: Collection[str], *, of: str, now: datetime) -> int:
    """Give up the holds on buckets of all owners whose names begin with ``of``; sales stay.

    Return how many there were. What waits for the outcome of a payment is kept.
    """
    if not bucket_ids:
        return 0
    done = session.execute(
        sa.update(Claim)
        .where(
            among(session, Claim.bucket_id, bucket_ids),
            Claim.state == ClaimState.ACTIVE,
            Claim.pinned.is_(False),
            Claim.owner_key.startswith(of, autoescape=True),
        )
        .values(state=ClaimState.RELEASED, closed_at=now),
        execution_options={"synchronize_session": False},
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def give_back(
    session: Session,
    owner: str,
    *,
    reason: str,
    now: datetime,
    only: Collection[str] | None = None,
) -> None:
    """Undo an owner's sale and holds: what was bought can be bought by others again.

    ``only`` names the buckets to undo; the rest of the owner's claims stays.
    """
    consumed = session.scalars(_claims_of(owner, ClaimState.CONSUMED)).all()
    undone = {c.bucket_id: 1 for c in consumed if only is None or c.bucket_id in only}
    for bucket in _lock(session, undone):
        # Read again under the lock: a second caller finds nothing left to undo.
        claim = session.scalars(
            _claims_of(owner, ClaimState.CONSUMED)
            .where(Claim.bucket_id == bucket.id)
            .execution_options(populate_existing=True)
        ).one_or_none()
        if claim is None:
            continue
        bucket.allocated -= claim.qty
        _move(session, bucket.id, d_allocated=-claim.qty, reason=reason, owner=owner, now=now)
        _close(claim, ClaimState.RELEASED, now)
    if only is None:
        release(session, owner, now=now)
    session.flush()


def pin(session: Session, owner: str, *, pinned: bool) -> None:
    """Mark an owner's holds as waiting for a payment's outcome (expiry is ignored), or not."""
    for claim in _active(session, owner):
        claim.pinned = pinned
    session.flush()


def adjust(
    session: Session,
    bucket_id: str,
    *,
    d_on_hand: int,
    reason: str,
    now: datetime,
    actor_id: str | None = None,
) -> Bucket:
    """Add to or take from what is on hand (harvest, spoilage, count).

    :raises SoldOut: when less would remain than is sold already.
    """
    (bucket,) = _lock(session, {bucket_id: 1})
    after = bucket.on_hand + d_on_hand
    if after < 0 or after - bucket.allocated < -bucket.oversell_cap:
        raise SoldOut(bucket_id, bucket.on_hand - bucket.allocated)
    bucket.on_hand = after
    _move(session, bucket_id, d_on_hand=d_on_hand, reason=reason, actor_id=actor_id, now=now)
    session.flush()
    return bucket


def unsold(session: Session, bucket_id: str) -> int:
    """Return what is on hand of a bucket beyond what is sold, and keep it locked."""
    (bucket,) = _lock(session, {bucket_id: 1})
    return bucket.on_hand - bucket.allocated


def serve(session: Session, owner: str, bucket_ids: Collection[str], *, now: datetime) -> None:
    """Note that what an owner bought of some buckets is taken off the shelf for him."""
    for claim in session.scalars(_claims_of(owner, ClaimState.CONSUMED)):
        if claim.bucket_id in bucket_ids:
            claim.served_at = claim.served_at or now
    session.flush()


def lock_standings(
    session: Session, bucket_ids: Collection[str], *, now: datetime
) -> dict[str, Standing]:
    """Return what buckets have to answer for, and keep them locked."""
    buckets = _lock(session, dict.fromkeys(bucket_ids, 1))
    unserved = sa.and_(Claim.state == _written(ClaimState.CONSUMED), Claim.served_at.is_(None))
    sold = _summed_claims(session, bucket_ids, unserved)
    held = _summed_claims(session, bucket_ids, _is_live(now))
    return {
        bucket.id: Standing(
            sold.get(bucket.id, 0),
            held.get(bucket.id, 0),
            max(bucket.on_hand - bucket.allocated - held.get(bucket.id, 0), 0),
        )
        for bucket in buckets
    }


def sweep(session: Session, *, now: datetime, limit: int = 500) -> int:
    """Mark due holds as expired and return how many (availability never waits for it)."""
    due = session.scalars(
        sa.select(Claim)
        .where(Claim.state == ClaimState.ACTIVE, Claim.pinned.is_(False), Claim.expires_at <= now)
        .order_by(Claim.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for claim in due:
        _close(claim, ClaimState.EXPIRED, now)
    session.flush()
    return len(due)


def _summed(demands: Iterable[Demand]) -> dict[str, int]:
    """Sum the demand on each bucket: two lines on one bucket must not pass one by one."""
    want: dict[str, int] = {}
    for demand in demands:
        want[demand.bucket_id] = want.get(demand.bucket_id, 0) + demand.qty
    return want


def _lock(session: Session, want: Mapping[str, int]) -> list[Bucket]:
    """Return the buckets locked, in id order, read anew."""
    buckets = list(
        session.scalars(
            sa.select(Bucket)
            .where(Bucket.id.in_(want))
            .order_by(Bucket.id)
            # Not FOR UPDATE: lines that refer to a bucket are written by others meanwhile.
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
    )
    if len(buckets) != len(want):
        raise LookupError(f"unknown bucket among {sorted(want)}")
    return buckets


def _check(
    session: Session, owner: str, want: Mapping[str, int], buckets: list[Bucket], now: datetime
) -> None:
    others = sa.and_(Claim.owner_key != owner, _is_live(now))
    taken = _summed_claims(session, want, others)
    for bucket in buckets:
        free = bucket.on_hand + bucket.oversell_cap - bucket.allocated - taken.get(bucket.id, 0)
        if free < want[bucket.id]:
            raise SoldOut(bucket.id, max(free, 0))


def _summed_claims(
    session: Session, bucket_ids: Collection[str], which: sa.ColumnElement[bool]
) -> dict[str, int]:
    found = sa.select(Claim.bucket_id, sa.func.sum(Claim.qty)).group_by(Claim.bucket_id)
    rows = session.execute(found.where(among(session, Claim.bucket_id, bucket_ids), which))
    return {bucket_id: int(qty) for bucket_id, qty in rows}


def _is_live(now: Moment) -> sa.ColumnElement[bool]:
    # Written out, not bound: SQLite plans a statement anew at each run when whether a partial index
    # fits hangs on a parameter, and PostgreSQL keeps no plan that uses it.
    active = _written(ClaimState.ACTIVE)
    return sa.and_(Claim.state == active, sa.or_(Claim.pinned.is_(True), Claim.expires_at > now))


def _written(state: ClaimState) -> sa.ColumnElement[str]:
    return sa.literal_column(f"'{state.value}'")


def _is_settled(session: Session, owner: str) -> bool:
    return session.scalar(_claims_of(owner, ClaimState.CONSUMED).limit(1)) is not None


def _active(session: Session, owner: str) -> list[Claim]:
    return list(
        session.scalars(
            _claims_of(owner, ClaimState.ACTIVE).execution_options(populate_existing=True)
        )
    )


def _claims_of(owner: str, state: ClaimState) -> sa.Select[Claim]:
    return sa.select(Claim).where(Claim.owner_key == owner, Claim.state == state).order_by(Claim.id)


def _close(claim: Claim, state: ClaimState, now: datetime) -> None:
    claim.state, claim.closed_at = state, now


def _move(
    session: Session,
    bucket_id: str,
    *,
    reason: str,
    now: datetime,
    d_on_hand: int = 0,
    d_allocated: int = 0,
    owner: str | None = None,
    actor_id: str | None = None,
) -> None:
    session.add(
        Movement(
            bucket_id=bucket_id,
            d_on_hand=d_on_hand,
            d_allocated=d_allocated,
            reason=reason,
            owner_key=owner,
            actor_id=actor_id,
            at=now,
        )
    )
