"""A document as PDF: the same bytes for the same words."""

import io
import json
from dataclasses import asdict
from pathlib import Path

import segno
import typst

from vendors.rules.sheets import MOTTO, NATION, Sheet

_HERE = Path(__file__).parent
FONTS = _HERE.parents[2] / "build" / "fonts"
"""Tinos, whose letters are as wide as those of Times New Roman; put there by the build."""


def pdf_of(sheet: Sheet, *, code: str = "", address: str = "") -> bytes:
    """Set a document; with a code its foot shows where anybody checks it."""
    data = asdict(sheet) | {
        "nation": NATION,
        "motto": MOTTO,
        "code": code,
        "address": address,
        "qr": _qr(address) if code else "",
    }
    return typst.compile(
        _HERE / "sheet.typ",
        format="pdf",
        font_paths=[FONTS],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        timestamp=0,
    )


def _qr(address: str) -> str:
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="svg", border=1, xmldecl=False)
    return out.getvalue().decode()
