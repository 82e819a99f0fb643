"""Bars of GS1-128 for a pallet: what warehouses read that have no camera."""

from itertools import groupby

from barcode.codex import Gs1_128

from traceability.rules.labels import DOTS_MM

LEAST_BAR_MM = 0.495
"""The narrowest bar of a logistic label (GS1 General Specifications, symbol table 5)."""

BARS_MM = 32.0
"""How high bars of a logistic label are: 31.75 mm at least."""


def sscc_text(sscc: str) -> str:
    """Return what a person reads below the bars of a pallet's number."""
    return f"(00) {sscc}"


def sscc_bars(sscc: str) -> tuple[int, list[tuple[int, int]]]:
    """Return the modules of a pallet's number in all, and its dark bars: start and width.

    ``sscc`` has 18 digits; in pairs, with FNC1 first, they fill 156 modules.
    """
    (modules,) = Gs1_128(f"00{sscc}").build()
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
