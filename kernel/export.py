"""Tables handed to the people they are about: the same rows as CSV and JSON."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

BOM = "\ufeff"


@dataclass(frozen=True)
class Sheet:
    """One table of an export."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]

    def csv(self) -> bytes:
        """Return the table for spreadsheets: UTF-8 with the mark they look for."""
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(self.columns)
        writer.writerows([[_cell(value) for value in row] for row in self.rows])
        return (BOM + text.getvalue()).encode()

    def json(self) -> bytes:
        """Return the table for programs."""
        rows = [dict(zip(self.columns, row, strict=True)) for row in self.rows]
        return json.dumps(rows, ensure_ascii=False, indent=1, default=_plain).encode()


def read_sheet(session: Session, name: str, statement: sa.Select[*tuple[Any, ...]]) -> Sheet:
    """Read a table with the names of the columns of its statement."""
    result = session.execute(statement)
    return Sheet(name, list(result.keys()), [tuple(row) for row in result])


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _cell(value: Any) -> Any:
    """Return a value as a cell; a text that a spreadsheet would run as a formula is disarmed."""
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=_plain)
    text = value if isinstance(value, str) else str(_plain(value))
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t")) else text
