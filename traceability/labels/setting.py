"""Sets labels: the same bytes for the same words; codes lie on whole dots of the printer."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, cast

import typst

from traceability.labels.bars import (
    BARS_MM,
    CLEAR_MM,
    CRATE_MM,
    CRATE_TEXT_MM,
    bar_mm,
    crate_bar_mm,
    element_bars,
    elements_text,
    sscc_bars,
    sscc_text,
)
from traceability.qr import runs, symbol
from traceability.rules.claims import claim_lines
from traceability.rules.labels import DOTS_MM, FORMATS, QUIET_ZONE, Template, fit

_HERE = Path(__file__).parent
FONTS = _HERE.parents[1] / "build" / "fonts"
"""Be Vietnam Pro, put there by the build."""

MARGIN_MM = 1.0


@dataclass(frozen=True)
class Face:
    """What stands on a label, word for word; ``facts`` are pairs of a name and what it is."""

    title: str
    title_en: str
    maker: str
    place: str
    code: str
    lines: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()
    heading: str = ""
    hint: str = ""
    sscc: str = ""
    scratch: str = ""
    # What bars of a crate say: application identifiers of GS1 with their values.
    elements: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Sheet:
    """Labels to be set: one for each text of a code.

    ``serials`` stand under the codes, ``claims`` under scratch fields.
    """

    template: Template
    dpi: int
    face: Face
    texts: tuple[str, ...]
    serials: tuple[str, ...] = field(default=())
    claims: tuple[str, ...] = field(default=())


def pdf_of(sheet: Sheet) -> bytes:
    """Return all labels as PDF.

    :raises Invalid: when the code does not fit on the label.
    """
    return cast(bytes, _set(sheet, "pdf"))


def svg_of(sheet: Sheet, *, page: int = 1) -> bytes:
    """Return one page of labels as SVG, letters drawn; a page that is not there is the last.

    :raises Invalid: when the code does not fit on the label.
    """
    first = min(max(page - 1, 0), (len(sheet.texts) - 1) // FORMATS[sheet.template].a_page)
    return cast(bytes, _set(_cut(sheet, first), "svg"))


def look_of(sheet: Sheet) -> bytes:
    """Return the first label alone as SVG.

    :raises Invalid: when the code does not fit on the label.
    """
    first = _part(sheet, slice(1))
    label = FORMATS[sheet.template].label
    return cast(bytes, _set(first, "svg", page=label, columns=1, rows=1))


def _cut(sheet: Sheet, page: int) -> Sheet:
    a_page = FORMATS[sheet.template].a_page
    return _part(sheet, slice(page * a_page, (page + 1) * a_page))


def _part(sheet: Sheet, part: slice) -> Sheet:
    numbers, claims = sheet.serials[part], sheet.claims[part]
    return replace(sheet, texts=sheet.texts[part], serials=numbers, claims=claims)


def _set(sheet: Sheet, kind: Literal["pdf", "svg"], **other: Any) -> Any:
    return typst.compile(
        _HERE / "label.typ",
        format=kind,
        font_paths=[FONTS],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(_data(sheet) | other, ensure_ascii=False)},
        timestamp=0,
    )


def _data(sheet: Sheet) -> dict[str, Any]:
    form, face = FORMATS[sheet.template], sheet.face
    different = list(dict.fromkeys(sheet.texts))
    codes = [symbol(text, form.level) for text in different]
    # Serial numbers are equally long, so all symbols of a sheet are of one size.
    fits = fit(max(len(code.matrix) for code in codes), sheet.template, sheet.dpi)
    dot, bars = DOTS_MM[sheet.dpi], _bars(sheet)
    foot = _foot(sheet, bars)
    at = {text: number for number, text in enumerate(different)}
    return {
        "template": sheet.template.value,
        "page": form.page,
        "label": form.label,
        "columns": form.columns,
        "rows": form.rows,
        "side": fits.side_mm,
        "module": fits.module_mm,
        "quiet": QUIET_ZONE,
        # Whole dots from the edge, or each module would be of another width.
        "left": round(MARGIN_MM / dot) * dot,
        "top": _top(sheet, fits.side_mm, foot),
        "codes": [[list(run) for run in runs(code)] for code in codes],
        "sizes": [len(code.matrix) for code in codes],
        "labels": [
            {"code": at[text], "serial": serial, "claim": claim_lines(claim)}
            for text, serial, claim in zip(sheet.texts, *_padded(sheet), strict=True)
        ],
        "face": {name: getattr(face, name) for name in Face.__dataclass_fields__},
        "bars": bars,
        "clear": CLEAR_MM,
        "foot": foot,
    }


def _top(sheet: Sheet, side_mm: float, foot_mm: float) -> float:
    """Return where the code begins: in the middle of what bars leave of a label."""
    dot = DOTS_MM[sheet.dpi]
    return int(max(FORMATS[sheet.template].label[1] - foot_mm - side_mm, 0) / 2 / dot) * dot


def _foot(sheet: Sheet, bars: dict[str, Any] | None) -> float:
    """Return how much of a crate's label its bars and their words take, in mm."""
    if bars is None or sheet.template is not Template.CRATE:
        return 0.0
    return CRATE_MM + CLEAR_MM + CRATE_TEXT_MM + MARGIN_MM


def _bars(sheet: Sheet) -> dict[str, Any] | None:
    """Return the bars of a pallet or a crate with numbers of GS1, in millimetres."""
    sscc, elements = sheet.face.sscc, sheet.face.elements
    if sheet.template is Template.PALLET and sscc:
        return _drawn(sscc_bars(sscc), bar_mm(sheet.dpi), BARS_MM, sscc_text(sscc))
    if sheet.template is Template.CRATE and elements:
        found = element_bars(elements)
        module = crate_bar_mm(sheet.dpi, found[0], FORMATS[Template.CRATE].label[0])
        return _drawn(found, module, CRATE_MM, elements_text(elements)) if module else None
    return None


def _drawn(
    bars: tuple[int, list[tuple[int, int]]], module_mm: float, height_mm: float, text: str
) -> dict[str, Any]:
    width, dark = bars
    return {"module": module_mm, "width": width, "dark": dark, "height": height_mm, "text": text}


def _padded(sheet: Sheet) -> tuple[Sequence[str], Sequence[str]]:
    nothing = ("",) * len(sheet.texts)
    return sheet.serials or nothing, sheet.claims or nothing
