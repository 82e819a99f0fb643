"""The checklist of a vendor: brought up to date with its evidence, judged line by line."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.clock import local_date
from kernel.errors import NotAllowed, NotFound
from kernel.events import emit
from kernel.messages import msg
from vendors.errors import LineMoved, LinesOpen
from vendors.events import RequirementJudged
from vendors.models import Vendor, VendorRequirement
from vendors.queries.requirements import evidence_of, needs_of
from vendors.rules import (
    JUDGES,
    Need,
    RequirementState,
    after_answer,
    after_verdict,
    need_checked,
    need_reason,
    state_of,
    unjudged_lines,
)
from vendors.services.steps import locked_vendor


@dataclass(frozen=True)
class Verdict:
    """What an officer says of one line: ``accept``, ``reject`` or ``waive``, and why.

    ``seen_version`` is the one of the line that the officer looked at, 0 of one not kept yet.
    """

    key: str
    verdict: str
    reason: str = ""
    seen_version: int | None = None


def sync_requirements(session: Session, vendor: Vendor, *, now: datetime) -> Sequence[Need]:
    """Bring a vendor's lines to the rules of the day and to its evidence; return the needs.

    Lines that no longer count are taken out unless the office judged them.
    """
    session.flush()
    today = local_date(now)
    needs = needs_of(session, form=vendor.legal_form, sells=vendor.sells, on=today)
    evidence = evidence_of(session, vendor.id)
    lines = _lines(session, vendor.id)
    for need in needs:
        line = lines.get(need.key)
        if line is None:
            line = VendorRequirement(
                vendor_id=vendor.id,
                key=need.key,
                state=RequirementState.INCOMPLETE,
                updated_at=now,
            )
            session.add(line)
        _set(line, state_of(line.state, proved=evidence.proves(need, on=today)), now)
    _drop(session, lines.values(), {need.key for need in needs})
    session.flush()
    return needs


def answer_lines(
    session: Session, vendor: Vendor, answers: Callable[[Need], bool], *, now: datetime
) -> None:
    """Bring the lines up to date; one the office refused waits for it again when it is answered.

    ``answers`` tells which needs the new evidence speaks of.
    """
    needs = sync_requirements(session, vendor, now=now)
    lines = _lines(session, vendor.id)
    for need in filter(answers, needs):
        line = lines[need.key]
        _set(line, after_answer(line.state), now)
    session.flush()


def judge_requirement(
    session: Session, vendor_id: str, *, said: Verdict, actor: Actor, now: datetime
) -> None:
    """Accept, reject or waive one line of a vendor's checklist.

    The vendor's row is locked, so of two who judge at once one wins; its version stays:
    a verdict says nothing against what a colleague decides about the whole, and an approval
    reads all lines anew.

    :raises NotAllowed: without the office role, or about one's own vendor.
    :raises NotFound: when the vendor has no such line.
    :raises LineMoved: when the line changed since the officer saw it.
    :raises Conflict: when the line, or the dossier, cannot be judged like this now.
    :raises Invalid: when a reason is needed and missing.
    """
    line = _line_as_seen(session, _judgeable(session, vendor_id, actor), said, now)
    before = line.state
    state = after_verdict(before, said.verdict)
    reason = need_reason("reject" if said.verdict in {"reject", "waive"} else "", said.reason)
    _set(line, state, now)
    line.reason = reason
    line.judged_by, line.judged_by_name, line.judged_at = actor.user_id, actor.name, now
    session.flush()
    audit.record(
        session,
        f"requirement.{said.verdict}",
        actor=actor,
        subject=("vendor", vendor_id),
        now=now,
        before={"state": before.value},
        after={"state": state.value, "reason": reason},
        requirement=said.key,
    )
    emit(session, RequirementJudged(vendor_id, said.key, said.verdict), now=now)


def _judgeable(session: Session, vendor_id: str, actor: Actor) -> Vendor:
    """Return a vendor, locked, whose lines this officer may judge now."""
    actor.need(*JUDGES)
    if vendor_id in actor.memberships:
        raise NotAllowed(msg("You work for this vendor: a colleague has to decide."))
    vendor = locked_vendor(session, vendor_id)
    if vendor.submitted_at is None:
        raise NotFound
    need_checked(vendor.state)
    return vendor


def need_lines_judged(session: Session, vendor: Vendor, *, now: datetime) -> None:
    """Refuse an approval while a needed line is neither accepted nor waived.

    :raises LinesOpen: then; it names the lines.
    """
    needs = sync_requirements(session, vendor, now=now)
    lines = _lines(session, vendor.id)
    barred = set(unjudged_lines((need, lines[need.key].state) for need in needs))
    if barred:
        raise LinesOpen([need.title for need in needs if need.key in barred])


def _line_as_seen(
    session: Session, vendor: Vendor, said: Verdict, now: datetime
) -> VendorRequirement:
    """Return a line brought up to date; what the officer saw is compared with what was kept."""
    kept = _lines(session, vendor.id).get(said.key)
    if said.seen_version not in {None, kept.version if kept else 0}:
        raise LineMoved
    sync_requirements(session, vendor, now=now)
    line = _lines(session, vendor.id).get(said.key)
    if line is None:
        raise NotFound
    return line


def _lines(session: Session, vendor_id: str) -> dict[str, VendorRequirement]:
    rows = session.scalars(
        sa.select(VendorRequirement)
        .where(VendorRequirement.vendor_id == vendor_id)
        # Read under the lock of the vendor: a line loaded before it may be stale.
        .execution_options(populate_existing=True)
    )
    return {row.key: row for row in rows}


def _set(line: VendorRequirement, state: RequirementState, now: datetime) -> None:
    if line.state is not state:
        line.state, line.updated_at = state, now


def _drop(session: Session, lines: Collection[VendorRequirement], needed: Collection[str]) -> None:
    for line in lines:
        if line.key not in needed and line.judged_at is None:
            session.delete(line)
