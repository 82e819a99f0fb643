"""The register of numbers: to read, and to take away as a table."""

import csv
import io

from flask import Response, request
from openpyxl import Workbook

from kernel.web.answers import Answer
from kernel.web.pages import page
from kernel.web.paging import page_number
from kernel.web.session import db
from vendors.desk.blueprint import blueprint, officers
from vendors.queries import decisions as reads
from vendors.rules.decisions import DECISION, MINUTES, NOTICE

TYPES = (DECISION, NOTICE, MINUTES)
COLUMNS = ("year", "type", "number", "symbol", "day", "subject", "vendor", "state", "withdrawn")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/office/decisions")
@officers
def show_register() -> Answer:
    """List the numbers that were taken."""
    year, type_code = _wanted()
    number = page_number()
    return page(
        "vendors/decisions/register.html",
        lines=reads.register(db(), year=year, type_code=type_code, page=number),
        years=reads.register_years(db()),
        types=TYPES,
        year=year,
        type_code=type_code,
    )


@blueprint.get("/office/decisions.csv")
@officers
def register_csv() -> Answer:
    """Hand out the register as CSV that spreadsheets open in Vietnamese."""
    out = io.StringIO()
    csv.writer(out).writerows([COLUMNS, *_rows()])
    return _file(("\ufeff" + out.getvalue()).encode(), "text/csv; charset=utf-8", "csv")


@blueprint.get("/office/decisions.xlsx")
@officers
def register_xlsx() -> Answer:
    """Hand out the register as a spreadsheet."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Sổ văn bản")
    for row in [COLUMNS, *_rows()]:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return _file(out.getvalue(), XLSX, "xlsx")


def _rows() -> list[tuple[str | int, ...]]:
    year, type_code = _wanted()
    return [
        (
            line.year,
            line.type_code,
            line.number,
            line.symbol,
            line.day.isoformat() if line.day else "",
            _harmless(line.subject),
            _harmless(line.vendor_name),
            line.state.value,
            _harmless(line.withdrawn_reason),
        )
        for line in reads.whole_register(db(), year=year, type_code=type_code)
    ]


def _harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def _wanted() -> tuple[int | None, str]:
    year = request.args.get("year", type=int)
    chosen = request.args.get("type", "")
    return (year if year and 2000 <= year <= 2999 else None), chosen if chosen in TYPES else ""


def _file(data: bytes, media_type: str, ending: str) -> Response:
    response = Response(data, content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="decisions.{ending}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
