"""What is said of goods by attribute: defined by the office, written by vendors, shown and found."""

from contextlib import suppress
from dataclasses import replace

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import ShelfEditedMeanwhile
from catalog.events import ShelfChanged
from catalog.models import Attribute
from catalog.queries.attributes import definitions, shelf_ids, use_of
from catalog.queries.sources import sources
from catalog.rules.attribute_cells import cells_of, value_of
from catalog.rules.attributes import (
    AttributeKind,
    Choice,
    Definition,
    Fact,
    applying,
    facet_values,
    facts,
    format_number,
    parse_number,
    search_words,
    settled,
)
from catalog.rules.attributes_seed import SEED
from catalog.services.attribute_tables import AttributeRow, import_attributes
from catalog.services.attributes import (
    AttributeDraft,
    ChoiceDraft,
    add_attribute,
    edit_attribute,
    retire_attribute,
    seed_attributes,
    shift_attribute,
    write_attributes,
)
from catalog.services.categories import close_category
from kernel.actor import HOUSE, Actor
from kernel.clock import local_date
from kernel.db import transaction
from kernel.errors import Invalid, NotAllowed
from kernel.events import OutboxMessage
from tests.catalog.shelves import (
    OFFICER,
    add,
    category_id,
    listing,
    open_shelves,
    statements,
    vendor_id,
)
from tests.catalog.test_workspace import fields
from tests.conftest import post

KEEPER = Actor("01KEEPER", "Chị Hoa", roles=frozenset({"operator"}))
WHY = "Không ai cần đến nữa."
SIZES = (
    Choice("to", {"vi": "To", "en": "Large"}),
    Choice("nho", {"vi": "Nhỏ", "en": "Small"}, True),
)


def one(kind=AttributeKind.CHOICE, **wishes):
    values = {"id": "A", "key": "co", "kind": kind, "label": {"vi": "Cỡ", "en": "Size"}}
    return Definition(**(values | wishes))


def both(vi, en):
    return {"vi": vi, "en": en}


# Rules


@pytest.mark.parametrize(
    ("definition", "written", "kept"),
    [
        (one(AttributeKind.TEXT), {"vi": " To ", "en": ""}, {"vi": "To"}),
        (one(AttributeKind.TEXT), {"vi": "", "en": ""}, None),
        (one(AttributeKind.NUMBER), "12,5", 12.5),
        (one(AttributeKind.NUMBER), "7", 7),
        (one(AttributeKind.NUMBER), "1.230", 1230),
        (one(AttributeKind.NUMBER), "1.230,5", 1230.5),
        (one(AttributeKind.NUMBER), "0.125", 0.125),
        (one(AttributeKind.NUMBER), 1.125, 1.125),
        (one(AttributeKind.NUMBER), 0, 0),
        (one(AttributeKind.NUMBER), "", None),
        (one(choices=SIZES), "to", "to"),
        (one(choices=SIZES), "", None),
        (one(AttributeKind.CHOICES, choices=SIZES), ["to", "to"], ["to"]),
        (one(AttributeKind.CHOICES, choices=SIZES), [], None),
        (one(AttributeKind.YES_NO), False, False),
        (one(AttributeKind.YES_NO), None, None),
    ],
)
def test_a_value_is_kept_as_its_definition_says(definition, written, kept):
    after = settled([definition], {"co": written}, {})
    assert after == ({} if kept is None else {"co": kept})


@pytest.mark.parametrize(
    ("definition", "written", "field"),
    [
        (one(AttributeKind.TEXT), {"vi": "x" * 201}, "attr_co_vi"),
        (one(AttributeKind.TEXT), {"en": "Large"}, "attr_co_vi"),
        (one(AttributeKind.NUMBER), "nhiều", "attr_co"),
        (one(AttributeKind.NUMBER), "1e99", "attr_co"),
        (one(AttributeKind.NUMBER), "1_000", "attr_co"),
        (one(AttributeKind.NUMBER), True, "attr_co"),
        (one(AttributeKind.NUMBER), "0,0001", "attr_co"),
        (one(choices=SIZES), "nho", "attr_co"),
        (one(choices=SIZES), "khac", "attr_co"),
        (one(AttributeKind.CHOICES, choices=SIZES), ["to", "nho"], "attr_co"),
        (one(AttributeKind.TEXT, required=True), {}, "attr_co_vi"),
        (one(AttributeKind.YES_NO, required=True), None, "attr_co"),
    ],
)
def test_what_cannot_be_names_its_field(definition, written, field):
    with pytest.raises(Invalid) as refusal:
        settled([definition], {"co": written}, {})
    assert refusal.value.field == field


def test_a_retired_choice_stays_where_it_was_chosen():
    assert settled([one(choices=SIZES)], {"co": "nho"}, {"co": "nho"}) == {"co": "nho"}
    many = one(AttributeKind.CHOICES, choices=SIZES)
    assert settled([many], {"co": ["nho", "to"]}, {"co": ["nho"]}) == {"co": ["to", "nho"]}


def test_what_is_not_asked_stays_as_it_was():
    assert settled([], {"co": "x"}, {"co": "to", "xa": 1}) == {"co": "to", "xa": 1}


def test_who_is_asked():
    fruit = one(kinds=frozenset({"produce"}), category_ids=frozenset({"C"}))
    assert fruit.applies("produce", {"C", "T"})
    assert not fruit.applies("craft", {"C"})
    assert not fruit.applies("produce", {"T"})
    assert one().applies("craft", ())
    assert applying([one(retired=True)], "craft", ()) == []


def test_what_is_shown_searched_and_filtered_by():
    asked = [
        one(AttributeKind.TEXT, key="giong", label=both("Giống", "Variety")),
        one(AttributeKind.NUMBER, key="han", label=both("Hạn", "For"), unit=both("ngày", "days")),
        one(choices=SIZES, is_facet=True),
        one(AttributeKind.YES_NO, key="tay", label=both("Làm tay", "By hand"), is_facet=True),
        one(AttributeKind.YES_NO, key="xe", label=both("Xe lăn", "Wheelchair"), is_facet=True),
    ]
    values = {"giong": both("Thiều", "Thieu"), "han": 12.5, "co": "nho", "tay": True, "xe": False}
    assert facts(asked, values) == [
        Fact(both("Giống", "Variety"), (both("Thiều", "Thieu"),)),
        Fact(both("Hạn", "For"), (both("12,5 ngày", "12.5 days"),)),
        Fact(both("Cỡ", "Size"), (both("Nhỏ", "Small"),)),
        Fact(both("Làm tay", "By hand"), yes=True),
        Fact(both("Xe lăn", "Wheelchair"), yes=False),
    ]
    assert search_words(asked, values) == ("Thiều", "Thieu", "Nhỏ", "Small", "Làm tay", "By hand")
    assert facet_values(asked, values) == ("co=nho", "tay=yes")
    assert facts(asked, {}) == []


@pytest.mark.parametrize(
    ("number", "vi", "en"),
    [(0, "0", "0"), (7, "7", "7"), (1200.5, "1.200,5", "1,200.5"), (-2, "-2", "-2")],
)
def test_numbers_are_written_as_each_language_does(number, vi, en):
    assert (format_number(number, "vi"), format_number(number, "en")) == (vi, en)


@given(st.text(max_size=30))
def test_any_text_is_a_number_or_a_refusal(text):
    with suppress(Invalid):
        assert abs(parse_number(text)) <= 1_000_000_000


ANY = st.recursive(
    st.none() | st.booleans() | st.text(max_size=5) | st.integers(), st.lists, max_leaves=4
)


@given(st.sampled_from(list(AttributeKind)), ANY | st.dictionaries(st.text(max_size=3), ANY), ANY)
def test_whatever_is_written_is_kept_or_refused(kind, written, stored):
    asked = [one(kind, choices=SIZES)]
    with suppress(Invalid):
        facts(asked, settled(asked, {"co": written}, {"co": stored}))


def test_a_table_reads_what_it_writes():
    for definition, value in (
        (one(AttributeKind.TEXT), both("Thiều", "Thieu")),
        (one(AttributeKind.NUMBER), 1200.5),
        (one(AttributeKind.NUMBER), 1.125),
        (one(AttributeKind.NUMBER), -3),
        (one(choices=SIZES), "to"),
        (one(AttributeKind.CHOICES, choices=SIZES), ["to", "nho"]),
        (one(AttributeKind.YES_NO), False),
    ):
        cells = cells_of(definition, value)
        read = value_of(definition, *cells)
        assert settled([definition], {"co": read}, {"co": value}) == {"co": value}, cells
        assert value_of(definition, "", cells[1]) is not None


@given(st.sampled_from(list(AttributeKind)), st.text(max_size=20), st.text(max_size=20))
def test_any_cell_is_read_or_refused(kind, vi, en):
    asked = one(kind, choices=SIZES)
    with suppress(Invalid):
        settled([asked], {"co": value_of(asked, vi, en)}, {})


def test_the_seed_is_whole():
    keys = [seeded.key for seeded in SEED]
    assert len(set(keys)) == len(keys)
    for seeded in SEED:
        assert set(dict(seeded.label)) == {"vi", "en"}
        assert bool(seeded.choices) is (seeded.kind in {"choice", "choices"})
        assert AttributeKind(seeded.kind)


# The office


@pytest.fixture
def shelves(session, now):
    open_shelves(session, now)
    with transaction(session):
        seed_attributes(session, actor=HOUSE, now=now)
    return session


def named(session, key):
    return next(found for found in definitions(session) if found.key == key)


def draft_of(found):
    return AttributeDraft(
        label=found.label,
        hint=found.hint,
        unit=found.unit,
        choices=tuple(ChoiceDraft(c.name, c.key, c.retired) for c in found.choices),
        kinds=tuple(found.kinds),
        category_ids=tuple(found.category_ids),
        required=found.required,
    )


def change(session, now, key, *, actor=KEEPER, seen=None, **wishes):
    found = named(session, key)
    session.rollback()
    with transaction(session):
        edit_attribute(
            session,
            found.id,
            draft=replace(draft_of(found), **wishes),
            seen_version=found.version if seen is None else seen,
            actor=actor,
            now=now,
        )


def say(session, code, **values):
    session.rollback()
    with transaction(session):
        write_attributes(session, listing(session, code), values)


def test_the_office_defines_changes_and_orders(shelves, now):
    with transaction(shelves):
        key = add_attribute(
            shelves,
            kind=AttributeKind.CHOICE,
            draft=AttributeDraft(
                both("Độ ngọt", "Sweetness"),
                choices=(ChoiceDraft(both("Ít", "Little")), ChoiceDraft(both("Nhiều", "Much"))),
                category_ids=(category_id(shelves),),
            ),
            actor=KEEPER,
            now=now,
        )
    found = definitions(shelves)[-1]
    assert (found.id, found.key) == (key, "do_ngot")
    assert [choice.key for choice in found.choices] == ["it", "nhieu"]
    shelves.rollback()
    with transaction(shelves):
        shift_attribute(shelves, key, step=-1, actor=KEEPER, now=now)
    assert definitions(shelves)[-2].id == key


def test_a_choice_that_is_dropped_is_hidden_not_lost(shelves, now):
    add(shelves, now)
    say(shelves, "VAI", hang="loai-1")
    grade = named(shelves, "hang")
    change(shelves, now, "hang", choices=draft_of(grade).choices[:1])
    assert named(shelves, "hang").named("loai-1") == both("Loại 1", "First grade")
    assert listing(shelves).attributes == {"hang": "loai-1"}
    say(shelves, "VAI", hang="loai-1")
    with pytest.raises(Invalid):
        say(shelves, "VAI", hang="loai-2")


@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        ({"label": {"vi": "Hạng"}}, "label_en"),
        ({"label": both("x" * 61, "x")}, "label_vi"),
        ({"choices": ()}, "choices"),
        ({"choices": (ChoiceDraft({"vi": "Một"}),)}, "choices"),
        ({"category_ids": ("01NONE",)}, "category_ids"),
    ],
)
def test_a_definition_that_cannot_be_names_its_field(shelves, now, wishes, field):
    before = definitions(shelves)
    with pytest.raises(Invalid) as refusal:
        change(shelves, now, "hang", **wishes)
    assert (refusal.value.field, definitions(shelves)) == (field, before)


def test_only_the_keepers_change_attributes(shelves, now):
    with pytest.raises(NotAllowed):
        change(shelves, now, "hang", actor=OFFICER, required=True)
    assert not named(shelves, "hang").required


def test_who_saves_second_is_told(shelves, now):
    seen = named(shelves, "hang").version
    change(shelves, now, "hang", required=True)
    with pytest.raises(ShelfEditedMeanwhile):
        change(shelves, now, "hang", seen=seen, required=False)


def retire(session, now, key, *, retired):
    found = named(session, key)
    session.rollback()
    with transaction(session):
        retire_attribute(
            session,
            found.id,
            retired=retired,
            reason=WHY,
            seen_version=found.version,
            actor=KEEPER,
            now=now,
        )


def test_hiding_keeps_what_was_written_and_showing_brings_it_back(shelves, now):
    key = add(shelves, now)
    say(shelves, "VAI", giong=both("Thiều u hồng", "U hong"))
    retire(shelves, now, "giong", retired=True)
    on = local_date(now)
    assert "Thiều u hồng" not in sources(shelves, [key], on=on)[key].category_words
    say(shelves, "VAI", hang="loai-1")
    assert listing(shelves).attributes["giong"] == both("Thiều u hồng", "U hong")
    retire(shelves, now, "giong", retired=False)
    source = sources(shelves, [key], on=on)[key]
    assert "Thiều u hồng" in source.category_words
    assert source.attributes == ("hang=loai-1",)


def test_the_seed_leaves_alone_what_the_office_keeps(shelves, now):
    change(shelves, now, "hang", label=both("Phân hạng", "Grading"))
    before = definitions(shelves)
    with transaction(shelves):
        seed_attributes(shelves, actor=HOUSE, now=now)
    assert definitions(shelves) == before


def test_what_changes_for_search_is_indexed_anew(shelves, now):
    change(shelves, now, "kieu_nung", hint=both("Lò gì", "Which kiln"))
    told = sa.select(OutboxMessage.payload).where(OutboxMessage.kind == ShelfChanged.__name__)
    assert shelves.scalars(told).all() == []
    change(shelves, now, "kieu_nung", label=both("Lò nung", "Kiln"))
    assert shelves.scalars(told).all() == [{"category_id": category_id(shelves, "lang-nghe")}]


def test_attributes_follow_a_shelf_that_is_merged(shelves, now):
    old, new = category_id(shelves, "lang-nghe"), category_id(shelves, "dac-san")
    with transaction(shelves):
        close_category(shelves, old, into_id=new, reason=WHY, seen_version=1, actor=KEEPER, now=now)
    assert named(shelves, "kieu_nung").category_ids == {new}


def test_attributes_are_asked_of_shelves_beneath(shelves, now):
    assert shelf_ids(shelves, category_id(shelves, "tham-vuon")) == {
        category_id(shelves, "tham-vuon"),
        category_id(shelves, "trai-nghiem"),
    }
    assert shelf_ids(shelves, "01NONE") == {"01NONE"}


def test_use_is_counted(shelves, now):
    for code, grade in (("MOT", "loai-1"), ("HAI", "loai-1"), ("BA", "loai-2")):
        add(shelves, now, code)
        say(shelves, code, hang=grade)
    add(shelves, now, "KHONG")
    assert use_of(shelves, named(shelves, "hang")) == {"": 3, "loai-1": 2, "loai-2": 1}


def test_attributes_cost_the_index_one_statement_more(shelves, now):
    ids = [add(shelves, now, f"L{number}") for number in range(4)]
    on = local_date(now)
    shelves.rollback()
    with statements(shelves) as before:
        sources(shelves, ids, on=on)
    for number in range(4):
        say(shelves, f"L{number}", hang="loai-1")
    shelves.rollback()
    with statements(shelves) as after:
        sources(shelves, ids, on=on)
    assert len(after) == len(before) + 1


def brought(session, now, *rows, code="VAI"):
    session.rollback()
    with transaction(session):
        import_attributes(session, code, rows=rows, actor=HOUSE, now=now)


def test_a_table_says_what_a_listing_is(shelves, now):
    add(shelves, now)
    say(shelves, "VAI", hang="loai-1")
    brought(
        shelves,
        now,
        AttributeRow("VAI", "giong", "Thiều", "Thieu"),
        AttributeRow("VAI", "han_dung", "7,5"),
        AttributeRow("VAI", "bao_quan", "nơi khô mát"),
    )
    assert listing(shelves).attributes == {
        "hang": "loai-1",
        "giong": both("Thiều", "Thieu"),
        "han_dung": 7.5,
        "bao_quan": "noi-kho-mat",
    }


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (AttributeRow("VAI", "kieu_nung", "Lò củi"), "attribute"),
        (AttributeRow("VAI", "han_dung", "lâu"), "value_vi"),
        (AttributeRow("VAI", "hang", "Loại chín"), "value_vi"),
    ],
)
def test_a_wrong_row_names_its_column_and_changes_nothing(shelves, now, row, field):
    add(shelves, now)
    with pytest.raises(Invalid) as refusal:
        brought(shelves, now, AttributeRow("VAI", "giong", "Thiều"), row)
    assert (refusal.value.field, listing(shelves).attributes) == (field, {})
    with pytest.raises(Invalid):
        brought(shelves, now, code="KHONG")


# The pages


@pytest.fixture
def stall(app_session, now, sign_in):
    open_shelves(app_session, now)
    with transaction(app_session):
        seed_attributes(app_session, actor=HOUSE, now=now)
    vendor = vendor_id(app_session)
    app_session.rollback()
    sign_in(vendor=vendor, vendor_roles=["seller"])
    return f"/work/{vendor}/listings"


def sold(session, base, client, **wishes):
    session.rollback()
    return post(client, f"{base}/new/produce", fields(session) | wishes)


def newest(session):
    session.rollback()
    return session.scalars(sa.text("SELECT code FROM listing ORDER BY id DESC")).first()


def test_a_vendor_writes_and_buyers_read_it_as_a_table(stall, app_session, client):
    shown = client.get(f"{stall}/new/produce?lang=vi").text
    assert "attr_giong_vi" in shown
    assert "attr_kieu_nung" not in shown
    said = {
        "attr_giong_vi": "Ổi lê Thanh Hà",
        "attr_hang": "loai-1",
        "attr_han_dung": "7,5",
    }
    assert sold(app_session, stall, client, **said).status_code == 303
    code = newest(app_session)
    assert listing(app_session, code).attributes == {
        "giong": {"vi": "Ổi lê Thanh Hà"},
        "hang": "loai-1",
        "han_dung": 7.5,
    }
    edited = client.get(f"{stall}/{code}/edit").text
    assert 'value="7,5"' in edited
    app_session.rollback()
    with transaction(app_session):
        app_session.execute(sa.text("UPDATE listing SET state = 'published'"))
    page = client.get(f"/l/{code}/{listing(app_session, code).slug}?lang=vi").text
    assert '<table class="specs">' in page
    assert "Ổi lê Thanh Hà" in page
    assert "7,5 ngày" in page


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("attr_han_dung", "lâu"),
        ("attr_hang", "khong-co"),
        ("attr_giong_vi", "x" * 201),
        ("attr_giong_en", "only English"),
    ],
)
def test_a_wrong_value_is_named_in_its_field(stall, app_session, client, name, value):
    answer = sold(app_session, stall, client, **{name: value})
    assert answer.status_code == 422
    assert 'class="field-error" id="attr_' in answer.text


def test_what_must_be_filled_in_is_asked_for(stall, app_session, client, now):
    change(app_session, now, "hang", required=True)
    answer = sold(app_session, stall, client)
    assert (answer.status_code, 'id="attr_hang-error"' in answer.text) == (422, True)


def test_another_category_fetches_its_own_fields(stall, app_session, client):
    craft = category_id(app_session, "lang-nghe")
    fruit = category_id(app_session)
    app_session.rollback()
    asked = f"{stall}/new/produce/fields?category_id="
    assert "attr_kieu_nung" in client.get(asked + craft).text
    answer = client.get(f"{asked}{fruit}&attr_giong_vi=Thi%E1%BB%81u").text
    assert ("attr_kieu_nung" in answer, 'value="Thiều"' in answer) == (False, True)
    assert client.get(asked + "%00" * 30).status_code == 200
    assert client.get(f"{stall}/new/nothing/fields").status_code == 404


@pytest.fixture
def desk(app_session, now, sign_in):
    open_shelves(app_session, now)
    with transaction(app_session):
        seed_attributes(app_session, actor=HOUSE, now=now)
    sign_in(roles=["operator"])
    return app_session


BASE = "/office/attributes"


def test_the_desk_lists_adds_changes_and_hides(desk, client):
    assert "Nhiệt độ nung" in client.get(f"{BASE}?lang=vi").text
    added = {"label_vi": "Cân nặng", "label_en": "Weight", "unit_vi": "kg", "unit_en": "kg"}
    assert post(client, f"{BASE}/new/number", added).status_code == 303
    found = named(desk, "can_nang")
    address = f"{BASE}/{found.id}"
    values = added | {"version": "1", "label_en": "Net weight", "kinds": "craft"}
    assert post(client, address, values).status_code == 303
    desk.rollback()
    assert named(desk, "can_nang").kinds == {"craft"}
    answer = post(client, address, values | {"label_en": "Other"})
    assert answer.status_code == 409
    hidden = {"version": "2", "reason": WHY}
    assert post(client, f"{address}/retire", hidden, form=address).status_code == 303
    desk.rollback()
    assert named(desk, "can_nang").retired
    assert (
        post(client, f"{BASE}/{named(desk, 'hang').id}/shift", {"step": "1"}, form=BASE).status_code
        == 303
    )


def test_the_desk_keeps_rows_of_choices_as_they_were_typed(desk, client):
    found = named(desk, "hang")
    values = {"version": "1", "label_vi": "Hạng", "label_en": "Grade"}
    for number, choice in enumerate(found.choices):
        values |= {
            f"choices-{number}-key": choice.key,
            f"choices-{number}-vi": choice.name["vi"],
            f"choices-{number}-en": choice.name["en"],
        }
    values |= {"choices-0-retired": "y", "choices-4-vi": "Loại 3", "choices-4-en": ""}
    answer = post(client, f"{BASE}/{found.id}", values)
    assert (answer.status_code, 'id="choices-error"' in answer.text) == (422, True)
    values["choices-4-en"] = "Third grade"
    assert post(client, f"{BASE}/{found.id}", values).status_code == 303
    desk.rollback()
    choices = named(desk, "hang").choices
    assert [(c.key, c.retired) for c in choices][:1] == [("tuyen-chon", True)]
    assert choices[-1].key == "loai_3"


def test_the_desk_names_what_is_wrong(desk, client):
    answer = post(client, f"{BASE}/new/choice", {"label_vi": "Cỡ", "label_en": ""})
    assert (answer.status_code, 'id="label_en-error"' in answer.text) == (422, True)
    assert client.get(f"{BASE}/new/nothing").status_code == 404
    assert client.get(f"{BASE}/01NONE").status_code == 404
    assert desk.scalar(sa.select(sa.func.count()).select_from(Attribute)) == len(SEED)
