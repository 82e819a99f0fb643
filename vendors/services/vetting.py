"""What the trade office does with a dossier."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.actor import Actor
from kernel.errors import NotAllowed
from kernel.messages import msg
from vendors.errors import DossierMoved
from vendors.models import VendorStep
from vendors.rules import JUDGES_AGAIN, OFFICE_ACTIONS
from vendors.services.noticing import use_notice
from vendors.services.requirements import need_lines_judged
from vendors.services.steps import Arrow, locked_vendor, move


@dataclass(frozen=True)
class Decision:
    """An arrow, why, and the version of the dossier that the officer looked at."""

    action: str
    reason: str = ""
    seen_version: int | None = None
    ground: str = ""


def decide_dossier(
    session: Session, vendor_id: str, *, decision: Decision, actor: Actor, now: datetime
) -> None:
    """Take an action of the office: ask, approve, reject, suspend, judge an appeal, renew.

    The row is locked and read anew: of two officers who decide at once, one
    wins and the other is told.

    :raises NotAllowed: without the office role, or about one's own vendor.
    :raises DossierMoved: when the dossier changed since the officer saw it.
    :raises LinesOpen: when it is approved before all needed lines are judged.
    :raises Conflict: when its state has no such arrow.
    :raises NoticeNeeded, NoticeRuns: when the vendor was not told, or not long enough ago.
    :raises Invalid: when a reason is needed and missing.
    """
    action = decision.action
    actor.need(*OFFICE_ACTIONS.get(action, ()))
    if vendor_id in actor.memberships:
        raise NotAllowed(msg("You work for this vendor: a colleague has to decide."))
    vendor = locked_vendor(session, vendor_id)
    if decision.seen_version not in {None, vendor.version}:
        raise DossierMoved
    if action in JUDGES_AGAIN:
        _need_other_judge(session, vendor_id, actor)
    reason, ground = use_notice(
        session, vendor, action=action, reason=decision.reason, ground=decision.ground, now=now
    )
    move(session, vendor, Arrow(action, reason, ground), actor=actor, now=now)
    if action == "approve":
        need_lines_judged(session, vendor, now=now)
    if action == "take":
        vendor.reviewer_id, vendor.reviewer_name = actor.user_id, actor.name
    elif action in {"approve", "reject"}:
        vendor.decided_at = now
    session.flush()


def _need_other_judge(session: Session, vendor_id: str, actor: Actor) -> None:
    """Refuse whoever took the decision that is appealed against.

    :raises NotAllowed: then.
    """
    judge = session.scalar(
        sa.select(VendorStep.actor_id)
        .where(VendorStep.vendor_id == vendor_id, VendorStep.action.in_(("reject", "terminate")))
        .order_by(VendorStep.at.desc(), VendorStep.id.desc())
        .limit(1)
    )
    if judge == actor.user_id:
        raise NotAllowed(msg("You took this decision: a colleague has to judge the appeal."))
