"""A kind of table: its columns, its key, what its rows become and who saves them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kernel.errors import Invalid
from kernel.messages import msg
from kernel.quantity import Unit, parse_quantity
from kernel.text import fold
from shop.importing.columns import Column
from shop.importing.problems import Place

Values = dict[str, Any]


@dataclass(frozen=True)
class Line:
    """One row that was read: its values by column name, what was written, where it stands."""

    place: Place
    values: Values
    written: Mapping[str, str]
    headers: Mapping[str, str]

    def at(self, column: str | None) -> Place:
        """Return the place of a column of this row, by the column's English name."""
        header = self.headers.get(column or "", "")
        return Place(self.place.file, self.place.sheet, self.place.row, header)


Build = Callable[[Values], object]


Saver = Callable[..., object]
"""Called as save(session, row, actor=, now=); with all rows of a group where the sheet groups."""


@dataclass(frozen=True)
class Sheet:
    """One kind of table. ``points`` names, for a column, the sheet whose codes it holds."""

    name: str
    header: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    build: Build
    save: Saver | None
    """None: saved together with another sheet."""
    also: tuple[str, ...] = ()
    points: Mapping[str, str] = field(default_factory=dict)
    group: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Every name of a sheet or file under which the table is known, folded."""
        return frozenset(fold(name) for name in (self.name, self.header, *self.also))


def texts(values: Values, name: str) -> dict[str, str]:
    """Return the wordings of a text that has a column for each language."""
    both = {lang: values.get(f"{name}_{lang}") or "" for lang in ("vi", "en")}
    return {lang: words for lang, words in both.items() if words}


def plain(values: Values, *names: str) -> Values:
    """Return some of the values, as arguments."""
    return {name: values[name] for name in names}


_UNIT_WORDS = {
    Unit.GRAM: ("g", "gr", "kg", "yến", "tạ", "tấn"),
    Unit.MILLILITRE: ("ml", "l", "lít"),
}
_WORD = re.compile(r"[\d.,\s]+([^\W\d_]*)")


def measured(words: str, field_name: str) -> tuple[int, Unit]:
    """Read an amount and tell its unit by its word: "500 g", "1,5 l", "12" pieces.

    :raises Invalid: when it is no amount.
    """
    found = _WORD.fullmatch(words.lower())
    word = found[1] if found else ""
    unit = next((u for u, known in _UNIT_WORDS.items() if word in known), Unit.PIECE)
    return quantity(words, unit, field_name), unit


def quantity(words: str, unit: Unit, field_name: str, *, none_is_zero: bool = False) -> int:
    """Read an amount in a unit; a weight or volume must say its own ("500 g", "0,5 kg").

    :raises Invalid: when it is no such amount.
    """
    if none_is_zero and re.fullmatch(r"0*(\s*[^\W\d]+)?", words):
        return 0
    if unit is not Unit.PIECE and words and words[-1].isdigit():
        raise Invalid(msg("Write the unit as well: 500 g, 0,5 kg."), field=field_name)
    try:
        return parse_quantity(words, unit)
    except Invalid as refusal:
        raise Invalid(refusal.message, field=field_name, **refusal.values) from None
