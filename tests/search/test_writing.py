"""What every engine does when listings change: in place, soon, and never half."""

import time

import pytest

from catalog.search.engine import EngineDown, IndexGone
from tests.search.goods import DOCUMENTS, doc
from tests.search.test_finding import codes

SOON_SECONDS = 2.0


def soon(holds):
    """Wait until something holds, at most as long as the market promises."""
    until = time.monotonic() + SOON_SECONDS
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def test_a_listing_is_changed_in_place_and_removed(engine, reopen):
    engine.index([doc("BO", "Bơ booth", "Booth avocado")])
    engine.remove(["CAM", "NONE"])
    reader = reopen()
    assert codes(reader, "booth") == ["BO"]
    assert "BO" not in codes(reader, "sáp")
    assert reader.search("").total == len(DOCUMENTS) - 1
    assert reader.health().documents == len(DOCUMENTS) - 1


def test_of_hits_alike_what_is_in_season_comes_first(engine, reopen):
    engine.index([doc(f"OI{month}", "Ổi lê", season_months=(month,)) for month in (1, 6)])
    for month in (1, 6):
        assert codes(reopen(), "ổi lê", month=month)[0] == f"OI{month}"


def test_writing_and_removing_nothing_changes_nothing(engine):
    engine.index([])
    engine.remove([])
    assert engine.search("").total == len(DOCUMENTS)


def test_another_process_sees_a_change_within_two_seconds(engine, reopen):
    reader = reopen()
    assert "XOAI" not in codes(reader, "xoài")
    engine.index([doc("XOAI", "Xoài cát Hòa Lộc", "Mango")])
    assert soon(lambda: codes(reader, "xoai hoà lộc")[:1] == ["XOAI"])
    engine.remove(["XOAI"])
    assert soon(lambda: "XOAI" not in codes(reader, "xoai hoà lộc"))


def test_a_code_of_any_letters_is_kept(engine, reopen):
    code = 'mã "lạ" №1/2'
    engine.index([doc(code, "Nhãn lồng")])
    assert codes(reopen(), "nhãn lồng")[0] == code
    engine.remove([code])
    assert code not in codes(reopen(), "nhãn lồng")


def test_a_rebuild_changes_over_at_once(engine, reopen):
    reader = reopen()
    assert codes(reader, "bơ")[0] == "BO"
    heard = []
    assert engine.rebuild([doc("MOI", "Vải mới")], tell=heard.append) == 1
    assert soon(lambda: codes(reader, "") == ["MOI"])
    assert all(count == 1 for count in heard)


def test_an_empty_market_has_an_empty_index(engine, reopen):
    assert engine.rebuild([]) == 0
    reader = reopen()
    assert (codes(reader, ""), codes(reader, "bơ")) == ([], [])
    assert reader.suggest("bo") == []
    assert reader.health().is_well


def test_a_rebuild_that_fails_leaves_the_old_index_in_use(engine, reopen):
    def broken():
        yield DOCUMENTS[0]
        raise ValueError("the database went away")

    with pytest.raises(ValueError, match="went away"):
        engine.rebuild(broken())
    assert reopen().search("").total == len(DOCUMENTS)


def test_without_an_index_the_engine_says_so(reopen):
    engine = reopen()
    assert engine.health().is_gone
    assert engine.suggest("vai") == []
    with pytest.raises(EngineDown):
        engine.search("vai")
    with pytest.raises(EngineDown):
        engine.explain("vai", ["VAI"])
    with pytest.raises(IndexGone):
        engine.index(DOCUMENTS)
    with pytest.raises(IndexGone):
        engine.remove(["VAI"])
    engine.rebuild(DOCUMENTS)
    assert engine.health().is_well
