"""The table of prices and stock: what was typed into its rows, read cell by cell."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from catalog.forms.parts import number
from catalog.forms.terms import BARE
from catalog.queries.benches import GridRow
from catalog.services.grid import RowDraft
from catalog.services.stock import REASONS
from kernel.errors import DomainError, Invalid
from kernel.i18n import format_quantity
from kernel.messages import msg
from kernel.money import parse_vnd
from kernel.quantity import Unit, parse_quantity
from kernel.web.forms import Form, clean, refusal_text

MOST_ROWS = 50
_NOTHING = re.compile(r"0+([.,]0+)?(\s*[^\W\d_]+)?")


class GridForm(Form):
    """What all rows share: why stock changes."""

    reason = SelectField(
        _l("Why stock changes"),
        choices=[
            SelectChoice(key, _l(REASONS[key]))
            for key in ("counted", "harvest", "bought_back", "spoiled", "sold_elsewhere")
        ],
        default="counted",
    )


@dataclass
class Typed:
    """What stands in the cells: words by the name of their field, and what is wrong with rows."""

    words: Mapping[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    def value(self, name: str, shown: str) -> str:
        """Return what a cell shows: what was typed, else what is saved."""
        return self.words.get(name, shown)


def price_name(row: GridRow, pack_id: str | None) -> str:
    """Return the name of the field of a price."""
    return f"price-{pack_id or row.code}"


def written_stock(row: GridRow) -> str:
    """Write the stock of a row as its cell shows it."""
    return format_quantity(row.on_hand or 0, row.unit or Unit.PIECE)


def written_price(price_vnd: int) -> str:
    """Write a price as its cell shows it."""
    return f"{price_vnd:,}".replace(",", ".")


def sent_codes(codes: Sequence[str]) -> list[str]:
    """Return the listings whose rows were sent, each once.

    :raises Invalid: for more rows than a page has.
    """
    found = list(dict.fromkeys(codes))
    if len(found) > MOST_ROWS:
        raise Invalid(msg("At most %(most)s rows at once."), most=MOST_ROWS)
    return found


def read_rows(sent: Mapping[str, str], rows: Sequence[GridRow], typed: Typed) -> list[RowDraft]:
    """Return the rows in which something was changed; those that cannot be read are named."""
    drafts = []
    for row in rows:
        try:
            draft = _read_row(sent, row)
        except DomainError as refusal:
            typed.errors[row.code] = refusal_text(refusal)
        else:
            drafts += [draft] if draft else []
    return drafts


def _read_row(sent: Mapping[str, str], row: GridRow) -> RowDraft | None:
    prices = {}
    for pack in row.packs:
        name = price_name(row, pack.id)
        price = _changed_price(sent.get(name), sent.get(f"was-{name}"))
        if price is not None:
            prices[pack.id] = price
    on_hand, seen = _changed_stock(sent, row)
    if not prices and on_hand is None:
        return None
    return RowDraft(row.code, number(sent.get(f"version-{row.code}")), prices, on_hand, seen)


def _changed_price(typed: str | None, was: str | None) -> int | None:
    """Return a price that is another one than was shown; an empty cell changes nothing."""
    words = str(clean(typed or ""))
    if not words:
        return None
    price = parse_vnd(words)
    return None if price == number(was) else price


def _changed_stock(sent: Mapping[str, str], row: GridRow) -> tuple[int | None, int | None]:
    words = str(clean(sent.get(f"stock-{row.code}", "")))
    if not words or row.unit is None:
        return None, None
    unit = row.unit
    on_hand = 0 if _NOTHING.fullmatch(words) else parse_quantity(words, unit, bare=BARE[unit])
    seen = number(sent.get(f"had-{row.code}"))
    return (None, None) if on_hand == seen else (on_hand, seen)
