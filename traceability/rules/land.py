"""Which plots are the same land: split off, drawn anew, or one over the other."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

Corner = Sequence[float]
Outline = Sequence[Corner]

LINES = 256
"""So many lines are laid through two plots to compare them: one in four hundred is seen."""


def relatives(plot_id: str, heritage: Iterable[tuple[str, str]]) -> set[str]:
    """Return a plot with all it came from and all that came from it, not its sisters.

    ``heritage`` holds (parent, child).
    """
    pairs = list(heritage)
    up = {(child, parent) for parent, child in pairs}
    return _reached(plot_id, set(pairs)) | _reached(plot_id, up)


def overlaps(one: Outline, other: Outline, *, percent: int) -> bool:
    """Tell whether two outlines share more than so many percent of the smaller one.

    Corners are [longitude, latitude]; a plot is small enough for the plane.
    """
    smaller = min(area(one), area(other))
    return smaller > 0 and shared_area(one, other) * 100 > percent * smaller


def area(outline: Outline) -> float:
    """Return the area of an outline in square degrees."""
    ring = [*outline, outline[0]] if outline else []
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(_shifted(ring)))) / 2


def shared_area(one: Outline, other: Outline) -> float:
    """Return about how much two outlines share, in square degrees."""
    low = max(min(c[1] for c in one), min(c[1] for c in other))
    high = min(max(c[1] for c in one), max(c[1] for c in other))
    if not low < high:
        return 0.0
    step = (high - low) / LINES
    lines = (low + (number + 0.5) * step for number in range(LINES))
    return step * sum(_shared(_spans(one, y), _spans(other, y)) for y in lines)


def overlapping(plot_id: str, outlines: Mapping[str, Outline], *, percent: int) -> set[str]:
    """Return the other plots whose outlines lie over that of a plot."""
    mine = outlines.get(plot_id)
    if not mine:
        return set()
    return {
        key
        for key, theirs in outlines.items()
        if key != plot_id and theirs and overlaps(mine, theirs, percent=percent)
    }


def _reached(start: str, arrows: set[tuple[str, str]]) -> set[str]:
    seen, new = {start}, {start}
    while new:
        new = {end for begin, end in arrows if begin in new} - seen
        seen |= new
    return seen


def _shifted(ring: Sequence[Corner]) -> list[tuple[float, float]]:
    """Return a ring near the origin: differences of large numbers would lose digits."""
    return [(c[0] - ring[0][0], c[1] - ring[0][1]) for c in ring]


def _spans(outline: Outline, y: float) -> list[tuple[float, float]]:
    """Return where a line of one latitude runs inside an outline."""
    crossed = sorted(
        a[0] + (y - a[1]) * (b[0] - a[0]) / (b[1] - a[1])
        for a, b in pairwise([*outline, outline[0]])
        if (a[1] <= y) != (b[1] <= y)
    )
    return list(zip(crossed[::2], crossed[1::2], strict=True))


def _shared(one: list[tuple[float, float]], other: list[tuple[float, float]]) -> float:
    return sum(max(0.0, min(b, d) - max(a, c)) for a, b in one for c, d in other)
