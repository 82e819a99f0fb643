"""Buyers are told and answer; of a drill nobody hears: it has no recipients."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import GUEST, Actor
from kernel.db import lock
from kernel.errors import Conflict, NotFound
from kernel.events import wake_worker
from kernel.ids import new_id, new_token
from kernel.mail import Address, Notice
from kernel.messages import msg
from traceability.models import Recall, RecallNotice
from traceability.rules.recalls import Answer, RecallState
from traceability.services.recalls.belonging import need_part, own_recall

TEMPLATE = "traceability/recall_notice"
Row = dict[str, Any]


@dataclass(frozen=True)
class Recipient:
    """A buyer who was sold something of the scope by one vendor, and how he is reached."""

    group_id: str
    vendor_id: str
    to: Address
    # What the message says besides: name, order codes, lot codes, goods, seller.
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Told:
    """How many notices were written, and how many of them have nowhere to go."""

    notices: int
    unreachable: int = 0


def digest(token: str) -> str:
    """Return what is kept of the token of a notice: its SHA-256."""
    return hashlib.sha256(token.encode()).hexdigest()


def write_notices(
    session: Session,
    recall_id: str,
    *,
    recipients: Sequence[Recipient],
    actor: Actor,
    now: datetime,
) -> Told:
    """Write to each buyer, with a link to answer; all rows at one go.

    :raises Conflict: of a drill, which has no recipients, and of what was not carried out.
    """
    recall = own_recall(session, recall_id, actor, RecallState.ACTIVE)
    if recall.drill:
        raise Conflict(msg("A drill tells nobody."))
    mails, notices = _rows(recall, recipients, now)
    _insert(session, Notice, mails)
    _insert(session, RecallNotice, notices)
    if mails:
        wake_worker(session)
    audit.record(
        session,
        "recall.told",
        actor=actor,
        subject=("recall", recall.id),
        now=now,
        code=recall.code,
        # Whose contacts were used, and for what: see the notices.
        buyers=len(notices),
    )
    return Told(len(notices), len(notices) - len(mails))


def _rows(
    recall: Recall, recipients: Sequence[Recipient], now: datetime
) -> tuple[list[Row], list[Row]]:
    mails: list[Row] = []
    notices: list[Row] = []
    for one in recipients:
        token = new_token()
        mail = _mail(recall, one, token, now)
        mails += [mail] if mail else []
        notices.append(
            _notice(recall, one.vendor_id, now)
            | {
                "group_id": one.group_id,
                "token_hash": digest(token),
                "mail_id": mail["id"] if mail else None,
            }
        )
    return mails, notices


def rehearse_notices(
    session: Session, recall_id: str, *, vendor_ids: Sequence[str], actor: Actor, now: datetime
) -> Told:
    """Count in a drill who would have been told, one row of nobody for each.

    :raises Conflict: when it is no drill.
    """
    recall = own_recall(session, recall_id, actor, RecallState.ACTIVE)
    if not recall.drill:
        raise Conflict
    rows = [_notice(recall, vendor_id, now) for vendor_id in vendor_ids]
    _insert(session, RecallNotice, rows)
    return Told(len(rows))


def answer_notice(session: Session, token: str, *, answer: Answer, now: datetime) -> None:
    """Keep what a buyer answers by his link; a later answer takes the place of the first.

    :raises NotFound: for a token that nobody was given.
    """
    notice = session.scalars(
        sa.select(RecallNotice)
        .where(RecallNotice.token_hash == digest(token))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if notice is None:
        raise NotFound
    _answer(session, notice, answer, GUEST, now)


def note_answer(
    session: Session, notice_id: str, *, recall_id: str, answer: Answer, actor: Actor, now: datetime
) -> None:
    """Note what a buyer said on the telephone; in a drill, what one would have said.

    :raises NotFound: for the buyer of another vendor.
    """
    recall = own_recall(session, recall_id, actor, RecallState.ACTIVE)
    notice = lock(session, RecallNotice, notice_id)
    if notice is None or notice.recall_id != recall.id:
        raise NotFound
    need_part(actor, notice.vendor_id)
    notice.noted_by_name = actor.name
    _answer(session, notice, answer, actor, now)


def _answer(
    session: Session, notice: RecallNotice, answer: Answer, actor: Actor, now: datetime
) -> None:
    notice.answer, notice.acked_at = answer, notice.acked_at or now
    session.flush()
    audit.record(
        session,
        "recall.answered",
        actor=actor,
        subject=("recall", notice.recall_id),
        now=now,
        notice=notice.id,
        answer=answer.value,
    )


def _mail(recall: Recall, one: Recipient, token: str, now: datetime) -> Row | None:
    channel, recipient = ("email", one.to.email) if one.to.email else ("sms", one.to.phone)
    if not recipient:
        return None
    return {
        "id": new_id(),
        "channel": channel,
        "recipient": recipient,
        "lang": one.to.lang,
        "template": TEMPLATE,
        "values": {
            **one.values,
            "token": token,
            "recall": recall.code,
            "reason": recall.reason,
            "advice": recall.advice,
        },
        "created_at": now,
        "due_at": now,
        "attempts": 0,
    }


def _notice(recall: Recall, vendor_id: str, now: datetime) -> Row:
    return {
        "id": new_id(),
        "recall_id": recall.id,
        "drill": recall.drill,
        "vendor_id": vendor_id,
        "sent_at": now,
        "noted_by_name": "",
    }


def _insert(session: Session, kind: type[Notice] | type[RecallNotice], rows: list[Row]) -> None:
    if rows:
        session.execute(sa.insert(kind.__table__), rows)  # type: ignore[arg-type]
