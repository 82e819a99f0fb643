"""Other words for the same thing: entered by the office, read by every process at once."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from catalog.models import Synonym
from catalog.queries.synonyms import Wanted, synonym_row, synonym_rows, synonyms_mark
from catalog.rules.synonyms import Entry, KnownAlready, SynonymKind, need_entry, need_new
from catalog.search.embedded import TantivyEngine
from catalog.search.words import DEFAULT_WAYS, ONE_WAY, REGIONAL
from catalog.services.indexing import rebuild_index
from catalog.services.synonyms import (
    Draft,
    SynonymMoved,
    add_synonym,
    change_synonym,
    seed_synonyms,
    switch_synonym,
)
from catalog.services.ways import KeptWays, ways_of
from kernel import audit
from kernel.actor import GUEST, HOUSE
from kernel.audit import AuditEntry
from kernel.db import transaction
from kernel.errors import Invalid, NotAllowed, NotFound
from tests.catalog.shelves import OFFICER, add, open_shelves, statements
from tests.together import at_once

BOTH, ONE = SynonymKind.TWO_WAY, SynonymKind.ONE_WAY


def draft(typed="lệ chi", *others, kind=BOTH, lang="vi", note=""):
    return Draft(kind, lang, typed, others or ("vải thiều",), note)


def enter(session, now, *words, **wishes):
    with transaction(session):
        return add_synonym(session, draft(*words, **wishes), actor=OFFICER, now=now)


def seed(session, now):
    with transaction(session):
        seed_synonyms(session, actor=HOUSE, now=now)


def listed(session, **wishes):
    return [row.words for row in synonym_rows(session, Wanted(**wishes), page=1).items]


@pytest.mark.parametrize(
    ("typed", "others", "field"),
    [
        ("", ["vải"], "typed"),
        ("!!", ["vải"], "typed"),
        ("một hai ba bốn", ["vải"], "typed"),
        ("x" * 61, ["vải"], "typed"),
        ("lệ chi", [], "others"),
        ("lệ chi", ["  "], "others"),
        ("lệ chi", ["..."], "others"),
        ("lệ chi", ["Lệ  Chi"], "others"),
        ("hoà", ["hòa"], "others"),
        ("lệ chi", ["vải", "Vải"], "others"),
        ("lệ chi", ["một hai ba bốn"], "others"),
        ("lệ chi", [f"vải {n}" for n in range(12)], "others"),
    ],
)
def test_an_entry_that_says_nothing_or_says_itself_is_refused(typed, others, field):
    with pytest.raises(Invalid) as refusal:
        need_entry(BOTH, typed, others)
    assert refusal.value.field == field


def test_an_entry_is_written_one_way_and_may_mean_more_words_than_are_typed():
    entry = need_entry(ONE, " BĐX ", ["bánh  đậu xanh", "bánh đậu xanh hải dương", ""])
    assert entry == Entry(ONE, ("bđx", "bánh đậu xanh", "bánh đậu xanh hải dương"))


def test_what_another_entry_says_is_refused_by_name_and_only_its_reverse_is_new():
    known = [Entry(BOTH, ("dứa", "thơm", "khóm")), Entry(ONE, ("roi", "mận an phước"))]
    with pytest.raises(KnownAlready) as refusal:
        need_new(Entry(ONE, ("khóm", "dứa")), known)
    assert refusal.value.values == {"typed": "khóm", "meant": "dứa", "words": "dứa, thơm, khóm"}
    with pytest.raises(KnownAlready):
        need_new(Entry(BOTH, ("mận an phước", "roi")), known)
    need_new(Entry(ONE, ("mận an phước", "roi")), known)
    # Other marks, another word.
    need_new(Entry(ONE, ("khom", "dua")), known)


def test_the_houses_own_words_are_put_up_once_and_mean_what_the_constants_mean(session, now):
    seed(session, now)
    count = session.scalar(sa.select(sa.func.count()).select_from(Synonym))
    assert count == len(REGIONAL) + len(ONE_WAY)
    assert KeptWays().get(session) == DEFAULT_WAYS
    with transaction(session):
        row = session.scalars(sa.select(Synonym).order_by(Synonym.id)).first()
        switch_synonym(session, row.id, active=False, seen=1, actor=OFFICER, now=now)
    seed(session, now)
    assert session.scalar(sa.select(sa.func.count()).select_from(Synonym)) == count
    assert ["dứa", "thơm", "khóm"] not in listed(session)


def test_an_entry_is_found_at_once_by_every_reader_for_one_statement(session, maker, now, tmp_path):
    open_shelves(session, now)
    add(session, now)
    engine = TantivyEngine(tmp_path / "search")
    rebuild_index(session, engine, now=now)
    here, elsewhere = KeptWays(), KeptWays()

    def found(kept):
        with maker() as reader:
            return list(engine.search("lệ chi", ways=kept.get(reader)).codes)

    assert (found(here), found(elsewhere)) == ([], [])
    synonym_id = enter(session, now)
    assert (found(here), found(elsewhere)) == (["VAI"], ["VAI"])
    with maker() as reader, statements(reader) as asked:
        here.get(reader)
    assert len(asked) == 1
    with transaction(session):
        switch_synonym(session, synonym_id, active=False, seen=1, actor=OFFICER, now=now)
    assert (found(here), found(elsewhere)) == ([], [])


def test_before_anything_is_kept_the_houses_words_hold_and_an_office_may_keep_none(session, now):
    kept = KeptWays()
    assert kept.get(session) is DEFAULT_WAYS
    synonym_id = enter(session, now)
    assert kept.get(session) == ways_of([Entry(BOTH, ("lệ chi", "vải thiều"))])
    with transaction(session):
        switch_synonym(session, synonym_id, active=False, seen=1, actor=OFFICER, now=now)
    assert kept.get(session) == ways_of([])


def test_two_entries_of_one_word_add_up():
    ways = ways_of([Entry(ONE, ("hd", "hải dương")), Entry(ONE, ("hd", "hộ dân"))])
    assert ways == ways_of([Entry(ONE, ("hd", "hải dương", "hộ dân"))])


def test_a_change_needs_the_newest_version_and_leaves_its_trail(session, now):
    synonym_id = enter(session, now)
    with transaction(session):
        change_synonym(
            session, synonym_id, draft("lệ chi", "vải", kind=ONE), seen=1, actor=OFFICER, now=now
        )
    row = synonym_row(session, synonym_id)
    assert (row.kind, row.words, row.version, row.changed_name) == (
        ONE,
        ["lệ chi", "vải"],
        2,
        "Cô Mai",
    )
    with pytest.raises(SynonymMoved), transaction(session):
        change_synonym(session, synonym_id, draft(), seen=1, actor=OFFICER, now=now)
    with transaction(session):
        # The same once more is no change.
        change_synonym(
            session, synonym_id, draft("lệ chi", "vải", kind=ONE), seen=2, actor=OFFICER, now=now
        )
    assert synonym_row(session, synonym_id).version == 2
    trail = audit.trail(session, {"synonym": [synonym_id]}, page=1, size=9).items
    assert [(one.action, one.detail["words"]) for one in trail] == [
        ("synonym.changed", "lệ chi, vải"),
        ("synonym.added", "lệ chi, vải thiều"),
    ]
    assert audit.verify(session) is None


def test_a_refusal_changes_nothing(session, now):
    seed(session, now)
    mark = synonyms_mark(session)
    session.commit()
    for actor, wish, refusal in (
        (GUEST, draft(), NotAllowed),
        (OFFICER, draft("khóm", "dứa"), KnownAlready),
        (OFFICER, draft(lang="fr"), Invalid),
        (OFFICER, draft("", "vải"), Invalid),
    ):
        with pytest.raises(refusal), transaction(session):
            add_synonym(session, wish, actor=actor, now=now)
    for act in (change_synonym, switch_synonym):
        more = {"active": True} if act is switch_synonym else {}
        args = () if more else (draft(),)
        with pytest.raises(NotFound), transaction(session):
            act(session, "01NONE", *args, **more, seen=1, actor=OFFICER, now=now)
    assert synonyms_mark(session) == mark
    assert "synonym.changed" not in session.scalars(sa.select(AuditEntry.action)).all()


def test_what_was_switched_off_comes_back_only_while_no_other_entry_says_it(session, now):
    first = enter(session, now)
    with transaction(session):
        switch_synonym(session, first, active=False, seen=1, actor=OFFICER, now=now)
    second = enter(session, now, "vải thiều", "lệ chi", kind=ONE)
    with pytest.raises(KnownAlready), transaction(session):
        switch_synonym(session, first, active=True, seen=2, actor=OFFICER, now=now)
    with transaction(session):
        switch_synonym(session, second, active=False, seen=1, actor=OFFICER, now=now)
        switch_synonym(session, first, active=True, seen=2, actor=OFFICER, now=now)
    assert listed(session) == [["lệ chi", "vải thiều"]]


def test_the_list_is_searched_without_marks_and_by_language(session, now):
    seed(session, now)
    enter(session, now, "longan", "nhãn", lang="en", note="khách nước ngoài")
    assert listed(session, words="KHOM") == [["dứa", "thơm", "khóm"]]
    assert listed(session, words="nuoc ngoai") == [["longan", "nhãn"]]
    assert listed(session, lang="en") == [["longan", "nhãn"], ["mung bean", "green bean"]]
    assert listed(session, active=False) == []
    pages = [synonym_rows(session, Wanted(), page=number) for number in (1, 2)]
    assert sum(len(found.items) for found in pages) == len(REGIONAL) + len(ONE_WAY) + 1
    assert [found.has_next for found in pages] == [True, False]


def test_two_officers_who_enter_the_same_words_at_once_enter_them_once(maker, now):
    def put(_number):
        with maker() as own, transaction(own):
            return add_synonym(own, draft(), actor=OFFICER, now=now)

    results = at_once(put, 4)
    assert sum(isinstance(one, str) for one in results) == 1
    assert sum(isinstance(one, KnownAlready) for one in results) == 3


def test_without_the_lock_of_the_table_they_would_enter_them_twice(
    maker, now, monkeypatch, database_url
):
    if database_url.startswith("sqlite"):
        pytest.skip("SQLite lets one write at a time")
    monkeypatch.setattr("catalog.services.synonyms._serialise", lambda _session: None)

    def put(_number):
        with maker() as own, transaction(own):
            return add_synonym(own, draft(), actor=OFFICER, now=now)

    assert sum(isinstance(one, str) for one in at_once(put, 4)) > 1


def test_two_who_change_one_entry_at_once_do_not_undo_each_other(session, maker, now):
    synonym_id = enter(session, now)

    def change(number):
        with maker() as own, transaction(own):
            change_synonym(
                own, synonym_id, draft("lệ chi", f"vải {number}"), seen=1, actor=OFFICER, now=now
            )
            return number

    results = at_once(change, 3)
    (winner,) = [one for one in results if isinstance(one, int)]
    assert all(isinstance(one, SynonymMoved) for one in results if not isinstance(one, int))
    session.expire_all()
    assert synonym_row(session, synonym_id).words == ["lệ chi", f"vải {winner}"]


def test_a_market_prepared_twice_at_once_is_refused_by_the_database(session, now):
    seed(session, now)
    twin = Synonym(
        kind=BOTH,
        lang="vi",
        words=["dứa", "thơm"],
        seed="two_way:dua_s9",
        changed_name="house",
        changed_at=now,
    )
    twin.seed = session.scalar(sa.select(Synonym.seed).where(Synonym.seed.is_not(None)))
    session.commit()
    with pytest.raises(IntegrityError), transaction(session):
        session.add(twin)
