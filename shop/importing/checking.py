"""Tables checked cell by cell, before anything is saved."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any

from kernel.errors import Invalid
from kernel.messages import msg
from kernel.text import fold
from orders.services.importing import LineRow, OrderRow
from shop.importing.columns import Column, Reading, near, written
from shop.importing.problems import Findings, Place, Problem
from shop.importing.readers import Cell, Row, Table, column_letters
from shop.importing.sheets import SHEETS, Line, Sheet
from shop.importing.sheets.goods import variant_units

MOST_MERGED_SHOWN = 20


@dataclass(frozen=True)
class Ready:
    """One row that can be saved."""

    line: Line
    row: object


@dataclass
class Checked:
    """What the tables hold: rows by sheet name, and the sheets nobody knows."""

    ready: dict[str, list[Ready]] = field(default_factory=lambda: defaultdict(list))
    skipped: list[str] = field(default_factory=list)

    def codes(self, sheet: str, column: str) -> list[str]:
        """Return the codes that stand in a column of a sheet."""
        found = (str(each.line.values.get(column, "")) for each in self.ready[sheet])
        return list(dict.fromkeys(code for code in found if code))


def check(
    tables: Iterable[Table],
    reading: Reading,
    findings: Findings,
    sheets: Sequence[Sheet] = SHEETS,
) -> Checked:
    """Check every table; what is wrong goes to ``findings``, all the rest is ready to be saved."""
    checked = Checked()
    lines: dict[str, list[Line]] = defaultdict(list)
    for table in tables:
        sheet = sheet_of(table, sheets)
        if sheet is None:
            _note_unknown(table, checked, findings, sheets)
        else:
            lines[sheet.name] += _lines(table, sheet, reading, findings)
    for sheet in sheets:
        for problem in _repeated(sheet, lines[sheet.name]):
            findings.add(problem)
        checked.ready[sheet.name] = list(_built(sheet, lines[sheet.name], findings))
    for problem in (*variant_units(lines), *_give_lines(checked)):
        findings.add(problem)
    return checked


def _give_lines(checked: Checked) -> Iterator[Problem]:
    """Give every order its lines; find those of orders that are not there."""
    lines: dict[str, list[LineRow]] = defaultdict(list)
    known = set(checked.codes("orders", "order_code"))
    for each in checked.ready["order_lines"]:
        code = each.line.values["order_code"]
        if isinstance(each.row, LineRow):
            lines[code].append(each.row)
        if code not in known:
            place, shown = each.line.at("order_code"), each.line.written["order_code"]
            yield Problem(place, msg("There is no such order in these tables."), value=shown)
    checked.ready["orders"] = [
        Ready(each.line, replace(each.row, lines=tuple(lines[each.row.code])))
        for each in checked.ready["orders"]
        if isinstance(each.row, OrderRow)
    ]


def sheet_of(table: Table, sheets: Sequence[Sheet] = SHEETS) -> Sheet | None:
    """Return which kind of table this is, by the name of its sheet, else of its file.

    "listings-fruit.csv" is a table of listings, too.
    """
    stem = PurePath(table.file).stem
    return _named(table.sheet, sheets) or _named(stem, sheets)


def _named(words: str, sheets: Sequence[Sheet]) -> Sheet | None:
    wanted = fold(words)
    known = {name: sheet for sheet in sheets for name in sheet.names}
    fits = [name for name in known if wanted == name or wanted.startswith(name + " ")]
    return known[max(fits, key=len)] if fits else None


def _note_unknown(
    table: Table, checked: Checked, findings: Findings, sheets: Sequence[Sheet]
) -> None:
    """Skip a further sheet of a workbook, which may hold notes; a file of its own is a mistake."""
    if table.sheet:
        checked.skipped.append(f"{table.file}: {table.sheet}")
        return
    names = ", ".join(sheet.name for sheet in sheets)
    findings.add(
        Problem(
            Place(table.file),
            msg("The name of the file does not say what it holds. Use one of: %(names)s."),
            {"names": names},
        )
    )


def _lines(table: Table, sheet: Sheet, reading: Reading, findings: Findings) -> Iterator[Line]:
    for merged in table.merged[:MOST_MERGED_SHOWN]:
        place = Place(table.file, table.sheet, 0, merged)
        findings.add(Problem(place, msg("Merged cells. Unmerge them and fill every cell.")))
    if not table.rows:
        findings.add(Problem(Place(table.file, table.sheet), msg("The table is empty.")))
        return
    columns = _columns(table, sheet, findings)
    if columns is None:
        return
    for row in table.rows[1:]:
        yield _line(table, row, columns, reading, findings)


def _columns(table: Table, sheet: Sheet, findings: Findings) -> dict[int, Column] | None:
    """Return the columns by position, or None when the header row cannot be used."""
    before = findings.total
    head = table.rows[0]
    found: dict[int, Column] = {}
    for position, cell in enumerate(head.cells):
        column = _column(sheet, cell)
        place = Place(table.file, table.sheet, head.number, column_letters(position))
        if column is None:
            _note_column(table, position, cell, sheet, place, findings)
        elif column in found.values():
            findings.add(Problem(place, msg("This column is there twice."), value=written(cell)))
        else:
            found[position] = column
    for column in sheet.columns:
        if column.required and column not in found.values():
            place = Place(table.file, table.sheet, head.number, column.header)
            findings.add(Problem(place, msg("This column is missing.")))
    return found if findings.total == before else None


def _column(sheet: Sheet, cell: Cell) -> Column | None:
    words = fold(written(cell))
    return next((column for column in sheet.columns if words in column.keys), None)


def _note_column(
    table: Table, position: int, cell: Cell, sheet: Sheet, place: Place, findings: Findings
) -> None:
    if cell is None:
        if any(position < len(row.cells) and row.cells[position] is not None for row in table.rows):
            findings.add(Problem(place, msg("This column has values but no name.")))
        return
    close = near(written(cell), [column.header for column in sheet.columns])
    if close:
        message, values = (
            msg("Unknown column. Close to it: %(names)s."),
            {"names": ", ".join(close)},
        )
    else:
        message, values = msg("Unknown column. Remove it or name it as in the template."), {}
    findings.add(Problem(place, message, values, written(cell)))


def _line(
    table: Table, row: Row, columns: Mapping[int, Column], reading: Reading, findings: Findings
) -> Line:
    headers = {
        column.name: written(table.rows[0].cells[position]) for position, column in columns.items()
    }
    cells = {
        column.name: row.cells[position] if position < len(row.cells) else None
        for position, column in columns.items()
    }
    place = Place(table.file, table.sheet, row.number)
    shown = {name: written(cell) for name, cell in cells.items()}
    line = Line(place, {}, shown, headers)
    for column in columns.values():
        problem = _read(line, column, cells[column.name], reading)
        if problem:
            findings.add(problem)
    return line


def _read(line: Line, column: Column, cell: Cell, reading: Reading) -> Problem | None:
    if cell is None:
        line.values[column.name] = column.missing
        return (
            Problem(line.at(column.name), msg("This must be filled in."))
            if column.required
            else None
        )
    try:
        line.values[column.name] = column.read(cell, reading)
    except Invalid as refusal:
        return Problem.of(line.at(column.name), refusal, line.written[column.name])
    return None


def _repeated(sheet: Sheet, lines: Iterable[Line]) -> Iterator[Problem]:
    first: dict[tuple[Any, ...], Line] = {}
    for line in lines:
        if not all(name in line.values for name in sheet.key):
            continue
        key = tuple(line.values[name] for name in sheet.key)
        before = first.setdefault(key, line)
        if before is not line:
            yield Problem(
                line.at(sheet.key[-1]),
                msg("This is there twice: the first is in row %(row)s of %(file)s."),
                {"row": before.place.row, "file": before.place.file},
                line.written[sheet.key[-1]],
            )


def _built(sheet: Sheet, lines: Iterable[Line], findings: Findings) -> Iterator[Ready]:
    for line in lines:
        if any(name not in line.values for name in line.headers):
            continue
        for column in sheet.columns:
            line.values.setdefault(column.name, column.missing)
        try:
            yield Ready(line, sheet.build(line.values))
        except Invalid as refusal:
            shown = line.written.get(refusal.field or "", "")
            findings.add(Problem.of(line.at(refusal.field), refusal, shown))
