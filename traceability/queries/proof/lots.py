"""The proof of one lot: its events and those of the lots it came from, each with its path."""

import base64
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from accounts.queries import AGREEING
from kernel.sealing import sealer_of
from traceability.epcis import contexts
from traceability.epcis.canonical import value_text
from traceability.epcis.contexts import BUILT_IN
from traceability.gs1.ids import lot_id, lot_ids
from traceability.models import Commitment, EventWhat, LogLeaf, Lot, LotEdge, TraceEvent
from traceability.proof.bundle import FORMAT, Joint, Load, Opened
from traceability.proof.commitments import PREFIX, commitments_in
from traceability.queries.naming import roots_of
from traceability.queries.proof.loads import Stay, events_of_loads, stays_of
from traceability.queries.proof.log import (
    PublishedKey,
    SignedCheckpoint,
    checkpoint_of,
    published_keys,
)
from traceability.queries.proof.names import NAMED
from traceability.queries.proof.tree import consistency_proof, inclusion_proofs

MOST_EVENTS = 2000


@dataclass(frozen=True)
class LotEvent:
    """One event of a lot; ``index`` is its number in the log, ``proof`` leads to the root."""

    seq: int
    event_id: str
    type: str
    biz_step: str | None
    at: datetime
    index: int
    body: str
    proof: tuple[bytes, ...] = ()
    opened: tuple[Opened, ...] = ()

    @property
    def proof_hex(self) -> tuple[str, ...]:
        """Return the hashes that lead to the root, as people compare them."""
        return tuple(one.hex() for one in self.proof)

    @property
    def told(self) -> dict[str, Any]:
        """Return it as a bundle says it."""
        return {
            "event_id": self.event_id,
            "index": str(self.index),
            "body": self.body,
            "proof": list(map(_base64, self.proof)),
            "opened": [
                {"field": one.field, "salt": _base64(one.salt), "value": one.value}
                for one in self.opened
            ],
        }


@dataclass(frozen=True)
class LotProof:
    """What is proved of a lot; ``waiting`` events are younger than the checkpoint."""

    lot_id: str
    vendor_id: str
    trace_code: str
    product: dict[str, str]
    ids: tuple[str, ...]
    # Crates and pallets of which events tell that do not name the lot.
    loads: tuple[Load, ...]
    checkpoint: SignedCheckpoint | None
    keys: tuple[PublishedKey, ...]
    events: tuple[LotEvent, ...]
    waiting: int
    # There are more than a bundle takes.
    is_cut: bool = False
    joint: Joint | None = None

    @property
    def told(self) -> dict[str, Any]:
        """Return the bundle as it is written into a file.

        :raises ValueError: when nothing was signed yet.
        """
        if self.checkpoint is None:
            raise ValueError("nothing was signed yet")
        joint = self.joint
        return {
            "format": FORMAT,
            "lot": {"code": self.trace_code, "ids": list(self.ids)},
            "loads": [
                {
                    "names": list(one.names),
                    "from": one.since.isoformat(),
                    "to": one.until.isoformat() if one.until else None,
                }
                for one in self.loads
            ],
            "checkpoint": self.checkpoint.note,
            "keys": [key.told for key in self.keys],
            "events": [event.told for event in self.events],
            "waiting": str(self.waiting),
            "cut": self.is_cut,
            "consistency": joint
            and {"from": str(joint.size), "proof": list(map(_base64, joint.proof))},
        }


@dataclass(frozen=True)
class _Named:
    id: str
    vendor_id: str
    trace_code: str
    product: dict[str, str]
    gtin: str | None
    code: str

    def names(self, root: str) -> tuple[str, ...]:
        """Return what the lot is called in events: before and after it got a number of GS1."""
        names = (
            lot_id(root, gtin=gtin, code=self.code, trace_code=self.trace_code)
            for gtin in (self.gtin, None)
        )
        return tuple(dict.fromkeys(names))

    def forms(self, roots: Sequence[str]) -> tuple[str, ...]:
        """Return under which addresses of ours partners may tell of it, too."""
        return lot_ids(roots, gtin=self.gtin, code=self.code, trace_code=self.trace_code)


def lot_proof(
    session: Session,
    *,
    trace_code: str,
    root: str,
    since: int | None = None,
    open_all: bool = False,
) -> LotProof | None:
    """Return what proves a lot, or None when there is no such lot (twelve statements at most).

    ``root`` is the address of the market, ``since`` the size of a checkpoint that the reader
    kept. Personal words are opened where the person agreed, or for who may read all.
    """
    lots = _lineage(session, trace_code)
    if not lots:
        return None
    names = [name for lot in lots for name in sorted(lot.names(root))]
    stays = stays_of(session, [lot.id for lot in lots], root=root)
    carried = events_of_loads(session, stays)
    roots = (root, *roots_of(session)[1:])
    forms = {form for lot in lots for form in lot.forms(roots)} | {*names}
    found = _events(session, forms, carried, {lot.vendor_id for lot in lots})
    point, keys = checkpoint_of(session), published_keys(session)
    size = point.size if point else 0
    covered = [event for event in found[:MOST_EVENTS] if event.index < size]
    events = _proved(session, covered, size, open_all=open_all) if size else []
    return LotProof(
        lots[0].id,
        lots[0].vendor_id,
        trace_code,
        lots[0].product,
        tuple(dict.fromkeys([*names, *(text for text, _ in _spelled(events, names, forms))])),
        _loads(stays, [event for event in events if event.seq in carried]),
        point,
        keys,
        tuple(events),
        waiting=sum(event.index >= size for event in found),
        is_cut=len(found) > MOST_EVENTS,
        joint=_joint(session, since, size),
    )


def _proved(
    session: Session, events: Sequence[LotEvent], size: int, *, open_all: bool
) -> list[LotEvent]:
    """Return events with what leads to the root, and the words that the reader may see."""
    proofs = inclusion_proofs(session, [event.index for event in events], size)
    opened = _opened(session, events, open_all=open_all)
    return [
        replace(event, proof=proofs[event.index], opened=tuple(opened.get(event.seq, ())))
        for event in events
    ]


def _lineage(session: Session, trace_code: str) -> list[_Named]:
    """Return a lot and all that went into it, itself first."""
    reached = sa.select(Lot.id).where(Lot.trace_code == trace_code).cte(recursive=True)
    reached = reached.union(sa.select(LotEdge.src_id).where(LotEdge.dst_id == reached.c.id))
    rows = session.execute(
        sa.select(Lot.id, Lot.vendor_id, Lot.trace_code, Lot.product, Lot.gtin, Lot.code)
        .where(Lot.id.in_(sa.select(reached.c.id)))
        .order_by(Lot.trace_code != trace_code, Lot.created_at, Lot.id)
        .limit(MOST_EVENTS)
    )
    lots = [_Named(**row._mapping) for row in rows]
    return lots if lots and lots[0].trace_code == trace_code else []


def _events(
    session: Session, names: Collection[str], carried: Collection[int], vendors: Collection[str]
) -> list[LotEvent]:
    """Return the events in which these names occur, and those of loads, in the order of the log.

    Only those of vendors whose lots they are, and of nobody: else whoever may write events of
    his own could write what he likes on the page of another's lot.
    """
    about = sa.select(EventWhat.event_seq).where(EventWhat.ref.in_(names))
    rows = session.execute(
        sa.select(
            TraceEvent.seq,
            TraceEvent.event_id,
            TraceEvent.type,
            TraceEvent.biz_step,
            TraceEvent.event_time.label("at"),
            LogLeaf.seq.label("index"),
            TraceEvent.body,
        )
        .join(LogLeaf, LogLeaf.event_seq == TraceEvent.seq)
        .where(
            TraceEvent.seq.in_(about) | TraceEvent.seq.in_(sorted(carried)[: MOST_EVENTS + 1]),
            TraceEvent.vendor_id.in_(vendors) | TraceEvent.vendor_id.is_(None),
        )
        .order_by(LogLeaf.seq)
        .limit(MOST_EVENTS + 1)
    )
    return [LotEvent(**row._mapping) for row in rows]


def _opened(
    session: Session, events: Sequence[LotEvent], *, open_all: bool
) -> dict[int, list[Opened]]:
    """Return the personal words of events by their place, as far as the reader may see them."""
    holding = [event.seq for event in events if PREFIX in event.body]
    if not holding:
        return {}
    rows = session.execute(
        sa.select(Commitment, Commitment.person_id.in_(AGREEING))
        .where(Commitment.event_seq.in_(holding))
        .order_by(Commitment.field.desc(), Commitment.digest),
        {"purpose": NAMED},
    ).all()
    sealer, marks = sealer_of(session), {e.seq: commitments_in(e.body) for e in events}
    opened: dict[int, list[Opened]] = {}
    for row, agreed in rows:
        may_be_read = open_all or agreed
        if may_be_read and row.event_seq is not None and row.digest in marks[row.event_seq]:
            words = Opened(row.field, row.salt, sealer.open_text(row.value_sealed))
            opened.setdefault(row.event_seq, []).append(words)
    return opened


def _loads(stays: Sequence[Stay], events: Sequence[LotEvent]) -> tuple[Load, ...]:
    """Return where the lot was, each in all spellings of these events; nothing where none tells."""
    if not events:
        return ()
    spelled = sorted(set(_spelled(events, {stay.name for stay in stays})))
    return tuple(
        Load(
            (stay.name, *(text for text, name in spelled if name == stay.name)),
            stay.since,
            stay.until,
        )
        for stay in stays
    )


def _spelled(
    events: Iterable[LotEvent], names: Collection[str], forms: Collection[str] = ()
) -> Iterable[tuple[str, str]]:
    """Yield how events of partners write names: as URNs, or shortened; each with the name.

    ``forms`` are the same names at other addresses of ours.
    """
    for event in events:
        if any(name in event.body for name in names):
            continue
        body = json.loads(event.body)
        known = {**BUILT_IN, **contexts.declared(body.get("@context"))}
        for text in _strings(body):
            name = value_text(text, known)
            if name in names or name in forms:
                yield text, name


def _strings(told: Any) -> Iterable[str]:
    if isinstance(told, str):
        yield told
    elif isinstance(told, dict | list):
        for one in told.values() if isinstance(told, dict) else told:
            yield from _strings(one)


def _joint(session: Session, since: int | None, size: int) -> Joint | None:
    if since is None or not 0 < since < size:
        return None
    return Joint(since, consistency_proof(session, since, size))


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
