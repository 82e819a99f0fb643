"""The category tree as the office keeps it."""

from dataclasses import replace
from threading import Event

import pytest
import sqlalchemy as sa

from catalog import handlers
from catalog.errors import ShelfEditedMeanwhile
from catalog.events import ListingsDrifted, ShelfChanged
from catalog.models import Category, Listing, ListingChange, PageAddress, ShelfHead
from catalog.queries import category_tree
from catalog.queries.addresses import moved
from catalog.queries.categories import (
    gone_categories,
    kept_categories,
    old_addresses,
    shelves_for,
    standing_shelf,
)
from catalog.queries.freshness import goods_mark
from catalog.rules import ListingKind
from catalog.rules.addresses import AddressKind
from catalog.rules.shelves import (
    ARTS,
    CategoryDraft,
    Spot,
    need_closable,
    need_hangable,
    need_slug,
    shifted,
)
from catalog.search.embedded import TantivyEngine
from catalog.search.engine import Filters
from catalog.services import indexing
from catalog.services.categories import (
    add_category,
    close_category,
    edit_category,
    seed_categories,
    shelf_for,
    shift_category,
)
from kernel import db
from kernel.actor import HOUSE, Actor
from kernel.audit import AuditEntry
from kernel.db import transaction
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from kernel.events import OutboxMessage
from shop.shelves import KEPT_SECONDS
from tests.catalog.shelves import (
    OFFICER,
    add,
    add_visit,
    category_id,
    listing,
    open_shelves,
    seller,
    statements,
)
from tests.conftest import post
from tests.together import at_once

KEEPER = Actor("01KEEPER", "Chị Hoa", roles=frozenset({"approver"}))
WHY = "Hai nhóm bán cùng một thứ."


@pytest.fixture
def shelves(session, now):
    open_shelves(session, now)
    return session


def kept(session, slug):
    row = session.scalars(
        sa.select(Category).where(Category.slug == slug).execution_options(populate_existing=True)
    ).one()
    return row, CategoryDraft(row.name, row.art, row.tint, row.parent_id, row.slug)


def edit(session, now, which, *, actor=KEEPER, seen=None, **wishes):
    with transaction(session):
        row, draft = kept(session, which)
        edit_category(
            session,
            row.id,
            draft=replace(draft, **wishes),
            seen_version=row.version if seen is None else seen,
            actor=actor,
            now=now,
        )


def put_up(session, now, vi="Dược liệu", en="Herbs", under=None, **wishes):
    draft = CategoryDraft({"vi": vi, "en": en}, "ginger", "leaf", under, **wishes)
    with transaction(session):
        return add_category(session, draft=draft, actor=KEEPER, now=now)


def close(session, now, slug, into=None, reason=WHY, actor=KEEPER, seen=None):
    with transaction(session):
        row, _draft = kept(session, slug)
        into_id = category_id(session, into) if into else None
        return close_category(
            session,
            row.id,
            into_id=into_id,
            reason=reason,
            seen_version=row.version if seen is None else seen,
            actor=actor,
            now=now,
        )


def told(session, kind):
    rows = session.scalars(
        sa.select(OutboxMessage).where(OutboxMessage.kind == kind.__name__)
    ).all()
    return [row.payload for row in rows]


def audited(session, action):
    return session.scalars(sa.select(AuditEntry).where(AuditEntry.action == action)).one()


def lead_of(session, slug):
    """Return the address that a shelf is found at whose address was this one."""
    was = moved(session, AddressKind.CATEGORY, slug)
    shelf = session.get(Category, standing_shelf(session, was.subject_id)) if was else None
    return shelf.slug if shelf else None


# Putting up


def test_a_shelf_is_put_up_in_both_languages_behind_its_neighbours(shelves, now):
    put_up(shelves, now)
    last = category_tree(shelves)[-1]
    assert (last.slug, last.key, last.name) == (
        "duoc-lieu",
        "duoc-lieu",
        {"vi": "Dược liệu", "en": "Herbs"},
    )
    assert audited(shelves, "category.added").actor_name == "Chị Hoa"


def test_a_shelf_is_put_up_under_another_but_not_two_deep(shelves, now):
    child = put_up(shelves, now, "Quả múi", "Citrus", category_id(shelves))
    fruit = category_tree(shelves)[0]
    assert [node.slug for node in fruit.children] == ["qua-mui"]
    with pytest.raises(Invalid) as refusal:
        put_up(shelves, now, "Bưởi", "Pomelo", child)
    assert refusal.value.field == "parent_id"


@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        ({"name": {"vi": "Thảo dược"}}, "name_en"),
        ({"name": {"en": "Herbs"}}, "name_vi"),
        ({"name": {"vi": "x" * 61, "en": "x"}}, "name_vi"),
        ({"art": "no-such-drawing"}, "art"),
        ({"tint": "black"}, "tint"),
        ({"slug": "!!!"}, "slug"),
        ({"slug": "rau-cu"}, "slug"),
        ({"parent_id": "01NONE"}, "parent_id"),
    ],
)
def test_what_cannot_be_names_its_field_and_changes_nothing(shelves, now, wishes, field):
    before = kept_categories(shelves)
    draft = CategoryDraft({"vi": "Dược liệu", "en": "Herbs"}, "ginger", "leaf")
    with pytest.raises(Invalid) as refusal, transaction(shelves):
        add_category(shelves, draft=replace(draft, **wishes), actor=KEEPER, now=now)
    assert refusal.value.field == field
    assert kept_categories(shelves) == before


@pytest.mark.parametrize("actor", [OFFICER, seller("01V"), Actor(None, "guest")])
def test_only_the_keepers_change_the_tree(shelves, now, actor):
    with pytest.raises(NotAllowed):
        edit(shelves, now, "rau-cu", actor=actor, name={"vi": "Rau", "en": "Greens"})
    with pytest.raises(NotAllowed):
        close(shelves, now, "rau-cu", actor=actor)
    assert kept(shelves, "rau-cu")[0].name["vi"] == "Rau củ"


# Renaming and addresses


def test_a_new_name_keeps_the_address_and_tells_search(shelves, now):
    edit(shelves, now, "rau-cu", name={"vi": "Rau, củ, quả", "en": "Vegetables"})
    row, _draft = kept(shelves, "rau-cu")
    assert row.name["vi"] == "Rau, củ, quả"
    assert told(shelves, ShelfChanged) == [{"category_id": row.id}]


def test_a_new_address_leaves_the_old_one_leading_on(shelves, now):
    edit(shelves, now, "rau-cu", slug="Rau Xanh")
    edit(shelves, now, "rau-xanh", slug="rau")
    assert (lead_of(shelves, "rau-cu"), lead_of(shelves, "rau-xanh")) == ("rau", "rau")
    assert lead_of(shelves, "khong-co") is None
    assert old_addresses(shelves, kept(shelves, "rau")[0].id) == ["rau-cu", "rau-xanh"]


def test_an_old_address_is_nobody_elses_but_its_own_again(shelves, now):
    edit(shelves, now, "rau-cu", slug="rau")
    with pytest.raises(Invalid) as refusal:
        put_up(shelves, now, slug="rau-cu")
    assert refusal.value.field == "slug"
    edit(shelves, now, "rau", slug="rau-cu")
    addresses = shelves.scalars(
        sa.select(PageAddress.slug).where(PageAddress.until.is_not(None))
    ).all()
    assert (addresses, lead_of(shelves, "rau")) == (["rau"], "rau-cu")


def test_who_saves_second_is_told_and_nothing_is_lost(shelves, now):
    seen = kept(shelves, "rau-cu")[0].version
    edit(shelves, now, "rau-cu", name={"vi": "Rau", "en": "Greens"})
    with pytest.raises(ShelfEditedMeanwhile):
        edit(shelves, now, "rau-cu", seen=seen, name={"vi": "Củ", "en": "Roots"})
    assert kept(shelves, "rau-cu")[0].name["vi"] == "Rau"


def test_saving_without_a_change_tells_nobody(shelves, now):
    edit(shelves, now, "rau-cu")
    assert told(shelves, ShelfChanged) == []


# Moving


def test_a_moved_shelf_takes_its_listings_along_in_the_same_transaction(shelves, now):
    add(shelves, now, "RAU", category="rau-cu")
    fruit = category_id(shelves)
    edit(shelves, now, "rau-cu", parent_id=fruit)
    row = listing(shelves, "RAU")
    assert (row.category_id, row.top_category_id) == (category_id(shelves, "rau-cu"), fruit)
    edit(shelves, now, "rau-cu", parent_id=None)
    assert listing(shelves, "RAU").top_category_id == row.category_id


@pytest.mark.parametrize(
    ("slug", "under"),
    [
        ("trai-nghiem", "trai-cay"),
        ("homestay", None),
        ("tham-vuon", "trai-cay"),
        ("tham-vuon", None),
        ("trai-cay", "trai-nghiem"),
    ],
)
def test_goods_and_visits_do_not_mix_and_fixed_shelves_stay(shelves, now, slug, under):
    before = kept_categories(shelves)
    with pytest.raises(Invalid) as refusal:
        edit(shelves, now, slug, parent_id=category_id(shelves, under) if under else None)
    assert refusal.value.field == "parent_id"
    assert kept_categories(shelves) == before


def test_search_follows_a_name_and_a_place(shelves, now, tmp_path):
    add(shelves, now, "RAU", category="rau-cu", title={"vi": "Cải canh"})
    engine = TantivyEngine(tmp_path / "search")
    indexing.rebuild_index(shelves, engine, now=now)
    edit(
        shelves,
        now,
        "rau-cu",
        name={"vi": "Thảo mộc", "en": "Herbs"},
        slug="thao-moc",
        parent_id=category_id(shelves),
    )
    event = ShelfChanged(kept(shelves, "thao-moc")[0].id)
    handlers.reindex_shelf(engine)(shelves, event, now)
    for wanted in ("thao-moc", "trai-cay"):
        found = engine.search("cai canh", filters=Filters(categories=(wanted,)))
        assert list(found.codes) == ["RAU"]
    assert list(engine.search("thao moc").codes) == ["RAU"]


# Order


def test_a_shelf_moves_up_and_down_among_its_neighbours(shelves, now):
    def order():
        return [node.slug for node in category_tree(shelves)][:3]

    assert order() == ["trai-cay", "rau-cu", "gao-ngu-coc"]
    with transaction(shelves):
        shift_category(shelves, category_id(shelves, "rau-cu"), step=-1, actor=KEEPER, now=now)
    assert order() == ["rau-cu", "trai-cay", "gao-ngu-coc"]
    with transaction(shelves):
        # Nothing is above the first.
        shift_category(shelves, category_id(shelves, "rau-cu"), step=-1, actor=KEEPER, now=now)
    assert order() == ["rau-cu", "trai-cay", "gao-ngu-coc"]
    with transaction(shelves):
        shift_category(shelves, category_id(shelves, "rau-cu"), step=1, actor=KEEPER, now=now)
    assert order() == ["trai-cay", "rau-cu", "gao-ngu-coc"]


def test_an_order_keeps_all_its_members():
    assert shifted(["a", "b", "c"], "c", -1) == ["a", "c", "b"]
    assert shifted(["a", "b", "c"], "c", 1) == ["a", "b", "c"]


# Taking down


def test_an_empty_shelf_goes_without_another(shelves, now):
    assert close(shelves, now, "rau-cu") == 0
    assert lead_of(shelves, "rau-cu") is None
    assert [one.slug for one in gone_categories(shelves)] == ["rau-cu"]
    assert audited(shelves, "category.retired").detail["reason"] == WHY


def test_a_shelf_with_goods_says_so(shelves, now):
    add(shelves, now, "RAU", category="rau-cu")
    with pytest.raises(Invalid) as refusal:
        close(shelves, now, "rau-cu")
    assert refusal.value.field == "into_id"


def test_merging_moves_goods_addresses_and_what_hangs_beneath(shelves, now):
    add(shelves, now, "RAU", category="rau-cu")
    child = put_up(shelves, now, "Rau gia vị", "Herbs", category_id(shelves, "rau-cu"))
    add(shelves, now, "HANH", category="rau-gia-vi")
    version = listing(shelves, "RAU").version
    assert close(shelves, now, "rau-cu", "trai-cay") == 1
    fruit, moved = category_id(shelves), listing(shelves, "RAU")
    assert (moved.category_id, moved.top_category_id, moved.version) == (fruit, fruit, version + 1)
    beneath = listing(shelves, "HANH")
    assert (beneath.category_id, beneath.top_category_id) == (child, fruit)
    assert [node.id for node in category_tree(shelves)[0].children] == [child]
    assert lead_of(shelves, "rau-cu") == "trai-cay"
    assert told(shelves, ShelfChanged) == [{"category_id": fruit}]
    assert told(shelves, ListingsDrifted) == [{"vendor_id": moved.vendor_id}]
    assert audited(shelves, "category.merged").detail["moved"] == 1


def test_a_chain_of_mergers_leads_to_the_end(shelves, now):
    edit(shelves, now, "rau-cu", slug="rau")
    close(shelves, now, "rau", "dac-san")
    close(shelves, now, "dac-san", "trai-cay")
    assert {lead_of(shelves, slug) for slug in ("rau-cu", "rau", "dac-san")} == {"trai-cay"}


def test_a_change_that_waits_speaks_of_the_shelf_where_goods_now_stand(shelves, now):
    key = add(shelves, now, "RAU", category="rau-cu")
    old, new = category_id(shelves, "rau-cu"), category_id(shelves)
    with transaction(shelves):
        shelves.add(
            ListingChange(
                listing_id=key,
                before={"category_id": old},
                after={"category_id": category_id(shelves, "dac-san")},
                proposed_name="Nam",
                proposed_at=now,
            )
        )
    close(shelves, now, "rau-cu", "trai-cay")
    change = shelves.scalars(sa.select(ListingChange)).one()
    assert (old != new, change.before) == (True, {"category_id": new})


@pytest.mark.parametrize(
    ("slug", "into", "error"),
    [
        ("homestay", "tham-vuon", Conflict),
        ("trai-nghiem", "trai-cay", Conflict),
        ("tham-vuon", "trai-cay", Invalid),
        ("trai-cay", "tham-vuon", Invalid),
        ("trai-cay", "trai-cay", Invalid),
    ],
)
def test_what_cannot_be_merged_stays(shelves, now, slug, into, error):
    before = kept_categories(shelves)
    with pytest.raises(error):
        close(shelves, now, slug, into)
    assert kept_categories(shelves) == before


def test_a_reason_is_a_sentence(shelves, now):
    with pytest.raises(Invalid) as refusal:
        close(shelves, now, "rau-cu", reason="trùng")
    assert refusal.value.field == "reason"


def test_nothing_is_put_on_a_shelf_that_was_taken_down(shelves, now):
    key = category_id(shelves, "rau-cu")
    close(shelves, now, "rau-cu")
    with pytest.raises(Invalid) as refusal:
        shelf_for(shelves, key)
    assert refusal.value.field == "category_id"
    with pytest.raises(NotFound):
        edit(shelves, now, "rau-cu", name={"vi": "Rau", "en": "Greens"})


# What hangs on the tree


def test_the_seed_leaves_alone_what_the_office_keeps(shelves, now):
    edit(shelves, now, "rau-cu", name={"vi": "Rau", "en": "Greens"}, slug="rau")
    close(shelves, now, "dac-san")
    before = kept_categories(shelves)
    with transaction(shelves):
        seed_categories(shelves, actor=HOUSE, now=now)
    assert kept_categories(shelves) == before


def test_a_page_that_was_kept_is_made_anew_after_a_change(shelves, now):
    add(shelves, now)
    before = goods_mark(shelves, "VAI", now=now)
    shelves.rollback()
    edit(shelves, now, "trai-cay", name={"vi": "Quả", "en": "Fruit"})
    assert goods_mark(shelves, "VAI", now=now) != before


def test_a_listing_keeps_its_shelf_in_the_form_when_others_are_put_beneath(shelves, now):
    add_visit(shelves, now)
    fruit = category_id(shelves)
    put_up(shelves, now, "Quả múi", "Citrus", fruit)
    tree = category_tree(shelves)
    offered = [node.id for node in shelves_for(tree, ListingKind.PRODUCE)]
    assert fruit not in offered
    kept_there = [node.id for node in shelves_for(tree, ListingKind.PRODUCE, keep=fruit)]
    assert fruit in kept_there
    visits = {node.key for node in shelves_for(tree, ListingKind.EXPERIENCE)}
    assert visits == {"tham-vuon", "hoc-nghe", "song-nuoc", "homestay", "am-thuc"}


def test_the_tree_of_the_office_costs_one_statement(shelves, now):
    add(shelves, now)
    with statements(shelves) as seen:
        rows = kept_categories(shelves)
    assert len(seen) == 1
    assert next(row.listings for row in rows if row.slug == "trai-cay") == 1


def test_rules_of_places_are_arithmetic():
    need_hangable(Spot("a", None), None)
    need_hangable(Spot("a", None), Spot("b", None))
    need_closable(Spot("a", None), None)
    with pytest.raises(Invalid):
        need_hangable(Spot("a", None, has_children=True), Spot("b", None))
    with pytest.raises(Invalid):
        need_closable(Spot("a", None, has_children=True), Spot("c", "b"))
    assert need_slug(CategoryDraft({"vi": "Đặc sản"}, "", "")) == "dac-san"
    assert len(set(ARTS)) == len(ARTS)


# Races


def test_of_two_moves_that_would_make_three_levels_one_is_refused(maker, now):
    with maker() as session:
        open_shelves(session, now)
        ids = [category_id(session, slug) for slug in ("trai-cay", "rau-cu", "dac-san")]

    def hang(number):
        with maker() as session, transaction(session):
            row = session.get_one(Category, ids[number])
            draft = CategoryDraft(row.name, row.art, row.tint, ids[number + 1], row.slug)
            version = row.version
            edit_category(session, row.id, draft=draft, seen_version=version, actor=KEEPER, now=now)

    results = at_once(hang, 2)
    assert [type(one) for one in results if one is not None] == [Invalid]
    with maker() as session:
        rows = kept_categories(session)
        tops = {row.id for row in rows if row.parent_id is None}
        assert all(row.parent_id in tops for row in rows if row.parent_id)
        assert session.scalar(sa.select(ShelfHead.version)) == 2


def put_and_merge(maker, now, take=shelf_for):
    """Put goods on a shelf with ``take`` at the moment at which it is merged into another."""
    with maker() as session:
        open_shelves(session, now)
        ids = {slug: category_id(session, slug) for slug in ("rau-cu", "trai-cay")}
        add(session, now, "RAU", category="trai-cay")

    def work(number):
        with maker() as session, transaction(session):
            if number == 0:
                row = session.scalars(sa.select(Listing).with_for_update()).one()
                shelf = take(session, ids["rau-cu"])
                row.category_id, row.top_category_id = shelf.id, shelf.id
                return 0
            return close_category(
                session,
                ids["rau-cu"],
                into_id=ids["trai-cay"],
                reason=WHY,
                seen_version=1,
                actor=KEEPER,
                now=now,
            )

    results = at_once(work, 2)
    with maker() as session:
        return results, listing(session, "RAU").category_id, ids


def test_goods_put_on_a_shelf_while_it_is_merged_are_not_left_behind(maker, now):
    results, stands_on, ids = put_and_merge(maker, now)
    assert all(isinstance(one, int | Invalid) for one in results), results
    assert stands_on == ids["trai-cay"]


@pytest.mark.postgres
def test_without_the_hold_goods_are_left_behind_on_a_shelf_that_is_gone(postgres_url, now):
    """The negative control: the race above proves something only because this one is lost."""
    engine = db.open_engine(postgres_url)

    def take(session, category_id):
        found = session.get(Category, category_id)
        Event().wait(0.5)
        return found

    results, stands_on, ids = put_and_merge(db.session_factory(engine), now, take)
    assert (results, stands_on) == ([0, 0], ids["rau-cu"])
    engine.dispose()


# The desk


@pytest.fixture
def desk(app_session, now, sign_in):
    open_shelves(app_session, now)
    sign_in(roles=["approver"])
    return app_session


def draft_of(session, which, /, **wishes):
    session.rollback()
    row, _draft = kept(session, which)
    values = {
        "version": str(row.version),
        "name_vi": row.name["vi"],
        "name_en": row.name["en"],
        "slug": row.slug,
        "parent_id": row.parent_id or "",
        "art": row.art,
        "tint": row.tint,
    }
    return f"/office/categories/{row.id}", values | wishes


def test_the_desk_shows_adds_renames_shifts_and_takes_down(desk, client, monkeypatch):
    assert KEPT_SECONDS < 2
    monkeypatch.setattr("shop.shelves.KEPT_SECONDS", 0)
    assert "Rau củ" in client.get("/office/categories?lang=vi").text
    added = {"name_vi": "Thảo mộc", "name_en": "Herbs", "art": "ginger", "tint": "leaf"}
    assert post(client, "/office/categories/new", added).status_code == 303
    address, values = draft_of(desk, "thao-moc", name_vi="Dược liệu", slug="duoc-lieu")
    assert post(client, address, values).status_code == 303
    assert post(client, f"{address}/shift", {"step": "-1"}, form=address).status_code == 303
    led = client.get("/c/thao-moc?season=1")
    assert (led.status_code, led.location) == (301, "/c/duoc-lieu?season=1")
    address, values = draft_of(desk, "duoc-lieu")
    gone = {"version": values["version"], "into_id": "", "reason": WHY}
    assert post(client, f"{address}/close", gone, form=address).status_code == 303
    assert client.get("/c/duoc-lieu").status_code == 404
    assert "Dược liệu" in client.get("/office/categories?lang=vi").text


def test_the_desk_names_what_is_wrong_and_keeps_what_was_written(desk, client):
    address, values = draft_of(desk, "rau-cu", name_en="", slug="trai-cay")
    answer = post(client, address, values)
    assert (answer.status_code, 'id="name_en-error"' in answer.text) == (422, True)
    answer = post(client, address, values | {"name_en": "Greens"})
    assert (answer.status_code, 'id="slug-error"' in answer.text) == (422, True)
    answer = post(client, address, values | {"parent_id": "01NONE", "name_en": "Greens"})
    assert answer.status_code == 422
    brief = {"version": "1", "into_id": "", "reason": "x"}
    answer = post(client, f"{address}/close", brief, form=address)
    assert (answer.status_code, 'id="reason-error"' in answer.text) == (422, True)


def test_a_colleague_who_was_faster_is_told_of_and_the_next_try_counts(desk, client):
    address, values = draft_of(desk, "rau-cu", name_vi="Rau")
    assert post(client, address, values).status_code == 303
    answer = post(client, address, values | {"name_vi": "Củ"})
    assert answer.status_code == 409
    assert (
        'value="Củ"' in answer.text,
        'name="version" type="hidden" value="2"' in answer.text,
    ) == (
        True,
        True,
    )
