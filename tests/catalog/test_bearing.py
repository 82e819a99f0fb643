"""What lots have to give is spread over stocks as far as it goes, what is sold first."""

from hypothesis import given
from hypothesis import strategies as st

from catalog.rules.bearing import Bearing, Need, Short

LOTS, STOCKS = ("A", "B", "C"), ("one", "two", "three", "four")
few = st.integers(0, 9)


@st.composite
def markets(draw):
    needs = [
        Need(
            key, draw(few), draw(few), draw(few), draw(st.dictionaries(st.sampled_from(LOTS), few))
        )
        for key in STOCKS[: draw(st.integers(1, 4))]
    ]
    return needs, {lot: draw(few) for lot in LOTS}


def most_met(needs, rests, ranks=("sold", "held", "free")):
    """The least cut: what no way of spreading can exceed."""
    cuts = []
    for chosen in range(1 << len(needs)):
        inside = [need for number, need in enumerate(needs) if chosen >> number & 1]
        outside = [need for number, need in enumerate(needs) if not chosen >> number & 1]
        asked = sum(getattr(need, rank) for need in outside for rank in ranks)
        given_ = sum(
            min(rest, sum(n.most.get(lot, 0) for n in inside)) for lot, rest in rests.items()
        )
        cuts.append(asked + given_)
    return min(cuts)


@given(markets())
def test_no_way_of_spreading_meets_more_and_what_is_sold_is_met_first(market):
    needs, rests = market
    spread = Bearing(needs, rests)
    wanted = sum(need.sold + need.held + need.free for need in needs)
    assert wanted - spread.total_short == most_met(needs, rests)
    sold = sum(need.sold - spread.short[need.key].sold for need in needs)
    assert sold == most_met(needs, rests, ("sold",))


@given(markets())
def test_no_lot_gives_more_than_it_holds_nor_than_a_stock_may_take(market):
    needs, rests = market
    spread = Bearing(needs, rests)
    for lot, rest in rests.items():
        given_ = [spread.borne(need.key, lot) for need in needs]
        assert sum(given_) + spread.left[lot] == rest
        assert all(0 <= much <= n.most.get(lot, 0) for much, n in zip(given_, needs, strict=True))


def test_a_stock_makes_room_for_another_where_it_has_a_second_lot():
    both = Need("both", 0, 0, 5, {"A": 5, "B": 5})
    only = Need("only", 3, 0, 0, {"A": 3})
    spread = Bearing([both, only], {"A": 5, "B": 3})
    assert spread.total_short == 0
    assert [spread.borne("only", "A"), spread.borne("both", "A"), spread.borne("both", "B")] == [
        3, 2, 3,
    ]  # fmt: skip
    assert spread.push("both", 1) == 0


def test_what_is_free_is_short_before_what_is_held_and_that_before_what_is_sold():
    spread = Bearing([Need("one", 4, 3, 2, {"A": 9})], {"A": 5})
    assert spread.short["one"] == Short(sold=0, held=2, free=2)
