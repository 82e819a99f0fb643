"""Walks of two dossiers: what people try at which door, and what the tables say of it."""

import shutil
import sqlite3
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit, db
from kernel.actor import GUEST, HOUSE, Actor
from kernel.db import transaction
from kernel.errors import DomainError
from kernel.events import OutboxMessage
from kernel.sealing import Sealer
from tests.conftest import DATA_KEY, FINGERPRINT_KEY
from tests.vendors.conftest import NOW, PERSON, SEALER, WHERE, WHO, House, person
from vendors.models import Vendor, VendorStep
from vendors.rules import DocumentKind, VendorState
from vendors.rules.states import (
    ARROWS,
    EDITABLE,
    HOUSE_ACTIONS,
    JUDGES_AGAIN,
    OFFICE_ACTIONS,
    VENDOR_ACTIONS,
)
from vendors.services import applying, leaving, vetting, viewing
from vendors.services.applying import Paper
from vendors.services.steps import Arrow, locked_vendor, move
from vendors.services.vetting import Decision

S = VendorState
WHY = "Giấy đăng ký bị mờ, xin chụp lại."
ACTIONS = sorted({action for _, action in ARROWS})
NUMBERS = {"A": "030080001234", "B": "030190004321"}
TAKES_BACK = frozenset({"reject", "terminate"})
"""Decisions that may be appealed against: somebody else has to judge the appeal."""


@dataclass(frozen=True)
class Act:
    """One thing that somebody tries; ``at_desk`` sends what a vendor does through the office."""

    vendor: str
    action: str
    who: str
    reason: str = WHY
    minutes: int = 10
    at_desk: bool = False


@dataclass
class Known:
    """What the model knows of one dossier."""

    state: VendorState = S.DRAFT
    submitted: bool = False
    reviewer: str | None = None
    judge: str | None = None
    steps: list[tuple[str, str | None]] = field(default_factory=list)


def build_template(empty: Path, path: Path) -> dict[str, str]:
    """Write a database with two complete drafts of two owners; return ids by letter."""
    shutil.copy(empty, path)
    with session_on(path) as session:
        house = House(session)
        ids = {"owner A": house.user_id, "A": house.complete()}
        with transaction(session):
            house.user_id = ids["owner B"] = person(session, "0987654399", "Lê Thị B")
        house.complete_b = replace(PERSON, full_name="Lê Thị B", number=NUMBERS["B"])
        ids["B"] = house.draft(
            replace(WHO, name="HTX Hai", registration_no="0800001122", representative="Lê Thị B")
        )
        house.run(applying.save_where, ids["B"], where=WHERE, actor=house.owner)
        house.answers(ids["B"], house.complete_b)
        papers = [
            Paper(kind, f"{kind.value}.jpg", "image/jpeg", f"private/b/{kind.value}.jpg", 1000)
            for kind in (DocumentKind.IDENTITY, DocumentKind.REGISTRATION)
        ]
        house.run(applying.add_papers, ids["B"], papers=papers, actor=house.owner)
    return ids


@contextmanager
def session_on(path: Path) -> Iterator[Session]:
    engine = db.open_engine(f"sqlite:///{path}")
    maker = db.session_factory(engine)
    maker.configure(info={"sealer": Sealer([DATA_KEY], FINGERPRINT_KEY)})
    with maker() as session:
        yield session
    engine.dispose()


def everybody(ids: dict[str, str]) -> dict[str, Actor]:
    """Return whoever may come: of each vendor, of both, of the office, and of neither."""
    a, b = ids["A"], ids["B"]

    def of_vendor(user_id: str, *vendors: str, role: str = "owner", office: str = "") -> Actor:
        held = frozenset({office} - {""})
        return Actor(user_id, user_id, held, dict.fromkeys(vendors, frozenset({role})))

    def officer(user_id: str, *roles: str) -> Actor:
        return Actor(user_id, user_id, frozenset(roles))

    return {
        "owner of A": of_vendor(ids["owner A"], a),
        "owner of B": of_vendor(ids["owner B"], b),
        "owner of both": of_vendor("01BOTH", a, b),
        "seller of A": of_vendor("01SELLER", a, role="seller"),
        "reviewer": officer("01REVIEWER", "reviewer"),
        "approver": officer("01APPROVER", "approver"),
        "other approver": officer("01OTHER", "reviewer", "approver"),
        "approver who sells at A": of_vendor("01SELLS", a, role="seller", office="approver"),
        "owner of B in the office": of_vendor("01INOFFICE", b, office="approver"),
        "operator": officer("01OPERATOR", "operator", "finance", "statistics"),
        "stranger": officer("01STRANGER"),
        "guest": GUEST,
    }


class Walk:
    """Tries acts on a database of its own and holds it to the model after each."""

    def __init__(self, session: Session, path: Path, ids: dict[str, str]):
        self.session, self.ids, self.now = session, ids, NOW
        self.people = everybody(ids)
        self.known = {"A": Known(), "B": Known()}
        self.by_service: set[str] = set()
        self._watcher = sqlite3.connect(path)

    def close(self) -> None:
        self._watcher.close()

    def may(self, act: Act) -> bool:
        """Tell whether the tables let this person do this now."""
        known, actor = self.known[act.vendor], self.people[act.who]
        vendor_id = self.ids[act.vendor]
        if (known.state, act.action) not in ARROWS:
            return False
        if act.action in VENDOR_ACTIONS:
            return not act.at_desk and "owner" in actor.memberships.get(vendor_id, ())
        if vendor_id in actor.memberships:
            return False
        if act.action in JUDGES_AGAIN and known.judge == actor.user_id:
            return False
        return bool(OFFICE_ACTIONS.get(act.action, frozenset()) & actor.roles)

    def legal(self, letter: str) -> list[Act]:
        """Return everything that the tables let anybody do to a dossier now, time included."""
        acts = [Act(letter, action, who) for action in ACTIONS for who in self.people]
        state = self.known[letter].state
        house = [
            Act(letter, one, "house") for one in sorted(HOUSE_ACTIONS) if (state, one) in ARROWS
        ]
        return [act for act in acts if self.may(act)] + house

    def do(self, act: Act) -> bool:
        """Try an act; tell whether the dossier moved.

        A legal one may be refused for more than the table asks (an open line, a notice not
        given); then the walk goes on as if that had been done.
        """
        self.now += timedelta(minutes=act.minutes)
        if act.who == "house":
            return self._push(act, HOUSE)
        if self._try(lambda: self._at_the_door(act)):
            assert self.may(act), f"{act} succeeded from {self.known[act.vendor].state}"
            self.by_service.add(act.action)
            self._note(act, self.people[act.who].user_id)
            return True
        return self.may(act) and self._push(act, self.people[act.who])

    def _at_the_door(self, act: Act) -> None:
        session, vendor_id = self.session, self.ids[act.vendor]
        actor, now = self.people[act.who], self.now
        if act.action not in VENDOR_ACTIONS or act.at_desk:
            decision = Decision(act.action, act.reason)
            vetting.decide_dossier(session, vendor_id, decision=decision, actor=actor, now=now)
        elif act.action == "appeal":
            applying.appeal_decision(session, vendor_id, reason=act.reason, actor=actor, now=now)
        elif act.action == "close":
            leaving.close_vendor(session, vendor_id, still_open=lambda *_: [], actor=actor, now=now)
        else:
            door = {"submit": applying.submit_application, "cancel": applying.cancel_application}
            door[act.action](session, vendor_id, actor=actor, now=now)

    def _push(self, act: Act, actor: Actor) -> bool:
        """Take the arrow itself, past what else its door asks for."""

        def along() -> None:
            vendor = locked_vendor(self.session, self.ids[act.vendor])
            move(self.session, vendor, Arrow(act.action, act.reason), actor=actor, now=self.now)
            if act.action == "submit":
                vendor.submitted_at = self.now
            if act.action == "take":
                vendor.reviewer_id, vendor.reviewer_name = actor.user_id, actor.name

        moved = self._try(along)
        if moved:
            self._note(act, actor.user_id)
        return moved

    def _try(self, do: object) -> bool:
        """Run one unit of work; a refusal must leave no trace."""
        before = self._version()
        try:
            with transaction(self.session):
                do()
        except DomainError:
            assert self._version() == before, "refused, and yet something was written"
            return False
        return True

    def _version(self) -> int:
        return self._watcher.execute("PRAGMA data_version").fetchone()[0]

    def _note(self, act: Act, user_id: str | None) -> None:
        known = self.known[act.vendor]
        known.state = ARROWS[known.state, act.action]
        known.steps.append((act.action, user_id))
        known.submitted |= act.action == "submit"
        if act.action == "take":
            known.reviewer = user_id
        if act.action in TAKES_BACK:
            known.judge = user_id

    def edit(self, letter: str, who: str) -> None:
        """Try to change the address of a dossier: its owner may, while it is in their hands."""
        actor, known = self.people[who], self.known[letter]
        where = replace(WHERE, address=f"Thôn {who}, {self.now:%H%M%S}")
        saved = self._try(
            lambda: applying.save_where(
                self.session, self.ids[letter], where=where, actor=actor, now=self.now
            )
        )
        is_owner = "owner" in actor.memberships.get(self.ids[letter], ())
        assert saved == (is_owner and known.state in EDITABLE), f"{who} edits {letter}"

    def look(self, letter: str, who: str) -> None:
        """Try to read the personal number of a dossier: it opens for few, and is the right one."""
        actor, seen = self.people[who], []
        self._try(
            lambda: seen.append(
                viewing.look_at_numbers(
                    self.session, self.ids[letter], sealer=SEALER, actor=actor, now=self.now
                ).number
            )
        )
        assert bool(seen) == self._sees(letter, actor), f"{who} looks at {letter}"
        assert set(seen) <= {NUMBERS[letter]}

    def _sees(self, letter: str, actor: Actor) -> bool:
        known, vendor_id = self.known[letter], self.ids[letter]
        if vendor_id in actor.memberships:
            return "owner" in actor.memberships[vendor_id]
        if actor.user_id is None or not known.submitted:
            return False
        in_charge = actor.has("reviewer", "approver") and actor.user_id == known.reviewer
        return in_charge or (actor.has("approver") and known.state in {S.UNDER_REVIEW, S.APPEALED})

    def check(self) -> None:
        """Hold the database to the model: states, each step of the history, the audit log."""
        self.session.expire_all()
        moves = 0
        for letter, known in self.known.items():
            vendor = self.session.get_one(Vendor, self.ids[letter])
            steps = self.session.scalars(
                sa.select(VendorStep)
                .where(VendorStep.vendor_id == vendor.id)
                .order_by(VendorStep.at, VendorStep.id)
            ).all()
            state = S.DRAFT
            for step in steps:
                assert ARROWS[state, step.action] is step.state
                state = step.state
            assert vendor.state is known.state is state
            assert [(step.action, step.actor_id) for step in steps] == known.steps
            moves += len(steps)
        assert audit.verify(self.session) is None
        noted = sa.select(sa.func.count()).where(
            audit.AuditEntry.action.in_([f"vendor.{action}" for action in ACTIONS])
        )
        assert self.session.scalar(noted) == moves
        told = sa.select(sa.func.count()).where(OutboxMessage.kind.startswith("Vendor"))
        assert self.session.scalar(told) >= moves


def way_to(state: VendorState) -> list[str]:
    """Return the shortest walk from a draft to a state."""
    ways: dict[VendorState, list[str]] = {S.DRAFT: []}
    queue = deque([S.DRAFT])
    while queue:
        here = queue.popleft()
        for (start, action), end in ARROWS.items():
            if start is here and end not in ways:
                ways[end] = [*ways[here], action]
                queue.append(end)
    return ways[state]
