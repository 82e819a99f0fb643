"""Site visits: which arrows there are, who may, what minutes need, and that they are closed once."""

import dataclasses
import itertools
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from accounts.queries import office_people
from accounts.services.people import create_user
from kernel import mail
from kernel.actor import Actor
from kernel.audit import AuditEntry
from kernel.db import transaction
from kernel.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from kernel.mail import Notice
from kernel.storage import LocalStorage
from tests.together import at_once
from tests.vendors.conftest import NOW, WHERE, owner_of
from tests.vendors.test_papers import PDF, picture
from vendors.errors import PaperRefused, PaperTooLarge
from vendors.models import (
    DecisionDocument,
    SiteVisit,
    Vendor,
    VendorMember,
    VisitMinutes,
    VisitPhoto,
)
from vendors.queries import visits as reads
from vendors.rules.minutes import Seen, minutes_articles
from vendors.rules.visits import (
    VISIT_ARROWS,
    VISITABLE,
    DayPart,
    Finding,
    LineFinding,
    Spot,
    VisitResult,
    VisitState,
    after_visit,
    need_result,
    need_spot,
)
from vendors.services import leaving, minutes, recording, visiting
from vendors.services.recording import Minutes, Photo
from vendors.services.visiting import Plan

S = VisitState
ACTIONS = {action for _, action in VISIT_ARROWS}
# Two working days after Monday the 23rd: the 24th is a holiday.
FIRST = date(2026, 11, 26)
THAT_DAY = NOW + timedelta(days=3)
GOOD = Minutes(VisitResult.PASSED, "", "Ông Nguyễn Văn Thành, giám đốc", "Lan; Thành")


@pytest.mark.parametrize(
    ("state", "action"), list(itertools.product(VisitState, sorted(ACTIONS | {"fly"})))
)
def test_only_the_arrows_of_the_table_exist(state, action):
    if (state, action) in VISIT_ARROWS:
        assert after_visit(state, action) is VISIT_ARROWS[state, action]
    else:
        with pytest.raises(Conflict):
            after_visit(state, action)


def test_what_is_over_stays_over():
    assert {action for state, action in VISIT_ARROWS if state in {S.MOVED, S.CALLED_OFF}} == set()
    assert {end for (state, _), end in VISIT_ARROWS.items() if state is S.HELD} == {S.HELD}


@pytest.mark.parametrize(
    ("lat", "lon", "field"),
    [
        (20.9374, None, "lon"),
        (None, 106.3146, "lat"),
        (48.85, 2.35, "lat"),
        (106.3146, 20.9374, "lat"),
        (float("nan"), 106.0, "lat"),
        (float("inf"), 106.0, "lat"),
        (-20.9, 106.3, "lat"),
    ],
)
def test_half_a_position_or_one_abroad_is_refused(lat, lon, field):
    with pytest.raises(Invalid) as refusal:
        need_spot(lat, lon, None)
    assert refusal.value.field == field


def test_a_position_is_kept_to_a_decimetre():
    assert need_spot(None, None, 5.0) is None
    assert need_spot(20.93741234, 106.31, 12.4) == Spot(20.937412, 106.31, 12)
    # Hoàng Sa and Trường Sa are Viet Nam.
    assert need_spot(8.645, 111.92, None) == Spot(8.645, 111.92, None)
    assert need_spot(16.5, 111.6, -3.0).accuracy_m is None


@given(st.floats(), st.floats(), st.none() | st.floats())
def test_no_number_breaks_the_position(lat, lon, accuracy):
    try:
        spot = need_spot(lat, lon, accuracy)
    except Invalid:
        return
    assert 6 <= spot.lat <= 23.5
    assert 102 <= spot.lon <= 117.9


@pytest.mark.parametrize(
    ("result", "finding", "remark", "findings", "field"),
    [
        (VisitResult.PASSED, Finding.BAD, "Bẩn.", "", "result"),
        (VisitResult.PASSED, Finding.REMARK, " ", "", "remark_place"),
        (VisitResult.FAILED, Finding.BAD, "", "Không có kho lạnh.", "remark_place"),
        (VisitResult.FAILED, Finding.BAD, "Bẩn.", "không", "findings"),
        (VisitResult.PASSED_WITH_REMARKS, Finding.GOOD, "", "", "findings"),
        (VisitResult.PASSED, Finding.GOOD, "", "", None),
        (VisitResult.PASSED, Finding.NOT_LOOKED, "", "", None),
        (VisitResult.PASSED, Finding.REMARK, "Thiếu biển hiệu.", "", None),
        (VisitResult.FAILED, Finding.BAD, "Bẩn.", "Kho không có mái che.", None),
    ],
)
def test_a_result_fits_what_was_found(result, finding, remark, findings, field):
    lines = [LineFinding("place", finding, remark)]
    if field is None:
        need_result(result, lines, findings)
        return
    with pytest.raises(Invalid) as refusal:
        need_result(result, lines, findings)
    assert refusal.value.field == field


@pytest.fixture
def lan(house):
    """An inspector with an account."""
    return officer(house, "lan@example.vn", "Trần Thị Lan")


def officer(house, contact, name, role="reviewer"):
    with transaction(house.session) as work:
        user_id = create_user(
            work,
            name=name,
            contact=contact,
            password="mot-mat-khau-dai-9",
            lang="vi",
            now=NOW,
            roles=[role],
        )
    return Actor(user_id, name, frozenset({role}))


def plan(inspector, **wishes):
    return Plan(
        **{
            "day": FIRST,
            "part": DayPart.MORNING,
            "place": "Thôn Lôi Xá, xã Tuệ Tĩnh",
            "inspector_id": inspector.user_id,
            "others": "Lê Văn Ba",
            "purpose": "Xem kho và nhật ký.",
            **wishes,
        }
    )


def scheduled(house, lan, vendor_id, **wishes):
    return house.run(visiting.schedule_visit, vendor_id, plan=plan(lan, **wishes), actor=lan)


def told(house):
    """Return the templates of what the house wrote to people, the latest last."""
    rows = house.session.scalars(sa.select(Notice).order_by(Notice.id))
    return [row.template for row in rows if "visit" in row.template]


@pytest.fixture
def vendor_id(house):
    return house.under_review()


@pytest.fixture
def visit_id(house, lan, vendor_id):
    return scheduled(house, lan, vendor_id)


def record(house, lan, visit_id, vendor_id, minutes=GOOD, now=THAT_DAY):
    house.run(
        recording.record_visit, visit_id, vendor_id=vendor_id, minutes=minutes, actor=lan, now=now
    )


def only(house, vendor_id):
    (found,) = reads.visits_of(house.fresh(), vendor_id)
    return found


def test_the_vendor_is_told_in_its_language(house, lan, vendor_id, visit_id):
    card = only(house, vendor_id)
    assert (card.id, card.state, card.day) == (visit_id, S.SCHEDULED, FIRST)
    assert card.who == "Trần Thị Lan, Lê Văn Ba"
    notice = house.session.scalars(
        sa.select(Notice).where(Notice.template == "vendors/visit_scheduled")
    ).one()
    assert (notice.recipient, notice.lang) == (WHERE.email, "vi")
    names = {"market": "Chợ phiên", "public_url": "https://cho.example"}
    subject, text = mail.render(notice.template, "en", names | notice.values)
    assert subject == "Chợ phiên: the trade office visits you on 26/11/2026"
    assert "Thôn Lôi Xá, xã Tuệ Tĩnh" in text
    assert f"https://cho.example/apply/{vendor_id}" in text


@pytest.mark.parametrize("day", [FIRST - timedelta(days=1), NOW.date(), date(2026, 1, 1)])
def test_a_vendor_has_days_to_prepare(house, lan, vendor_id, day):
    with pytest.raises(Invalid) as refusal:
        scheduled(house, lan, vendor_id, day=day)
    assert refusal.value.field == "day"
    assert reads.visits_of(house.fresh(), vendor_id) == []
    assert told(house) == []


def test_a_day_years_away_is_a_slip(house, lan, vendor_id):
    with pytest.raises(Invalid):
        scheduled(house, lan, vendor_id, day=date(2226, 11, 26))


def test_one_visit_is_open_at_a_time(house, lan, vendor_id, visit_id):
    with pytest.raises(Conflict):
        scheduled(house, lan, vendor_id)
    house.run(
        visiting.call_off_visit,
        visit_id,
        vendor_id=vendor_id,
        reason="Xe hỏng giữa đường.",
        actor=lan,
    )
    scheduled(house, lan, vendor_id)
    assert len(reads.visits_of(house.fresh(), vendor_id)) == 2


def test_a_visit_is_moved_with_a_reason_and_the_old_one_stays_to_be_read(
    house, lan, vendor_id, visit_id
):
    later = FIRST + timedelta(days=5)
    move = {"vendor_id": vendor_id, "actor": lan}
    with pytest.raises(Invalid):
        house.run(visiting.move_visit, visit_id, plan=plan(lan, day=later), reason="mưa", **move)
    assert only(house, vendor_id).state is S.SCHEDULED
    why = "Mưa bão, đường ngập."
    new_id = house.run(visiting.move_visit, visit_id, plan=plan(lan, day=later), reason=why, **move)
    new, old = reads.visits_of(house.fresh(), vendor_id)
    assert (new.id, new.state, new.day) == (new_id, S.SCHEDULED, later)
    assert (old.id, old.state, old.reason) == (visit_id, S.MOVED, why)
    assert house.session.get_one(SiteVisit, new_id).follows_id == visit_id
    assert told(house) == ["vendors/visit_scheduled", "vendors/visit_moved"]
    with pytest.raises(Conflict):
        house.run(visiting.move_visit, visit_id, plan=plan(lan, day=later), reason=why, **move)


def test_the_vendor_says_that_the_date_does_not_suit(house, lan, vendor_id, visit_id):
    words = "Hôm đó nhà có đám cưới."
    act = {"vendor_id": vendor_id, "words": words}
    house.run(visiting.object_to_visit, visit_id, actor=house.owner, **act)
    card = only(house, vendor_id)
    assert (card.state, card.objection) == (S.SCHEDULED, words)
    notice = house.session.scalars(
        sa.select(Notice).where(Notice.template == "vendors/visit_objected")
    ).one()
    assert notice.recipient == "lan@example.vn"
    for actor, error in ((lan, NotFound), (owner_of("01X", "01OTHER"), NotFound)):
        with pytest.raises(error):
            house.run(visiting.object_to_visit, visit_id, actor=actor, **act)
    with pytest.raises(Invalid):
        house.run(
            visiting.object_to_visit, visit_id, actor=house.owner, vendor_id=vendor_id, words="x"
        )
    late = NOW + timedelta(days=9)
    with pytest.raises(Conflict):
        house.run(visiting.object_to_visit, visit_id, actor=house.owner, now=late, **act)


def test_who_may_not_plans_and_records_nothing(house, lan, vendor_id, visit_id):
    finance = Actor("01F", "Tài vụ", frozenset({"finance"}))
    both = dataclasses.replace(lan, memberships={vendor_id: frozenset({"seller"})})
    for actor in (finance, both, house.owner):
        for act in (
            lambda a: scheduled(house, a, vendor_id),
            lambda a: record(house, a, visit_id, vendor_id),
            lambda a: house.run(
                visiting.call_off_visit, visit_id, vendor_id=vendor_id, reason="Không.", actor=a
            ),
            lambda a: house.run(minutes.draft_minutes, visit_id, vendor_id=vendor_id, actor=a),
        ):
            with pytest.raises(NotAllowed):
                act(actor)
    assert only(house, vendor_id).state is S.SCHEDULED


def test_an_inspector_is_an_officer_and_does_not_work_there(house, lan, vendor_id):
    stranger = Actor(house.user_id, "Thành", frozenset())
    with pytest.raises(Invalid) as refusal:
        house.run(visiting.schedule_visit, vendor_id, plan=plan(stranger), actor=lan)
    assert refusal.value.field == "inspector"
    with transaction(house.session) as work:
        work.add(
            VendorMember(vendor_id=vendor_id, user_id=lan.user_id, roles=["seller"], created_at=NOW)
        )
    with pytest.raises(Invalid) as refusal:
        house.run(visiting.schedule_visit, vendor_id, plan=plan(lan), actor=lan)
    assert refusal.value.field == "inspector"


def test_a_visit_is_of_its_vendor(house, lan, vendor_id, visit_id):
    other = house.submitted()
    with pytest.raises(NotFound):
        record(house, lan, visit_id, other)
    assert reads.visit(house.fresh(), visit_id, vendor_id=other) is None
    with pytest.raises(NotFound):
        scheduled(house, lan, house.draft())


def test_a_closed_dossier_is_not_visited(house, lan):
    vendor_id = house.under_review()
    house.decide(vendor_id, "reject")
    assert house.session.get_one(Vendor, vendor_id).state not in VISITABLE
    with pytest.raises(Conflict):
        scheduled(house, lan, vendor_id)


FULL = Minutes(
    result=VisitResult.PASSED_WITH_REMARKS,
    findings="Kho sạch, còn thiếu bảng giá.",
    present="Ông Nguyễn Văn Thành",
    signed_by="Trần Thị Lan; Nguyễn Văn Thành",
    lines=(
        LineFinding("place", Finding.GOOD),
        LineFinding("hygiene", Finding.REMARK, "Nước rửa chưa xét nghiệm."),
        LineFinding("unknown", Finding.BAD, "Không có trong danh mục."),
    ),
    vendor_words="Chúng tôi sẽ khắc phục.",
    spot=Spot(20.9374, 106.3146, 8),
)


def test_minutes_are_closed_once_and_told(house, lan, vendor_id, visit_id):
    record(house, lan, visit_id, vendor_id, FULL)
    card = only(house, vendor_id)
    assert card.state is S.HELD
    assert (card.minutes.revision, card.minutes.result) == (1, FULL.result)
    assert [(one.line.key, one.line.finding) for one in card.minutes.lines] == [
        ("place", Finding.GOOD),
        ("hygiene", Finding.REMARK),
    ]
    assert card.minutes.lines[0].title["vi"] == "Địa điểm đúng với hồ sơ"
    assert card.minutes.spot == FULL.spot
    assert told(house)[-1] == "vendors/visit_held"
    with pytest.raises(Conflict):
        record(house, lan, visit_id, vendor_id)
    assert only(house, vendor_id).minutes.result is FULL.result
    actions = house.session.scalars(
        sa.select(AuditEntry.action).where(AuditEntry.action.like("visit.%"))
    ).all()
    assert sorted(actions) == ["visit.record", "visit.schedule"]


def test_minutes_wait_for_the_day_of_the_visit(house, lan, vendor_id, visit_id):
    with pytest.raises(Invalid):
        record(house, lan, visit_id, vendor_id, now=NOW)
    assert only(house, vendor_id).state is S.SCHEDULED


@pytest.mark.parametrize("field", ["present", "signed_by"])
def test_minutes_name_who_was_there_and_who_signed(house, lan, vendor_id, visit_id, field):
    with pytest.raises(Invalid) as refusal:
        record(house, lan, visit_id, vendor_id, dataclasses.replace(GOOD, **{field: "  "}))
    assert refusal.value.field == field
    assert only(house, vendor_id).minutes is None


def test_a_correction_is_a_new_revision_and_the_former_stays(house, lan, vendor_id, visit_id):
    record(house, lan, visit_id, vendor_id, FULL)
    better = dataclasses.replace(
        GOOD, reason="Nước đã có phiếu xét nghiệm.", seen_revision=1, findings="Đạt."
    )
    correct = {"vendor_id": vendor_id, "actor": lan, "now": THAT_DAY}
    with pytest.raises(Invalid):
        wordless = dataclasses.replace(better, reason="")
        house.run(recording.correct_minutes, visit_id, minutes=wordless, **correct)
    assert house.run(recording.correct_minutes, visit_id, minutes=better, **correct) == 2
    last, first = reads.minutes_of(house.fresh(), visit_id)
    assert (last.revision, last.result, last.reason) == (2, VisitResult.PASSED, better.reason)
    assert (first.revision, first.result, first.findings) == (1, FULL.result, FULL.findings)
    assert only(house, vendor_id).minutes.revision == 2
    assert told(house)[-1] == "vendors/visit_corrected"
    with pytest.raises(Conflict):
        house.run(recording.correct_minutes, visit_id, minutes=better, **correct)


def test_what_was_typed_is_kept_until_the_minutes_are_closed(house, lan, vendor_id, visit_id):
    typed = {"findings": "Đang xem kho", "lat": "20,9"}
    with transaction(house.session) as work:
        recording.keep_draft(work, visit_id, vendor_id=vendor_id, typed=typed, actor=lan)
    assert only(house, vendor_id).draft == typed
    record(house, lan, visit_id, vendor_id)
    assert only(house, vendor_id).draft == {}
    with pytest.raises(Conflict), transaction(house.session) as work:
        recording.keep_draft(work, visit_id, vendor_id=vendor_id, typed=typed, actor=lan)


def racing(house, maker, lan, visit_id, vendor_id):
    """Let two officers close the minutes of one visit at the same moment."""

    def close(number):
        words = f"Người thứ {number} đã viết."
        with maker() as session, transaction(session) as work:
            recording.record_visit(
                work,
                visit_id,
                vendor_id=vendor_id,
                minutes=dataclasses.replace(GOOD, findings=words),
                actor=lan,
                now=THAT_DAY,
            )
            return words

    return at_once(close, 4)


def test_of_two_who_record_one_visit_one_wins_and_the_other_is_told(
    house, maker, lan, vendor_id, visit_id
):
    found = racing(house, maker, lan, visit_id, vendor_id)
    assert sorted(type(one).__name__ for one in found) == [
        "Conflict",
        "Conflict",
        "Conflict",
        "str",
    ]
    card = only(house, vendor_id)
    assert card.minutes.findings in found
    assert told(house).count("vendors/visit_held") == 1


def test_without_the_table_of_arrows_the_others_are_not_told_but_stopped(
    house, maker, lan, vendor_id, visit_id, monkeypatch
):
    """The control of the race above: what tells the loser is the arrow, read under the lock."""
    monkeypatch.setattr(recording, "after_visit", lambda _state, _action: S.HELD)
    found = racing(house, maker, lan, visit_id, vendor_id)
    assert [type(one) for one in found].count(str) == 1
    assert not any(isinstance(one, DomainError) for one in found)
    assert all(isinstance(one, str | IntegrityError | StaleDataError) for one in found)


def test_of_two_who_schedule_at_once_one_visit_comes_out(house, maker, lan, vendor_id):
    def schedule(_number):
        with maker() as session, transaction(session) as work:
            return visiting.schedule_visit(work, vendor_id, plan=plan(lan), actor=lan, now=NOW)

    found = at_once(schedule, 4)
    assert [isinstance(one, Conflict) for one in found].count(True) == 3
    assert len(reads.visits_of(house.fresh(), vendor_id)) == 1


@pytest.fixture
def storage(tmp_path):
    return LocalStorage(tmp_path / "files")


def photo(storage, vendor_id, data=None):
    return recording.keep_photo(storage, vendor_id, data or picture(), most_bytes=15_000_000)


def add(house, lan, visit_id, vendor_id, photos, now=THAT_DAY):
    return house.run(
        recording.add_photos, visit_id, vendor_id=vendor_id, photos=photos, actor=lan, now=now
    )


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", PaperRefused),
        (b"MZ program", PaperRefused),
        (picture()[:200], PaperRefused),
        (picture() + PDF, PaperRefused),
        (PDF, PaperRefused),
        (b"\xff\xd8\xff" + b"x" * 15_000_000, PaperTooLarge),
    ],
    ids=["empty", "program", "cut off", "two in one", "pdf", "too large"],
)
def test_what_is_no_plain_photo_is_not_kept(storage, data, error):
    with pytest.raises(error):
        recording.keep_photo(storage, "01V", data, most_bytes=15_000_000)
    assert list(storage.keys("private/visits")) == []


def test_a_photo_sent_twice_is_kept_once(house, lan, vendor_id, visit_id, storage):
    one, again = photo(storage, vendor_id), photo(storage, vendor_id)
    assert add(house, lan, visit_id, vendor_id, [one]) == []
    assert add(house, lan, visit_id, vendor_id, [again]) == [again]
    (kept,) = reads.photos_of(house.fresh(), visit_id)
    assert (kept.storage_key, kept.revision) == (one.storage_key, 1)


def test_photos_belong_to_the_minutes_they_were_taken_for(house, lan, vendor_id, visit_id, storage):
    add(house, lan, visit_id, vendor_id, [Photo("private/visits/x/1.jpg", "1" * 64, 10)])
    record(house, lan, visit_id, vendor_id)
    add(house, lan, visit_id, vendor_id, [Photo("private/visits/x/2.jpg", "2" * 64, 10)])
    old, new = reads.photos_of(house.fresh(), visit_id)
    assert (old.revision, new.revision) == (1, 2)
    gone = []
    remove = {"visit_id": visit_id, "vendor_id": vendor_id, "forget": gone.append, "actor": lan}
    with pytest.raises(Conflict):
        house.run(recording.remove_photo, old.id, **remove)
    house.run(recording.remove_photo, new.id, **remove)
    assert gone == [new.storage_key]
    with pytest.raises(NotFound):
        house.run(recording.remove_photo, new.id, **remove)


def test_a_visit_holds_not_too_many_photos(house, lan, vendor_id, visit_id):
    photos = [Photo(f"private/visits/x/{n}.jpg", f"{n:064}", 10) for n in range(31)]
    with pytest.raises(Conflict):
        add(house, lan, visit_id, vendor_id, photos)
    assert reads.photos_of(house.fresh(), visit_id) == []
    add(house, lan, visit_id, vendor_id, photos[:30])


def test_the_minutes_become_a_document_once(house, lan, vendor_id, visit_id):
    draft = {"vendor_id": vendor_id, "actor": lan, "now": THAT_DAY}
    with pytest.raises(Conflict):
        house.run(minutes.draft_minutes, visit_id, **draft)
    record(house, lan, visit_id, vendor_id, FULL)
    document_id = house.run(minutes.draft_minutes, visit_id, **draft)
    assert house.run(minutes.draft_minutes, visit_id, **draft) == document_id
    document = house.fresh().get_one(DecisionDocument, document_id)
    assert (document.type_code, document.subject) == (
        "BB",
        "Kiểm tra thực tế cơ sở của gian hàng HTX Đức Chính",
    )
    assert document.articles == [
        "Thời gian kiểm tra: ngày 26/11/2026. Địa điểm: Thôn Lôi Xá, xã Tuệ Tĩnh "
        "(vĩ độ 20,93740, kinh độ 106,31460, sai số 8 m).",
        "Thành phần tham dự: Trần Thị Lan, Lê Văn Ba (đoàn kiểm tra); "
        "Ông Nguyễn Văn Thành (đại diện cơ sở).",
        "Nội dung kiểm tra: Địa điểm đúng với hồ sơ: đạt; Vệ sinh, nguồn nước, kho chứa, dụng cụ: "
        "cần khắc phục (Nước rửa chưa xét nghiệm).",
        "Kết quả: Đạt yêu cầu, có nội dung cần khắc phục. Kho sạch, còn thiếu bảng giá.",
        "Ý kiến của đại diện cơ sở: Chúng tôi sẽ khắc phục.",
        "Biên bản đã được đọc cho những người có mặt nghe và cùng ký tên: "
        "Trần Thị Lan; Nguyễn Văn Thành.",
    ]


def test_what_is_missing_in_a_document_is_shown_as_missing():
    bare = Seen("", "26/11/2026", "", "", "", VisitResult.PASSED, [], "", "", "")
    assert sum("[...]" in part for part in minutes_articles(bare)) == 4


def test_an_agenda_holds_ones_own_visits_by_day(house, lan, vendor_id, visit_id):
    hung = officer(house, "hung@example.vn", "Phạm Văn Hùng", "approver")
    other = house.submitted()
    scheduled(house, hung, other, part=DayPart.AFTERNOON)
    span = {"first": NOW.date(), "last": FIRST}
    mine = reads.agenda(house.session, inspector_id=lan.user_id, **span)
    assert [row.id for row in mine] == [visit_id]
    assert len(reads.agenda(house.session, inspector_id=None, **span)) == 2
    before = {"first": NOW.date(), "last": FIRST - timedelta(days=1)}
    assert reads.agenda(house.session, inspector_id=None, **before) == []


def test_visits_of_a_vendor_that_left_go_with_its_papers(house, lan, vendor_id, visit_id):
    add(house, lan, visit_id, vendor_id, [Photo("private/visits/x/1.jpg", "1" * 64, 10)])
    record(house, lan, visit_id, vendor_id)
    gone = []
    with transaction(house.session) as work:
        leaving._drop_papers(work, vendor_id, gone.append, NOW)
    assert "private/visits/x/1.jpg" in gone
    for kind in (SiteVisit, VisitMinutes, VisitPhoto):
        assert house.fresh().scalar(sa.select(sa.func.count()).select_from(kind)) == 0


def test_people_of_the_office_are_those_with_a_role(house, lan):
    assert office_people(house.session, ("reviewer",)) == [(lan.user_id, lan.name)]
