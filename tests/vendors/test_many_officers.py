"""A day of the whole office: many officers on the same dossiers at the same time.

Each dossier comes up twice in one shuffled pile, one right behind the other, so that two officers
have it at once. Whoever decides issues the numbered document; both write a note.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import repeat
from threading import Barrier, BrokenBarrierError, Lock

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import registry

from kernel import audit, db
from kernel.actor import Actor
from kernel.db import transaction
from kernel.rules_table import seed_rules
from tests.together import at_once
from tests.vendors.conftest import NOW, WHY
from vendors.errors import DossierMoved
from vendors.models import (
    DecisionCounter,
    DecisionDocument,
    DecisionNumber,
    Vendor,
    VendorNote,
    VendorRequirement,
    VendorStep,
)
from vendors.rules import LegalForm, RequirementState, VendorState
from vendors.rules.decisions import DecisionKind
from vendors.rules.sheets import Letterhead
from vendors.services import vetting
from vendors.services.decisions import numbering
from vendors.services.decisions.drafting import Text, draft_decision, issue_decision
from vendors.services.noting import write_note
from vendors.services.vetting import Decision, decide_dossier

HEAD = Letterhead("UBND thành phố", "Sở Công Thương", "SCT", "Hải Phòng", "Giám đốc")
KINDS = {"approve": DecisionKind.RECOGNITION, "reject": DecisionKind.REJECTION}
ENDS = {"approve": VendorState.APPROVED, "reject": VendorState.REJECTED}
LINES = ("identity", "registration", "bank_account")
YEAR = NOW.year


@dataclass
class Day:
    """What every officer says of his day: what he decided, noted, and was told."""

    handled: int
    decided: dict[str, str] = field(default_factory=dict)
    noted: list[tuple[str, str]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    broken: list[Exception] = field(default_factory=list)


def fill(maker, count):
    """Put dossiers under review whose lines are all waived, many at once; return their ids."""
    with maker() as session, transaction(session):
        seed_rules(session, now=NOW)
        ids = [f"01D{number:023d}" for number in range(count)]
        session.execute(sa.insert(Vendor), [_vendor(one) for one in ids])
        lines = [_line(one, key) for one in ids for key in LINES]
        session.execute(sa.insert(VendorRequirement), lines)
    return ids


def _vendor(vendor_id):
    return {
        "id": vendor_id,
        "code": f"V{int(vendor_id[3:])}",
        "slug": f"ho-{vendor_id.lower()}",
        "name": f"Hộ số {int(vendor_id[3:])}",
        "name_folded": "ho so",
        "legal_form": LegalForm.HOUSEHOLD,
        "representative": "Nguyễn Văn Thành",
        "phone": "",
        "commune": "vn-2025:10909",
        "address": "Thôn Lôi Xá",
        "old_address": "",
        "story": {},
        "art": "basket",
        "sells": ["handicraft"],
        "lang": "vi",
        "state": VendorState.UNDER_REVIEW,
        "reviewer_name": "",
        "created_at": NOW,
        "submitted_at": NOW,
        "version": 1,
    }


def _line(vendor_id, key):
    return {
        "vendor_id": vendor_id,
        "key": key,
        "state": RequirementState.WAIVED,
        "reason": WHY,
        "judged_by_name": "",
        "updated_at": NOW,
        "version": 1,
    }


def work(maker, ids, officers, *, copies=2):
    """Let officers work through the pile until it is empty; return what they say of it."""
    pile = [one for vendor_id in _shuffled(ids) for one in repeat(vendor_id, copies)]
    day, guard = Day(len(pile)), Lock()

    def next_one():
        with guard:
            return pile.pop() if pile else None

    def officer(number):
        actor = Actor(f"01OFFICER{number:017d}", f"Cán bộ {number}", frozenset({"approver"}))
        with maker() as session:
            while (vendor_id := next_one()) is not None:
                _handle(session, vendor_id, actor, day)

    day.broken += [one for one in at_once(officer, officers) if isinstance(one, Exception)]
    return day


def _shuffled(ids):
    chooser = random.Random(20)
    return chooser.sample(ids, len(ids))


def _handle(session, vendor_id, actor, day):
    action = "approve" if int(actor.user_id[-1]) % 2 else "reject"
    try:
        with transaction(session):
            _decide(session, vendor_id, action, actor)
        day.decided[f"{vendor_id} {actor.name}"] = action
    except DossierMoved:
        day.told.append(vendor_id)
    except Exception as error:
        day.broken.append(error)
    with transaction(session):
        write_note(session, vendor_id, text=f"{actor.name} đã xem.", actor=actor, now=NOW)
    day.noted.append((vendor_id, actor.name))


def _decide(session, vendor_id, action, actor):
    values = {"actor": actor, "now": NOW + timedelta(hours=1)}
    said = Decision(action, WHY, seen_version=1)
    decide_dossier(session, vendor_id, decision=said, **values)
    text = Text("về hồ sơ", [], ["Điều 1."])
    document = draft_decision(session, vendor_id, kind=KINDS[action], text=text, **values)
    issue_decision(session, document, vendor_id=vendor_id, head=HEAD, seen_version=None, **values)


def wrongs(maker, ids, day):
    """Return everything that is not as it must be after such a day."""
    with maker() as session:
        return [
            *(f"broken: {error!r}" for error in day.broken),
            *_decisions(session, ids, day),
            *_numbers(session, len(ids)),
            *_notes(session, day),
            *([] if audit.verify(session) is None else ["the chain of the audit log is broken"]),
        ]


def _decisions(session, ids, day):
    rows = session.execute(
        sa.select(VendorStep.vendor_id, VendorStep.action, VendorStep.actor_name).where(
            VendorStep.action.in_(KINDS)
        )
    ).all()
    once = Counter(row.vendor_id for row in rows)
    yield from (f"{one}: decided {once[one]} times" for one in ids if once[one] != 1)
    if {f"{row.vendor_id} {row.actor_name}": row.action for row in rows} != day.decided:
        yield "the history and what officers were told differ"
    late = day.handled - len(ids)
    if len(day.told) != late:
        yield f"{len(day.told)} of {late} were told that a colleague was faster"
    states = dict(session.execute(sa.select(Vendor.id, Vendor.state)).all())
    yield from (
        f"{row.vendor_id}: {row.action}, yet {states[row.vendor_id]}"
        for row in rows
        if states[row.vendor_id] is not ENDS[row.action]
    )


def _numbers(session, count):
    """A number for each decision, each type from 1 on without a gap, the same in the register."""
    document = DecisionDocument
    issued = session.execute(sa.select(document.year, document.type_code, document.number)).all()
    entered = session.execute(
        sa.select(DecisionNumber.year, DecisionNumber.type_code, DecisionNumber.number)
    ).all()
    if len(issued) != count or sorted(map(tuple, issued)) != sorted(map(tuple, entered)):
        yield f"{len(issued)} documents, {len(entered)} lines of the register, {count} dossiers"
    for counter in session.scalars(sa.select(DecisionCounter)):
        held = [row.number for row in entered if row.type_code == counter.type_code]
        if sorted(held) != list(range(1, counter.last + 1)):
            yield f"{counter.type_code}: the numbers have a gap, or one is taken twice"


def _notes(session, day):
    kept = session.execute(sa.select(VendorNote.vendor_id, VendorNote.author_name)).all()
    if sorted(map(tuple, kept)) != sorted(day.noted):
        yield f"{len(kept)} notes are kept of {len(day.noted)} that were written"


@pytest.fixture
def sqlite_maker(sqlite_url):
    engine = db.open_engine(sqlite_url)
    yield db.session_factory(engine)
    engine.dispose()


@pytest.fixture
def postgres_maker(postgres_url):
    # A process of the market has fewer connections: officers sit at several.
    engine = sa.create_engine(postgres_url, pool_size=20)
    yield db.session_factory(engine)
    engine.dispose()


SIZES = [
    pytest.param("sqlite_maker", 200, id="sqlite"),
    pytest.param("postgres_maker", 2000, id="postgres", marks=pytest.mark.postgres),
]


@pytest.mark.parametrize(("kind", "count"), SIZES)
def test_twenty_officers_decide_without_gap_double_or_loss(request, kind, count):
    maker = request.getfixturevalue(kind)
    ids = fill(maker, count)
    day = work(maker, ids, 20)
    assert wrongs(maker, ids, day) == []
    assert len(day.noted) == 2 * count


@pytest.mark.postgres
def test_without_the_lock_of_the_counter_a_number_is_taken_twice(postgres_maker, monkeypatch):
    """Negative control: the proof above finds what the lock prevents."""
    meet = Barrier(2)

    def unlocked(session, year, type_code):
        found = session.get(DecisionCounter, (year, type_code), populate_existing=True)
        _wait(meet)
        return found

    ids = fill(postgres_maker, 6)
    with postgres_maker() as session, transaction(session):
        session.add(DecisionCounter(year=YEAR, type_code="QĐ", last=0))
    monkeypatch.setattr(numbering, "_locked_counter", unlocked)
    day = work(postgres_maker, ids, 2, copies=1)
    assert any("UniqueViolation" in one for one in wrongs(postgres_maker, ids, day))


class Loose:
    """A row of vendors that is written whatever its version."""


@pytest.mark.postgres
def test_without_lock_and_version_a_dossier_is_decided_twice(postgres_maker, monkeypatch):
    """Negative control: neither is the dossier locked, nor its version compared."""
    meet = Barrier(2)
    registry().map_imperatively(Loose, Vendor.__table__)

    def unlocked(session, vendor_id):
        found = session.get_one(Loose, vendor_id, populate_existing=True)
        _wait(meet)
        return found

    ids = fill(postgres_maker, 4)
    monkeypatch.setattr(vetting, "locked_vendor", unlocked)
    day = work(postgres_maker, ids, 2)
    found = wrongs(postgres_maker, ids, day)
    assert any("decided 2 times" in one for one in found), found


@pytest.mark.postgres
def test_without_the_lock_of_the_dossier_nobody_is_told(postgres_maker, monkeypatch):
    """Negative control: the version alone refuses the second, but not in words."""
    meet = Barrier(2)

    def unlocked(session, vendor_id):
        found = session.get_one(Vendor, vendor_id, populate_existing=True)
        _wait(meet)
        return found

    ids = fill(postgres_maker, 4)
    monkeypatch.setattr(vetting, "locked_vendor", unlocked)
    found = wrongs(postgres_maker, ids, work(postgres_maker, ids, 2))
    assert any("StaleDataError" in one for one in found), found


def _wait(meet):
    """Let two go on together; the last one without a companion goes on alone."""
    try:
        meet.wait(timeout=1)
    except BrokenBarrierError:
        meet.reset()
