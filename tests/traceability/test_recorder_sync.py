"""Entries that come twice, at once, late, or corrected by two: nothing is lost, nothing is double."""

import json
import subprocess
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.build import node
from kernel.db import transaction
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.conftest import ROOT
from tests.together import at_once
from tests.traceability.land import HARVEST, NOW, OFFICE, SPRAY, TODAY, count, member
from tests.traceability.test_recorder import phone
from traceability.models import DiaryEntry, DiaryPhoto, DiaryTask, Lot
from traceability.queries.recorder import reference
from traceability.queries.tasks import tasks_of
from traceability.rules import Activity, Block, Spray, judge_harvest
from traceability.rules.merging import Difference, Undecided, merge
from traceability.rules.tasks import TASKS, Task, is_for
from traceability.services import diary
from traceability.services.correcting import take_correction
from traceability.services.recorder import Extra, Sent, extra_of, take_entry
from traceability.services.tasks import add_task, change_task, seed_tasks, switch_task

__all__ = ["phone"]
DIGEST = "a" * 64
CARE = Task(Activity.CARE, {"vi": "Bao quả"}, ("ổi",))


def sent(land, facts, **extra) -> Sent:
    return Sent(land.season_id, facts, Extra(**extra))


def correct(land, base_id: str, key: str, *, actor=None, media=(), **changes):
    facts = replace(SPRAY, client_key=key, **changes)
    return land.run(
        take_correction,
        land.vendor_id,
        base_id,
        sent=sent(land, facts, media=media),
        reason="Ghi nhầm",
        actor=actor or land.recorder,
    )


def _race(land, maker, facts):
    """Have two devices send the same entry at once; return what each is told."""

    def take(number):
        one = sent(
            land,
            replace(facts, client_key="phone-0001"),
            media=(DIGEST,),
            device_id=f"phone-number-{number}",
        )
        with maker() as session, transaction(session):
            return take_entry(session, land.vendor_id, sent=one, actor=land.recorder, now=NOW)

    return at_once(take, 2)


KINDS = pytest.mark.parametrize("facts", [SPRAY, HARVEST], ids=["entry", "harvest"])


@KINDS
def test_the_same_entry_by_two_ways_at_once_is_stored_once(land, maker, facts):
    made = _race(land, maker, facts)
    assert made[0] == made[1], made
    assert count(land.session, DiaryEntry) == count(land.session, DiaryPhoto) == 1
    assert count(land.session, Lot) == (facts is HARVEST)


@KINDS
def test_without_the_look_for_the_key_the_race_is_lost(land, maker, facts, monkeypatch):
    """The negative control: nobody looks whether the key is there, and the index alone stands."""
    for room in ("diary", "recorder", "lots.births"):
        monkeypatch.setattr(f"traceability.services.{room}.find_sent", lambda *_known: None)
    made = _race(land, maker, facts)
    assert [one for one in made if isinstance(one, Conflict)], made
    # One phone would be told that its entry was refused, though it is stored.
    assert count(land.session, DiaryEntry) == 1


@KINDS
def test_without_the_key_itself_the_entry_is_doubled(land, maker, facts, monkeypatch):
    """The other control: were each sending an entry of its own, the race would show two."""
    keys = iter(["phone-000a", "phone-000b"])
    insert = diary.insert_entry

    def keyless(session, season, told, **more):
        return insert(session, season, replace(told, client_key=next(keys)), **more)

    for room in ("diary", "lots.births"):
        monkeypatch.setattr(f"traceability.services.{room}.insert_entry", keyless)
    made = _race(land, maker, facts)
    assert made[0] != made[1]
    assert count(land.session, DiaryEntry) == 2
    assert count(land.session, Lot) == 2 * (facts is HARVEST)


def test_what_only_a_phone_knows_is_kept_with_a_harvest_too(land):
    when = NOW - timedelta(days=2)
    for key, facts in (("phone-0001", SPRAY), ("phone-0002", HARVEST)):
        one = sent(
            land,
            replace(facts, client_key=key),
            happened_at=when,
            lat=20.9,
            lon=106.4,
            media=(DIGEST,),
            device_id="a-phone-1",
        )
        land.run(take_entry, land.vendor_id, sent=one, actor=land.recorder)
    for row in land.session.scalars(sa.select(DiaryEntry)):
        assert (row.happened_at, row.recorded_at) == (when, NOW)
        assert (row.lat, row.lon, row.media, row.device_id) == (20.9, 106.4, [DIGEST], "a-phone-1")
        assert extra_of(land.session, row.id) == one.extra


def test_a_correction_that_nobody_else_touched_is_a_new_row(land):
    first = land.write(dose="20 ml", worker="Lan")
    made = correct(land, first, "phone-0002", dose="30 ml", worker="Lan")
    assert correct(land, first, "phone-0002", dose="30 ml", worker="Lan") == made
    old, new = land.session.scalars(sa.select(DiaryEntry).order_by(DiaryEntry.id)).all()
    assert (old.dose, new.dose, new.revision_of, new.id) == ("20 ml", "30 ml", first, made.id)


def test_fields_that_only_one_changed_are_brought_together(land):
    first = land.write(dose="20 ml", worker="Lan")
    correct(land, first, "desk-0001", dose="20 ml", worker="Bà Tư", phi_days=14)
    made = correct(land, first, "phone-0002", dose="30 ml", worker="Lan", media=(DIGEST,))
    new = land.session.get_one(DiaryEntry, made.id)
    assert (new.dose, new.worker, new.typed_phi_days) == ("30 ml", "Bà Tư", 14)
    assert new.media == [DIGEST]


def test_a_field_that_both_changed_is_shown_and_nothing_is_written(land):
    first = land.write(dose="20 ml", worker="Lan")
    theirs = correct(land, first, "desk-0001", dose="18 ml", worker="Lan")
    told = correct(land, first, "phone-0002", dose="30 ml", worker="Hiên")
    assert isinstance(told, Undecided)
    assert told.fields == (Difference("dose", "30 ml", "18 ml"),)
    assert (told.id, told.merged["worker"]) == (theirs.id, "Hiên")
    assert count(land.session, DiaryEntry) == 2
    made = correct(land, told.id, "phone-0002", dose="30 ml", worker="Hiên")
    new = land.session.get_one(DiaryEntry, made.id)
    assert (new.dose, new.worker, new.revision_of) == ("30 ml", "Hiên", theirs.id)


def test_a_correction_that_says_nothing_new_writes_nothing(land):
    first = land.write(dose="20 ml")
    assert correct(land, first, "phone-0002", dose="20 ml").id == first
    assert count(land.session, DiaryEntry) == 1


def test_a_corrected_spray_frees_the_lot_it_held(land):
    first = land.write(done_on=TODAY)
    lot_id = land.harvest(harvested_on=TODAY)
    assert land.session.get_one(Lot, lot_id).inside_interval
    correct(land, first, "phone-0002", done_on=TODAY - timedelta(days=9))
    land.session.expire_all()
    assert not land.session.get_one(Lot, lot_id).inside_interval


def test_who_may_not_write_may_not_correct(land):
    first = land.write()
    with pytest.raises(NotAllowed):
        correct(land, first, "phone-0002", actor=member(land.vendor_id, "seller"), dose="x")
    with pytest.raises(Invalid):
        correct(land, "01NOTHING", "phone-0002", dose="x")


SIDE = st.fixed_dictionaries(
    {
        "dose": st.sampled_from("abc"),
        "worker": st.sampled_from("abc"),
        "media": st.lists(st.sampled_from("pqrs"), unique=True).map(tuple),
    }
)


@given(base=SIDE, mine=SIDE, theirs=SIDE)
def test_bringing_together_loses_nothing_that_anybody_wrote(base, mine, theirs):
    made = merge(base, mine, theirs)
    mirrored = merge(base, theirs, mine)
    assert {one.name for one in made.open} == {one.name for one in mirrored.open}
    for name in ("dose", "worker"):
        changed = {one[name] for one in (mine, theirs) if one[name] != base[name]}
        is_open = name in {one.name for one in made.open}
        assert is_open == (len(changed) == 2)
        if not is_open:
            assert made.values[name] == (changed.pop() if changed else base[name])
    kept = set(made.values["media"])
    assert kept == (set(mine["media"]) & set(theirs["media"])) | (
        (set(mine["media"]) | set(theirs["media"])) - set(base["media"])
    )


DAY = st.integers(0, 40).map(lambda days: date(2026, 10, 20) + timedelta(days=days))
SPRAYS = st.builds(
    lambda day, span, phi, block: Spray(
        "A", day, phi, day + timedelta(days=span) if span else None, block
    ),
    DAY,
    st.sampled_from([0, 0, 2]),
    st.sampled_from([None, 0, 7, 14]),
    st.sampled_from([None, None, None, Block.BANNED]),
)


def test_the_phone_reckons_the_waiting_time_as_the_server_does():
    cases = []

    @given(st.lists(SPRAYS, max_size=4), DAY)
    @settings(max_examples=200, database=None)
    def collect(sprays, day):
        cases.append((sprays, day))

    collect()
    told = [
        {
            "day": day.isoformat(),
            "sprays": [
                {
                    "done_on": one.done_on.isoformat(),
                    "last_on": one.last_on and one.last_on.isoformat(),
                    "phi_days": one.phi_days,
                    "block": one.block and one.block.value,
                }
                for one in sprays
            ],
        }
        for sprays, day in cases
    ]
    program = (
        f"import {{ judgeHarvest }} from '{ROOT}/assets/js/diary/interval.js';"
        "let text = ''; for await (const part of process.stdin) text += part;"
        "console.log(JSON.stringify(JSON.parse(text).map((one) => {"
        "const { kept, free_from } = judgeHarvest(one.sprays, one.day);"
        "return [kept, free_from]; })));"
    )
    done = subprocess.run(
        [node(), "--input-type=module", "--eval", program],
        input=json.dumps(told),
        capture_output=True,
        text=True,
        check=True,
    )
    for (sprays, day), (kept, free_from) in zip(cases, json.loads(done.stdout), strict=True):
        clearance = judge_harvest(sprays, day)
        expected = clearance.free_from.isoformat() if clearance.free_from else None
        assert (kept, free_from) == (clearance.kept, expected), (sprays, day)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
NAMES = [
    "activity",
    "season_id",
    "done_on",
    "note",
    "worker",
    "input_name",
    "active_ingredient",
    "dose",
    "phi_days",
    "unit",
    "lang",
    "quantity_text",
    "best_before",
    "media",
    "happened_at",
    "lat",
    "lon",
    "base_id",
    "reason",
    "used",
    "input_batch_id",
]


def test_no_body_whatever_breaks_the_server(phone):
    token = phone.token
    plain = phone.entry()

    @given(
        st.dictionaries(st.sampled_from(NAMES), JUNK, max_size=4),
        st.sampled_from([one.value for one in Activity]),
        JUNK,
    )
    @settings(
        max_examples=150, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )
    def send(junk, activity, device):
        entry = plain | {"activity": activity} | junk
        answer = phone.post("/sync", {"device": device, "entries": [entry]}, token=token)
        assert answer.status_code == 200
        assert answer.get_json()["answers"][0]["status"] in {"stored", "refused"}

    send()


@given(body=JUNK)
@settings(
    max_examples=60,
    database=None,
    deadline=None,
)
def test_no_json_whatever_breaks_the_server(phone, body):
    assert phone.post("/sync", body).status_code == 400
    assert phone.post("/photos/missing", body).status_code == 400


def test_tasks_are_offered_where_their_crop_grows(land):
    land.run(seed_tasks, actor=OFFICE)
    land.run(seed_tasks, actor=OFFICE)
    assert count(land.session, DiaryTask) == len(TASKS)
    told = reference(land.session, vendor_id=land.vendor_id, today=TODAY)
    titles = {task.id: task.title["vi"] for task in told.tasks}
    offered = [titles[key] for key in told.seasons[0].tasks]
    assert "Khoanh vỏ" in offered
    assert "Làm cỏ" in offered
    assert "Bao quả" not in offered


@pytest.mark.parametrize(
    ("crop", "crops", "wanted"),
    [
        ("Vải thiều", ("vải",), True),
        ("VAI THIEU", ("vải",), True),
        ("Cải bắp", ("bắp cải", "cải"), True),
        ("Cà rốt", ("cà",), True),
        ("Chè", ("che",), True),
        ("Hành lá", ("hành", "tỏi"), True),
        ("Ổi lê", ("vải", "nhãn"), False),
        ("Chanh", ("hành",), False),
        ("Chanh", (), True),
    ],
)
def test_a_crop_is_known_by_any_of_its_names(crop, crops, wanted):
    assert is_for(crops, {"vi": crop}) is wanted


def test_a_vendor_says_an_office_task_in_its_own_words_for_itself_alone(land):
    office_id = land.run(add_task, vendor_id=None, task=CARE, actor=OFFICE)
    own = replace(CARE, title={"vi": "Bọc quả bằng túi giấy"})
    values = {"vendor_id": land.vendor_id, "actor": land.recorder}
    land.run(change_task, office_id, task=own, seen=1, **values)
    titles = [task.title["vi"] for task in tasks_of(land.session, vendor_id=land.vendor_id)]
    assert titles == ["Bọc quả bằng túi giấy"]
    assert [t.title["vi"] for t in tasks_of(land.session, vendor_id="other")] == ["Bao quả"]
    land.run(switch_task, office_id, on=False, **values)
    assert tasks_of(land.session, vendor_id=land.vendor_id) == []
    assert count(land.session, DiaryTask) == 2


def test_a_task_is_its_keepers(land):
    own_id = land.run(add_task, vendor_id=land.vendor_id, task=CARE, actor=land.owner)
    with pytest.raises(NotAllowed):
        land.run(add_task, vendor_id=None, task=CARE, actor=land.owner)
    with pytest.raises(NotFound):
        land.run(switch_task, own_id, vendor_id=None, on=False, actor=OFFICE)
    with pytest.raises(Invalid):
        land.run(add_task, vendor_id=land.vendor_id, task=replace(CARE, title={}), actor=land.owner)
