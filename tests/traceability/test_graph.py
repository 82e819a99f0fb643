"""Tracing: forward to what came of a lot, backward to what went into it, however long or tangled."""

from itertools import pairwise

import pytest

from tests.traceability.edges import write_edges, write_lots
from traceability.queries.graph import Link, Reached, backward, forward, links


@pytest.fixture
def drawn(land):
    """Return a function that writes edges between lots of a vendor, and the lots."""

    def draw(*edges: tuple[str, str, int]) -> None:
        write_lots(land.session, land.vendor_id, sorted({end for one in edges for end in one[:2]}))
        write_edges(land.session, edges)

    return draw


def ids(reached):
    return [one.lot_id for one in reached]


def test_a_trace_goes_both_ways_and_tells_how_much_passed(land, drawn):
    drawn(("FIELD1", "PACK1", 600), ("FIELD2", "PACK1", 400), ("FIELD1", "PACK2", 300))
    assert forward(land.session, ["FIELD1"]) == (
        Reached("FIELD1", 0, 0),
        Reached("PACK1", 1, 600),
        Reached("PACK2", 1, 300),
    )
    assert backward(land.session, ["PACK1"]) == (
        Reached("PACK1", 0, 0),
        Reached("FIELD1", 1, 600),
        Reached("FIELD2", 1, 400),
    )


def test_a_lot_split_and_merged_again_is_there_once(land, drawn):
    drawn(("A", "B", 10), ("A", "C", 20), ("B", "D", 10), ("C", "D", 15), ("A", "D", 5))
    assert forward(land.session, ["A"]) == (
        Reached("A", 0, 0),
        Reached("B", 1, 10),
        Reached("C", 1, 20),
        Reached("D", 1, 30),
    )
    assert ids(backward(land.session, ["C"])) == ["C", "A"]


def test_what_was_taken_twice_from_one_lot_is_summed_up(land, drawn):
    drawn(("A", "B", 10), ("A", "B", 7))
    assert forward(land.session, ["A"])[1] == Reached("B", 1, 17)
    assert links(land.session, ["A", "B"]) == (Link("A", "B", 17),)


def test_several_beginnings_are_one_trace(land, drawn):
    drawn(("A", "B", 1), ("B", "C", 1), ("X", "C", 4), ("Z", "Y", 1))
    assert forward(land.session, ["A", "X"]) == (
        Reached("A", 0, 0),
        Reached("X", 0, 0),
        Reached("B", 1, 1),
        Reached("C", 1, 5),
    )


def test_a_cycle_ends(land, drawn):
    """Rework recorded the wrong way round must not hang a recall."""
    drawn(("A", "B", 5), ("B", "C", 5), ("C", "A", 5), ("C", "D", 1))
    assert ids(forward(land.session, ["B"])) == ["B", "C", "A", "D"]
    assert ids(backward(land.session, ["D"])) == ["D", "C", "B", "A"]


def test_a_chain_of_two_thousand_is_followed_to_its_end(land, drawn):
    names = [f"L{number:04}" for number in range(2001)]
    drawn(*((one, other, 3) for one, other in pairwise(names)))
    reached = forward(land.session, [names[0]])
    assert (len(reached), reached[-1]) == (2001, Reached("L2000", 2000, 3))
    assert backward(land.session, [names[-1]])[-1] == Reached("L0000", 2000, 3)


def test_a_batch_with_fifty_thousand_children(land, drawn):
    drawn(*(("BATCH", f"C{number:05}", 2) for number in range(50_000)))
    reached = forward(land.session, ["BATCH"])
    assert len(reached) == 50_001
    assert {(one.depth, one.quantity) for one in reached[1:]} == {(1, 2)}
    assert ids(backward(land.session, ["C49999"])) == ["C49999", "BATCH"]
    # So many beginnings are one parameter, not fifty thousand.
    assert len(backward(land.session, [one.lot_id for one in reached])) == 50_001


def test_sisters_are_not_reached_backward_nor_parents_forward(land, drawn):
    drawn(("A", "B", 1), ("A", "C", 1), ("E", "C", 1))
    assert ids(forward(land.session, ["B"])) == ["B"]
    assert ids(backward(land.session, ["B"])) == ["B", "A"]
    assert links(land.session, ["B", "C"]) == ()


def test_nothing_leads_to_nothing(land):
    assert forward(land.session, []) == backward(land.session, []) == links(land.session, []) == ()
    assert forward(land.session, ["UNKNOWN"]) == (Reached("UNKNOWN", 0, 0),)
