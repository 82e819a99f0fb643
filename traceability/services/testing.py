"""Lab tests: what a laboratory found in a lot, or in soil and water, with its report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.clock import local_date
from kernel.db import lock
from kernel.errors import Invalid, NotFound
from kernel.ids import new_id
from kernel.messages import msg
from kernel.storage import Storage
from traceability.models import LabResult, LabTest, Lot, WaterSource, WaterTest
from traceability.rules import Verdict, judge_result
from traceability.services.farms import season_of
from vendors.services.papers import read_upload, shown_name

OFFICE = ("reviewer", "approver")
MOST_RESULTS = 400
_ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg"}


@dataclass(frozen=True)
class Result:
    """One analyte: what was found and what is allowed, as printed."""

    analyte: str
    value: str
    most: str = ""
    unit: str = ""
    method: str = ""
    verdict: Verdict = Verdict.PASSED


@dataclass(frozen=True)
class Report:
    """The file of a report as it is stored."""

    key: str
    name: str
    media_type: str


@dataclass(frozen=True)
class TestFacts:
    """What a report says; it concerns a lot, a season (soil, water), or a source of water."""

    # Not a class of tests, whatever its name begins with.
    __test__ = False

    lab: str
    sampled_on: date
    results: tuple[Result, ...]
    report: Report
    lot_id: str | None = None
    season_id: str | None = None
    source_id: str | None = None
    report_no: str = ""
    note: str = ""


def keep_report(
    storage: Storage, vendor_id: str, data: bytes, file_name: str, *, most_bytes: int
) -> Report:
    """Make the file of a report harmless and store it privately.

    Call it outside of a transaction.

    :raises PaperRefused, PaperTooLarge: when it is no readable PDF or picture, or too big.
    """
    content = read_upload(data, most_bytes=most_bytes)
    key = f"private/reports/{vendor_id}/{new_id()}.{_ENDINGS[content.media_type]}"
    storage.put(key, content.data, content.media_type)
    return Report(key, shown_name(file_name, content.media_type), content.media_type)


def record_test(
    session: Session, *, vendor_id: str, facts: TestFacts, actor: Actor, now: datetime
) -> str:
    """Record a lab test and return its id; it failed when one analyte did.

    :raises Invalid: for no results, or a sample taken before the harvest or still to be taken.
    :raises NotFound: for a lot or season of somebody else.
    """
    if not actor.has(*OFFICE) or vendor_id in actor.memberships:
        actor.need_at(vendor_id, "recorder")
    _check(session, facts, vendor_id, today=local_date(now))
    judged = [judge_result(one.value, one.most, one.verdict) for one in facts.results]
    test = LabTest(
        vendor_id=vendor_id,
        verdict=Verdict.FAILED if Verdict.FAILED in judged else Verdict.PASSED,
        file_key=facts.report.key,
        file_name=facts.report.name,
        media_type=facts.report.media_type,
        recorded_by=actor.user_id,
        recorded_at=now,
        **{name: getattr(facts, name) for name in _KEPT},
    )
    session.add(test)
    session.flush()
    _add_parts(session, test.id, facts, judged)
    audit.record(
        session,
        "lab_test.recorded",
        actor=actor,
        subject=("lab_test", test.id),
        now=now,
        lot_id=facts.lot_id,
        season_id=facts.season_id,
        source_id=facts.source_id,
        verdict=test.verdict.value,
    )
    return test.id


def _add_parts(session: Session, test_id: str, facts: TestFacts, judged: Sequence[Verdict]) -> None:
    if facts.source_id is not None:
        session.add(WaterTest(test_id=test_id, source_id=facts.source_id))
    for position, (one, verdict) in enumerate(zip(facts.results, judged, strict=True)):
        values = vars(one) | {"verdict": verdict}
        session.add(LabResult(test_id=test_id, position=position, **values))


_KEPT = ("lab", "sampled_on", "lot_id", "season_id", "report_no", "note")


def _check(session: Session, facts: TestFacts, vendor_id: str, *, today: date) -> None:
    _check_results(facts.results)
    if facts.sampled_on > today:
        raise Invalid(msg("This day is still to come."), field="sampled_on")
    if [facts.lot_id, facts.season_id, facts.source_id].count(None) != 2:
        raise Invalid(msg("Say what was tested: a lot, or soil and water."), field="about")
    if facts.season_id is not None and season_of(session, facts.season_id)[1] != vendor_id:
        raise NotFound
    if facts.source_id is not None:
        source = session.get(WaterSource, facts.source_id)
        _need_own(source.vendor_id if source else None, vendor_id)
    if facts.lot_id is not None:
        lot = lock(session, Lot, facts.lot_id)
        _need_own(lot.vendor_id if lot else None, vendor_id)
        if lot is not None and facts.sampled_on < lot.harvested_on:
            raise Invalid(msg("The sample was taken before the harvest."), field="sampled_on")


def _check_results(results: Sequence[Result]) -> None:
    if not results:
        raise Invalid(msg("Write at least one result."), field="results")
    if len(results) > MOST_RESULTS:
        raise Invalid(msg("At most %(most)s results."), field="results", most=MOST_RESULTS)


def _need_own(whose: str | None, vendor_id: str) -> None:
    if whose != vendor_id:
        raise NotFound
