"""The search log: sums of a day, nothing about anybody, forgotten in time."""

import pickle
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from catalog.models import SearchCount
from catalog.queries.search_log import Totals, search_report, search_totals
from catalog.rules.searching import Note, View, is_bot, kept_words, need_period
from catalog.search.embedded import TantivyEngine
from catalog.search.words import DEFAULT_WAYS
from catalog.services import search_log
from catalog.services.indexing import rebuild_index
from catalog.services.search_log import Understanding, count_searches, purge_search_log
from kernel.db import transaction
from kernel.errors import Invalid
from tests.catalog.shelves import add, open_shelves

DAY = date(2026, 11, 23)


@pytest.fixture
def engine(tmp_path):
    return TantivyEngine(tmp_path / "search")


@pytest.fixture
def count(session, now, engine):
    """Count notes as the worker does, on a market that sells lychees and honey."""
    open_shelves(session, now)
    add(session, now)
    add(session, now, "MAT", category="mat-ong-do-uong", title={"vi": "Mật ong hoa vải"})
    rebuild_index(session, engine, now=now)

    def counting(*notes: tuple[Note, int]) -> int:
        meaning = Understanding(engine, DEFAULT_WAYS)
        with transaction(session):
            return count_searches(session, dict(notes), meaning=meaning)

    return counting


def searched(words, times=1, *, found=True, day=DAY, lang="vi"):
    return Note(day, lang, words, found), times


def opened(words, code, times=1):
    return Note(DAY, "vi", words, code=code), times


def rows(session):
    found = session.scalars(
        sa.select(SearchCount).order_by(SearchCount.day, SearchCount.words, SearchCount.lang)
    )
    return [
        (str(one.day), one.lang, one.words, one.searches, one.zeros, one.clicks, one.positions)
        for one in found
    ]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Vải   Thiều ", "vải thiều"),
        ("ga\u0300 đồi", "gà đồi"),
        ("st25", "st25"),
        ("OCOP 4*", "ocop 4*"),
        ("gạo 5 kg 2026", "gạo 5 kg 2026"),
        ("thie6u2 thanh ha2", "thie6u2 thanh ha2"),
        ("vair thieeuf", "vair thieeuf"),
        ("0912345678", ""),
        ("gọi 0912 345 678", ""),
        ("+84.912.345.678", ""),
        ("0912-345-678 lan", ""),
        ("\uff10\uff19\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18", ""),
        ("cccd 030123456789", ""),
        ("12/05/1990", ""),
        ("lan@example.vn", ""),
        ("https://example.vn/x", ""),
        ("CP000DE5769B", ""),
        ("a1b2c3d4", ""),
        ("số nhà 12 Trần Phú", ""),
        ("x" * 81, ""),
        ("!!!", ""),
        ("", ""),
    ],
)
def test_what_may_be_about_a_person_is_never_kept(typed, kept):
    assert kept_words(typed) == kept


@given(st.text(max_size=300))
def test_whatever_is_typed_nothing_kept_is_long_or_holds_seven_digits_in_a_row(typed):
    kept = kept_words(typed)
    assert len(kept) <= 80
    assert kept_words(kept) == kept
    digits = run = 0
    for letter in kept:
        run = run + 1 if letter.isdecimal() else 0
        digits = max(digits, run)
    assert digits < 7


@pytest.mark.parametrize(
    ("agent", "bot"),
    [
        ("Mozilla/5.0 (Linux; Android 14) Chrome/130.0 Mobile Safari/537.36", False),
        ("Mozilla/5.0 (compatible; Googlebot/2.1)", True),
        ("curl/8.5", True),
        ("python-requests/2.32", True),
        ("", True),
    ],
)
def test_bots_are_known_by_what_they_say(agent, bot):
    assert is_bot(agent) is bot


def test_searches_are_added_up_by_day_and_by_what_was_meant(count, session):
    assert count(searched("vải thiều", 2), searched("vair thieeuf"), searched("VAI THIEU")) == 1
    count(searched("vai thieu", 4), searched("kim cương", 3, found=False), searched("lychee"))
    tomorrow = DAY + timedelta(days=1)
    count(searched("vai thieu", day=tomorrow), searched("vải thiều", lang="en"))
    assert rows(session) == [
        ("2026-11-23", "vi", "kim cuong", 3, 3, 0, 0),
        ("2026-11-23", "vi", "lychee", 1, 0, 0, 0),
        ("2026-11-23", "en", "vai thieu", 1, 0, 0, 0),
        ("2026-11-23", "vi", "vai thieu", 8, 0, 0, 0),
        ("2026-11-24", "vi", "vai thieu", 1, 0, 0, 0),
    ]


def test_a_hit_that_is_opened_counts_with_its_place_and_what_is_none_does_not(count, session):
    count(searched("vải", 3), opened("vải", "VAI", 2), opened("vải", "MAT"), opened("vải", "NONE"))
    assert rows(session) == [("2026-11-23", "vi", "vai", 3, 0, 3, 1 + 1 + 2)]


def test_without_an_engine_nothing_is_counted(session, now, tmp_path):
    meaning = Understanding(TantivyEngine(tmp_path / "nothing"), DEFAULT_WAYS)
    with transaction(session):
        assert count_searches(session, dict([searched("vải")]), meaning=meaning) == 0
    assert rows(session) == []


def test_a_day_holds_so_many_different_queries_and_those_known_are_still_counted(
    count, session, monkeypatch
):
    monkeypatch.setattr(search_log, "MOST_A_DAY", 2)
    count(searched("vải"), searched("nhãn"), searched("ổi"))
    count(searched("nhãn"), searched("na"))
    assert sum(row[3] for row in rows(session)) == 3
    assert len(rows(session)) == 2


def test_notes_travel_as_they_are():
    sums = dict([searched("vải", 2), opened("vải", "VAI")])
    assert pickle.loads(pickle.dumps(sums)) == sums


def test_the_rare_and_the_old_are_deleted_when_their_days_are_over(count, session, now):
    gone, kept = DAY - timedelta(days=31), DAY - timedelta(days=30)
    old = DAY - timedelta(days=731)
    count(searched("nhan", 2, day=gone), searched("oi", 2, day=kept), searched("na", 3, day=gone))
    count(searched("buoi", day=gone), searched("buoi", 2, day=DAY), searched("vai", 9, day=old))
    with transaction(session):
        assert purge_search_log(session, now) == 2
    assert [(row[0], row[2]) for row in rows(session)] == [
        (str(gone), "buoi"),
        (str(gone), "na"),
        (str(kept), "oi"),
        (str(DAY), "buoi"),
    ]
    later = now + timedelta(days=1)
    with transaction(session):
        assert purge_search_log(session, later) == 1


def test_reports_show_what_found_nothing_what_is_not_opened_and_what_is_wanted(count, session):
    count(searched("vải", 20), opened("vải", "VAI", 1), searched("kim cương", 2, found=False))
    count(searched("mật ong", 10), opened("mật ong", "MAT", 2), searched("vàng", found=False))
    count(searched("hoa", 2), searched("vải", 5, day=DAY - timedelta(days=9)))

    def report(view, first=DAY):
        found = search_report(session, view, first=first, last=DAY)
        return [(row.words, row.searches, row.zeros, row.clicks) for row in found.items]

    assert report(View.NOTHING) == [("kim cuong", 2, 2, 0), ("vang", 1, 1, 0)]
    assert report(View.FEW_CLICKS) == [("vai", 20, 0, 1)]
    assert report(View.WANTED)[:2] == [("vai", 20, 0, 1), ("mat ong", 10, 0, 2)]
    assert report(View.WANTED, DAY - timedelta(days=9))[0] == ("vai", 25, 0, 1)
    assert search_totals(session, first=DAY, last=DAY) == Totals(35, 3, 3, 5)
    (row,) = search_report(session, View.FEW_CLICKS, first=DAY, last=DAY).items
    assert (row.answered, row.click_percent, row.mean_place) == (20, 5.0, 1.0)
    assert search_totals(session, first=date(2020, 1, 1), last=date(2020, 1, 2)) == Totals(
        0, 0, 0, 0
    )


def test_a_report_has_pages(count, session):
    count(*(searched(f"chuoi {number:02}", 30 - number) for number in range(5)))
    first = search_report(session, View.WANTED, first=DAY, last=DAY, size=3)
    second = search_report(session, View.WANTED, first=DAY, last=DAY, size=3, page=2)
    assert ([row.words for row in first.items], first.has_next) == (
        ["chuoi 00", "chuoi 01", "chuoi 02"],
        True,
    )
    assert ([row.words for row in second.items], second.has_next) == (
        ["chuoi 03", "chuoi 04"],
        False,
    )


@pytest.mark.parametrize(
    ("first", "last"), [(DAY, DAY - timedelta(days=1)), (date(2020, 1, 1), DAY)]
)
def test_a_period_is_in_order_and_of_two_years_at_most(first, last):
    with pytest.raises(Invalid) as refusal:
        need_period(first, last)
    assert refusal.value.field == "last"
