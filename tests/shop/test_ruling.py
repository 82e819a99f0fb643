"""The rules desk: every rule has its name, a version is previewed, saved, and taken back in time."""

import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from kernel import audit
from kernel.actor import GUEST, Actor
from kernel.db import transaction
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from kernel.rules_seed import SEED
from kernel.rules_table import (
    NewRule,
    RuleBegun,
    RuleMoved,
    RuleOverlap,
    RuleUnchanged,
    enter_rule,
    rule,
    seed_rules,
    versions,
)
from kernel.workdays import work_days
from shop.ruling.entering import Draft, enter_rule_version, take_back_rule_version
from shop.ruling.previewing import preview
from shop.ruling.values import read_number, read_rate, write_rate
from shop.ruling.words import NAMES, rule_name
from tests.catalog.shelves import add, open_shelves
from tests.conftest import NOW, post
from tests.together import at_once
from tests.vendors.conftest import House
from vendors.models import Vendor
from vendors.queries.touching import Change
from vendors.rules import VendorState

RULER = Actor("01RULER", "Phạm Văn Hùng", frozenset({"approver"}))
TODAY, DAY = date(2026, 11, 23), timedelta(days=1)
KEY = "vendor.appeal_days"
ORGANIC = "requirement.organic"


@pytest.fixture
def seeded(session):
    with transaction(session):
        seed_rules(session, now=NOW)
    return session


def held(session, key, day):
    rows = versions(session, key)
    return next(
        (
            row
            for row in rows
            if row.valid_from <= day and not (row.valid_to and day >= row.valid_to)
        ),
        None,
    )


def draft(session, value, first_day, key=KEY, **more):
    now = held(session, key, first_day)
    values = {"seen": now.id if now else None, "legal_ref": "Luật X Điều 1", **more}
    return Draft(key, value, first_day, source_note="", certainty="B", **values)


def enter(session, value, first_day, *, actor=RULER, **more):
    made = draft(session, value, first_day, **more)
    with transaction(session):
        return enter_rule_version(session, made, actor=actor, now=NOW)


def values(session, key=KEY):
    return [(row.value, row.valid_from, row.valid_to) for row in versions(session, key)]


def test_every_seeded_rule_has_a_name():
    nameless = {row[0] for row in SEED if rule_name(row[0]) is None}
    assert nameless == set(), "give these a name in shop/ruling/words.py: NAMES"
    assert set(NAMES) <= {row[0] for row in SEED}, "names of rules that are no more"


def test_a_new_version_closes_the_one_before(seeded):
    first = TODAY + 10 * DAY
    enter(seeded, 45, first)
    assert values(seeded) == [(30, date(2020, 1, 1), first), (45, first, None)]
    assert rule(seeded, KEY, on=first - DAY).value == 30
    assert rule(seeded, KEY, on=first).value == 45


def test_a_version_before_a_coming_one_holds_until_that_begins(seeded):
    enter(seeded, 45, TODAY + 30 * DAY)
    enter(seeded, 40, TODAY + 10 * DAY)
    assert [value for value, _, _ in values(seeded)] == [30, 40, 45]
    assert values(seeded)[1][1:] == (TODAY + 10 * DAY, TODAY + 30 * DAY)


@pytest.mark.parametrize("first_day", [TODAY, TODAY - DAY, date(2020, 1, 1)])
def test_the_past_and_today_stay_as_they_are(seeded, first_day):
    with pytest.raises(RuleBegun) as refusal:
        enter(seeded, 45, first_day)
    assert refusal.value.field == "first_day"
    assert len(values(seeded)) == 1


def test_two_versions_do_not_begin_on_one_day(seeded):
    enter(seeded, 45, TODAY + DAY)
    with pytest.raises(RuleOverlap):
        enter(seeded, 50, TODAY + DAY)


def test_what_holds_already_is_no_version(seeded):
    with pytest.raises(RuleUnchanged):
        enter(seeded, 30, TODAY + DAY, legal_ref="Quy chế của sàn")


@pytest.mark.parametrize("value", [-1, "45", True, None, [45], {"days": 45}])
def test_a_value_of_another_shape_is_refused(seeded, value):
    with pytest.raises(Invalid):
        enter(seeded, value, TODAY + DAY)
    assert len(values(seeded)) == 1


def test_a_requirement_that_vendors_code_cannot_read_is_refused(seeded):
    with pytest.raises(Invalid):
        enter(
            seeded,
            {"title": {"vi": "A", "en": "A"}, "any_of": {"papers": ["no_such_paper"]}},
            TODAY + DAY,
            key=ORGANIC,
        )


def test_a_rule_that_no_code_reads_is_not_entered(seeded):
    with pytest.raises(NotFound):
        enter(seeded, 1, TODAY + DAY, key="no.such_rule")


@pytest.mark.parametrize(
    "actor", [GUEST, Actor("01R", "Lan", frozenset({"reviewer", "operator", "finance"}))]
)
def test_only_approvers_rule(seeded, actor):
    with pytest.raises(NotAllowed):
        enter(seeded, 45, TODAY + DAY, actor=actor)
    version_id = enter(seeded, 45, TODAY + DAY)
    with pytest.raises(NotAllowed), transaction(seeded):
        take_back_rule_version(seeded, KEY, version_id=version_id, actor=actor, now=NOW)


def test_a_version_is_taken_back_until_it_begins(seeded):
    version_id = enter(seeded, 45, TODAY + DAY)
    with pytest.raises(RuleBegun), transaction(seeded):
        take_back_rule_version(
            seeded, KEY, version_id=version_id, actor=RULER, now=NOW + timedelta(days=1)
        )
    with transaction(seeded):
        take_back_rule_version(seeded, KEY, version_id=version_id, actor=RULER, now=NOW)
    assert values(seeded) == [(30, date(2020, 1, 1), None)]
    with pytest.raises(NotFound), transaction(seeded):
        take_back_rule_version(seeded, KEY, version_id=version_id, actor=RULER, now=NOW)
    noted = seeded.scalars(
        sa.select(audit.AuditEntry.action).where(audit.AuditEntry.subject_id == KEY)
    ).all()
    assert noted == ["rule.entered", "rule.taken_back"]
    assert audit.verify(seeded) is None


def test_a_version_between_two_is_taken_back_without_a_gap(seeded):
    between = enter(seeded, 40, TODAY + 10 * DAY)
    enter(seeded, 45, TODAY + 30 * DAY)
    with transaction(seeded):
        take_back_rule_version(seeded, KEY, version_id=between, actor=RULER, now=NOW)
    assert values(seeded) == [
        (30, date(2020, 1, 1), TODAY + 30 * DAY),
        (45, TODAY + 30 * DAY, None),
    ]


def test_a_version_on_an_old_view_is_refused(seeded):
    seen = held(seeded, KEY, TODAY).id
    enter(seeded, 45, TODAY + DAY)
    with pytest.raises(RuleMoved):
        enter(seeded, 50, TODAY + 2 * DAY, seen=seen)


def test_of_officers_who_enter_at_once_one_is_first(seeded, maker):
    made = draft(seeded, 45, TODAY + DAY)
    seeded.close()

    def do(_number):
        with maker() as session, transaction(session):
            return enter_rule_version(session, made, actor=RULER, now=NOW)

    results = at_once(do, 4)
    assert sum(isinstance(one, str) for one in results) == 1
    assert all(isinstance(one, str | Conflict) for one in results)
    assert len(values(seeded)) == 2


@pytest.mark.parametrize(
    ("text", "hundredths"), [("1,5", 150), ("0.25 %", 25), ("2", 200), ("", None), ("100", 10_000)]
)
def test_rates_are_typed_in_percent(text, hundredths):
    assert read_rate(text, field="x") == hundredths
    assert read_rate(write_rate(hundredths), field="x") == hundredths


@pytest.mark.parametrize("text", ["101", "1,555", "-1", "abc", "1,5,5", "٣"])
def test_what_is_no_percentage_is_refused(text):
    with pytest.raises(Invalid):
        read_rate(text, field="x")


@pytest.mark.parametrize(
    ("text", "number"), [("5", 5), (" 1.000.000 ", 1_000_000), ("25000", 25000)]
)
def test_numbers_are_typed_with_dots(text, number):
    assert read_number(text, field="x") == number


@pytest.mark.parametrize("text", ["", "1.5", "-1", "1e5", "٣", "12345678901234", "1,000"])
def test_what_is_no_whole_number_is_refused_at_its_field(text):
    with pytest.raises(Invalid) as refusal:
        read_number(text, field="number")
    assert refusal.value.field == "number"


def with_sells(house, sells, state=VendorState.APPROVED):
    vendor_id = house.approved()
    with transaction(house.session):
        vendor = house.session.get_one(Vendor, vendor_id)
        vendor.sells, vendor.state = sells, state
    return vendor_id


def organic(session, **more):
    return rule(session, ORGANIC, on=TODAY).value | more


def test_the_preview_names_who_is_newly_asked_and_falls_short(session):
    house = House(session)
    crafts = with_sells(house, ["handicraft"])
    new = draft(session, organic(session, sells=["handicraft"]), TODAY + DAY, key=ORGANIC)
    seen = preview(session, new, organic(session))
    assert [(one.id, one.change, one.falls_short) for one in seen.vendors] == [
        (crafts, Change.ADDED, True)
    ]
    assert [one.id for one in seen.selling] == [crafts]


def test_the_preview_names_who_is_no_longer_asked(session):
    house = House(session)
    vendor_id = with_sells(house, ["organic"])
    new = draft(session, organic(session, sells=["raw"]), TODAY + DAY, key=ORGANIC)
    (one,) = preview(session, new, organic(session)).vendors
    assert (one.id, one.change, one.falls_short) == (vendor_id, Change.DROPPED, False)


def test_the_preview_tells_other_words_from_the_same(session):
    house = House(session)
    with_sells(house, ["organic"])
    same = draft(session, organic(session), TODAY + DAY, key=ORGANIC, legal_ref="Luật mới")
    assert preview(session, same, organic(session)).is_empty
    other = organic(session, any_of={"papers": ["registration"]})
    (one,) = preview(
        session, draft(session, other, TODAY + DAY, key=ORGANIC), organic(session)
    ).vendors
    # Its registration proves it now.
    assert (one.change, one.falls_short) == (Change.CHANGED, False)


def test_who_proved_it_and_would_not_any_more_falls_short(session):
    house = House(session)
    with_sells(house, ["handicraft"])
    key = "requirement.registration"
    value = rule(session, key, on=TODAY).value
    new = draft(session, value | {"any_of": {"papers": ["food_safety"]}}, TODAY + DAY, key=key)
    assert [one.falls_short for one in preview(session, new, value).vendors] == [True]
    optional = draft(session, value | {"optional": True}, TODAY + DAY, key=key)
    assert [one.falls_short for one in preview(session, optional, value).vendors] == [False]


def test_who_has_ended_is_not_touched(session):
    house = House(session)
    with_sells(house, ["organic"], VendorState.TERMINATED)
    new = draft(session, organic(session, sells=["raw"]), TODAY + DAY, key=ORGANIC)
    assert preview(session, new, organic(session)).is_empty


def test_the_preview_counts_the_listings_of_who_falls_short(session):
    open_shelves(session, NOW)
    add(session, NOW)
    value = organic(session)
    new = draft(session, {k: v for k, v in value.items() if k != "sells"}, TODAY + DAY, key=ORGANIC)
    seen = preview(session, new, value)
    assert (len(seen.vendors), seen.listings) == (2, 1)
    assert seen.titles == [{"vi": "Vải thiều Thanh Hà", "en": "Thanh Ha lychee"}]


def test_the_preview_names_who_is_called_to_renew(session):
    house = House(session)
    vendor_id = house.approved()
    first = date(2029, 9, 1)
    new = draft(session, 120, first, key="vendor.renewal_call_days")
    assert [one for one, _name in preview(session, new, 60).called] == [vendor_id]
    assert preview(session, draft(session, 70, first, key="vendor.renewal_call_days"), 60).is_empty


def text(answer):
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


@pytest.fixture
def market(app, app_session, now):
    with transaction(app_session):
        seed_rules(app_session, now=NOW)
    return app_session


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_rule_opens_and_its_form_too(client, sign_in, market, lang):
    sign_in(roles=["approver"], lang=lang)
    assert client.get("/office/rules").status_code == 200
    for key in sorted({row[0] for row in SEED}):
        for path in (f"/office/rules/{key}", f"/office/rules/{key}/new"):
            assert client.get(path).status_code == 200, path
    assert client.get("/office/rules/no.such").status_code == 404


def filled(client, key, **more):
    """Return the form as a browser would send it back, unchanged but for what is given."""
    shown = client.get(f"/office/rules/{key}/new").get_data(as_text=True)
    found = re.findall(r'<input[^>]*name="([^"]+)"[^>]*>', shown)
    fields = {}
    for tag in re.findall(r"<input[^>]*>", shown):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if not name or ('type="checkbox"' in tag and "checked" not in tag):
            continue
        fields.setdefault(name[1], []).append(value[1] if value else "")
    for name, body in re.findall(
        r'<textarea[^>]*name="([^"]+)"[^>]*>\s*(.*?)</textarea>', shown, re.DOTALL
    ):
        fields[name] = [body]
    for name, body in re.findall(
        r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', shown, re.DOTALL
    ):
        fields[name] = re.findall(r'selected[^>]*value="([^"]*)"', body)[:1]
    assert found
    fields.pop("csrf_token", None)
    fields.pop("lang", None)
    return {**fields, **more}


def in_any_order(value):
    if isinstance(value, dict):
        return {name: in_any_order(part) for name, part in value.items()}
    return sorted(value, key=str) if isinstance(value, list) else value


@pytest.mark.parametrize("key", sorted({row[0] for row in SEED if row[5] is None}))
def test_every_form_reads_back_what_it_shows(client, sign_in, market, key):
    sign_in(roles=["approver"], lang="en")
    url = f"/office/rules/{key}/new"
    latest = versions(market, key)[-1]
    first_day = max(TODAY, latest.valid_from) + DAY
    data = filled(client, key, first_day=first_day.isoformat(), legal_ref="Law X", do="save")
    answer = post(client, url, data)
    assert answer.status_code == 303, text(answer)
    market.rollback()
    market.expire_all()
    assert in_any_order(versions(market, key)[-1].value) == in_any_order(latest.value)
    assert versions(market, key)[-1].legal_ref == "Law X"


def test_a_draft_is_previewed_and_saved_only_when_confirmed(client, sign_in, market):
    sign_in(roles=["approver"], lang="en")
    url = f"/office/rules/{KEY}/new"
    data = filled(client, KEY, number="45", first_day="2026-12-01")
    answer = post(client, url, data)
    assert answer.status_code == 200
    assert "Nothing is saved yet." in text(answer)
    assert len(versions(market, KEY)) == 1
    again = post(client, url, data | {"do": "change"})
    assert 'value="45"' in text(again)
    assert post(client, url, data | {"do": "save"}).status_code == 303
    market.rollback()
    version = versions(market, KEY)[-1]
    assert version.value == 45
    assert "45 days" in text(client.get(f"/office/rules/{KEY}"))
    back = f"/office/rules/{KEY}/take-back/{version.id}"
    assert post(client, back, form=f"/office/rules/{KEY}").status_code == 303
    market.rollback()
    market.expire_all()
    assert len(versions(market, KEY)) == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"number": "0"}, "Write a whole number from 1 to 366."),
        ({"number": "viele"}, "Write a whole number from 1 to 366."),
        ({"first_day": "2026-11-23"}, "A value holds from tomorrow on at the earliest"),
        ({"first_day": "soon"}, "Write a day such as 23/11/2026."),
        ({"legal_ref": ""}, "Please fill in this field."),
        ({"certainty": "X"}, "Not a valid choice"),
    ],
)
def test_a_wrong_draft_says_what_is_wrong(client, sign_in, market, wrong, words):
    sign_in(roles=["approver"], lang="en")
    data = filled(client, KEY, number="45", first_day="2026-12-01") | wrong
    answer = post(client, f"/office/rules/{KEY}/new", data)
    assert answer.status_code in {409, 422}
    assert words in text(answer)
    assert len(versions(market, KEY)) == 1


def test_days_are_entered_and_taken_back(client, sign_in, market):
    sign_in(roles=["approver"], lang="en")
    data = {"day": "2026-11-28", "works": "yes", "why": "Làm bù", "legal_ref": "TB 1"}
    assert post(client, "/office/calendar", data).status_code == 303
    (one,) = work_days(market, since=TODAY)
    assert (one.day, one.works) == (date(2026, 11, 28), True)
    shown = text(client.get("/office/calendar"))
    assert "Làm bù" in shown
    answer = post(client, "/office/calendar", data)
    assert (answer.status_code, "in the calendar already" in text(answer)) == (409, True)
    gone = post(client, f"/office/calendar/{one.id}/remove", form="/office/calendar")
    assert gone.status_code == 303
    market.rollback()
    assert work_days(market, since=TODAY) == []


@pytest.mark.parametrize("field", ["day", "why", "legal_ref"])
def test_a_day_without_its_words_is_refused(client, sign_in, market, field):
    sign_in(roles=["approver"], lang="en")
    data = {"day": "2026-11-28", "works": "yes", "why": "Làm bù", "legal_ref": "TB 1", field: " "}
    answer = post(client, "/office/calendar", data)
    assert answer.status_code == 422
    assert work_days(market, since=TODAY) == []


def test_a_rule_without_versions_before_takes_its_first(session):
    with transaction(session):
        enter_rule(session, NewRule(KEY, 30, TODAY + 20 * DAY, "Luật X", "A"), now=NOW)
    enter(session, 25, TODAY + DAY)
    assert values(session) == [(25, TODAY + DAY, TODAY + 20 * DAY), (30, TODAY + 20 * DAY, None)]
