"""Bars of GS1-128 for pallets and crates: what warehouses read that have no camera."""

from collections.abc import Sequence
from itertools import groupby

from barcode.codex import Gs1_128

from traceability.rules.labels import DOTS_MM

LEAST_BAR_MM = 0.495
"""The narrowest bar of what passes through warehouses (GS1 General Specifications 21, 5.12.3.2:
0.495 to 1.016 mm); a pallet's is never narrower."""

BARS_MM = 32.0
"""How high bars of a logistic label are: 31.75 mm at least (there)."""

CRATE_MM, CRATE_LEAST_MM = 12.8, 0.250
"""How high bars of a crate are, and their narrowest: what is read by hand in the packing house and
passes through no warehouse may have 12.70 mm and 0.250 mm (there, table 4: its figures are known,
their text was not at hand). They are as wide as a label of 100 mm lets them be."""

QUIET = 10
"""Modules left white on each side of bars (there, 5.4.4.2)."""

CLEAR_MM, CRATE_TEXT_MM = 1.2, 3.4
"""White between bars and what a person reads below them; the height of a crate's words there."""

Element = tuple[str, str]


def sscc_text(sscc: str) -> str:
    """Return what a person reads below the bars of a pallet's number."""
    return f"(00) {sscc}"


def elements_text(elements: Sequence[Element]) -> str:
    """Return what a person reads below bars: application identifiers in parentheses."""
    return " ".join(f"({ai}) {value}" for ai, value in elements)


def sscc_bars(sscc: str) -> tuple[int, list[tuple[int, int]]]:
    """Return the modules of a pallet's number in all, and its dark bars: start and width.

    ``sscc`` has 18 digits; in pairs, with FNC1 first, they fill 156 modules.
    """
    return element_bars((("00", sscc),))


def element_bars(elements: Sequence[Element]) -> tuple[int, list[tuple[int, int]]]:
    """Return the modules of elements in all, and their dark bars: start and width.

    All but the last are of a fixed length, so nothing has to end them.
    """
    (modules,) = Gs1_128("".join(ai + value for ai, value in elements)).build()
    bars, at = [], 0
    for dark, run in groupby(modules):
        width = len(list(run))
        if dark == "1":
            bars.append((at, width))
        at += width
    return at, bars


def bar_mm(dpi: int) -> float:
    """Return the width of one module: the fewest whole dots of a printer that are wide enough."""
    dot = DOTS_MM[dpi]
    return next(n * dot for n in range(1, 40) if n * dot >= LEAST_BAR_MM)


def crate_bar_mm(dpi: int, modules: int, room_mm: float) -> float | None:
    """Return the width of one module on a crate: the most whole dots that fit, or None."""
    dot, whole = DOTS_MM[dpi], modules + 2 * QUIET
    sizes = [n * dot for n in range(1, 40) if CRATE_LEAST_MM <= n * dot <= LEAST_BAR_MM + dot]
    return max((size for size in sizes if size * whole <= room_mm), default=None)
