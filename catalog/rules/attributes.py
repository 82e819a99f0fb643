"""Attributes of goods as data: what can be said, how it is checked, shown and searched."""

import enum
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from kernel.errors import DomainError, Invalid
from kernel.messages import LABELS, msg
from kernel.text import nfc

Text = dict[str, str]
Values = Mapping[str, Any]

MOST_LETTERS = 200
MOST_CHOICES = 60
_NUMBER = re.compile(r"[+-]?\d{1,9}(?:[.,]\d{1,3})?", re.ASCII)
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d{1,3})?", re.ASCII)
LANGS = ("vi", "en")


class AttributeKind(enum.Enum):
    """How an attribute is written."""

    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"


@dataclass(frozen=True)
class Choice:
    """One of the things to choose; a retired one stays where it was chosen."""

    key: str
    name: Text
    retired: bool = False


@dataclass(frozen=True)
class Definition:
    """What can be said of goods; empty ``kinds`` or ``category_ids`` mean all.

    A listing keeps, under ``key``: a text {"vi", "en"}, a number, the key of a choice,
    a list of such keys, or true or false.
    """

    id: str
    key: str
    kind: AttributeKind
    label: Text
    hint: Text = field(default_factory=dict)
    unit: Text = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    kinds: frozenset[str] = frozenset()
    category_ids: frozenset[str] = frozenset()
    required: bool = False
    is_facet: bool = False
    retired: bool = False
    version: int = 1

    @property
    def field(self) -> str:
        """Return the name of its field in the vendor's form."""
        return f"attr_{self.key}"

    def applies(self, kind: str, shelf_ids: Collection[str]) -> bool:
        """Tell whether it is asked of a kind of listing on a shelf (with those above it)."""
        return (
            not self.retired
            and (not self.kinds or kind in self.kinds)
            and (not self.category_ids or bool(self.category_ids.intersection(shelf_ids)))
        )

    def named(self, key: str) -> Text:
        """Return the names of a choice, retired or not; of an unknown one its key."""
        return next((one.name for one in self.choices if one.key == key), {"vi": key})


def applying(
    definitions: Iterable[Definition], kind: str, shelf_ids: Collection[str]
) -> list[Definition]:
    """Return what is asked of a kind of listing on a shelf, in the order of the office."""
    return [one for one in definitions if one.applies(kind, shelf_ids)]


def settled(asked: Iterable[Definition], written: Values, stored: Values) -> dict[str, Any]:
    """Return the values of a listing after its vendor wrote: what is not asked stays as it was.

    :raises Invalid: for a value that its definition does not allow; ``field`` names it.
    """
    values = dict(stored)
    for one in asked:
        try:
            value = _CHECKS[one.kind](one, written.get(one.key), stored.get(one.key))
        except DomainError as refusal:
            name = one.field + (refusal.field or "")
            raise Invalid(refusal.message, field=name, **refusal.values) from None
        if value is not None:
            values[one.key] = value
        elif one.required:
            suffix = "_vi" if one.kind is AttributeKind.TEXT else ""
            raise Invalid(msg("Please fill in this field."), field=one.field + suffix)
        else:
            values.pop(one.key, None)
    return values


def parse_number(text: str) -> Decimal:
    """Read what people type: 12, 12,5, 12.5; 1.230 is a thousand and more, as Vietnamese write.

    :raises Invalid: when it is no number of at most nine figures and three decimals.
    """
    words = text.strip()
    if _GROUPED.fullmatch(words):
        words = words.replace(".", "")
    if not _NUMBER.fullmatch(words):
        raise Invalid(msg("Write a number such as 12 or 12,5."))
    return Decimal(words.replace(",", "."))


def plain_number(number: Decimal) -> int | float:
    """Return a number as listings keep it: whole where it is whole."""
    return int(number) if number == number.to_integral_value() else float(number)


def format_number(number: float, lang: str) -> str:
    """Write a number: 1200.5 is 1.200,5 in Vietnamese and 1,200.5 in English."""
    whole, _dot, rest = f"{number:,.3f}".partition(".")
    text = f"{whole}.{rest.rstrip('0')}".rstrip(".")
    return text if lang == "en" else text.translate(str.maketrans(",.", ".,"))


def _text(_one: Definition, value: Any, _stored: Any) -> Text | None:
    given = value if isinstance(value, Mapping) else {}
    text = {lang: nfc(str(given.get(lang) or "")).strip() for lang in LANGS}
    for lang, words in text.items():
        if len(words) > MOST_LETTERS:
            raise Invalid(
                msg("At most %(most)s letters."), field=f"_{lang}", most=str(MOST_LETTERS)
            )
    if text["en"] and not text["vi"]:
        raise Invalid(msg("Write it in Vietnamese, too."), field="_vi")
    return {lang: words for lang, words in text.items() if words} or None


def _number(_one: Definition, value: Any, _stored: Any) -> int | float | None:
    if value is None or value == "":
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        # As it is kept: a point in it is never a mark of thousands.
        value = f"{value}".replace(".", ",")
    return plain_number(parse_number(str(value)))


def _choice(one: Definition, value: Any, stored: Any) -> str | None:
    if not value:
        return None
    if value != stored and not any(c.key == value and not c.retired for c in one.choices):
        raise Invalid(msg("Choose one of the list."))
    return str(value)


def _choices(one: Definition, value: Any, stored: Any) -> list[str] | None:
    wanted = [str(key) for key in value] if isinstance(value, list | tuple) else []
    kept = stored if isinstance(stored, list) else []
    for key in wanted:
        _choice(one, key, key if key in kept else None)
    order = [choice.key for choice in one.choices]
    return sorted(set(wanted), key=lambda key: order.index(key) if key in order else -1) or None


def _yes_no(_one: Definition, value: Any, _stored: Any) -> bool | None:
    return value if isinstance(value, bool) else None


_CHECKS = {
    AttributeKind.TEXT: _text,
    AttributeKind.NUMBER: _number,
    AttributeKind.CHOICE: _choice,
    AttributeKind.CHOICES: _choices,
    AttributeKind.YES_NO: _yes_no,
}


@dataclass(frozen=True)
class Fact:
    """One line of the table on a listing's page; ``yes`` is set for a yes or no."""

    label: Text
    texts: tuple[Text, ...] = ()
    yes: bool | None = None


def facts(asked: Iterable[Definition], values: Values) -> list[Fact]:
    """Return what is said of a listing, in order; what nobody wrote is left out."""
    return [_fact(one, values[one.key]) for one in asked if one.key in values]


def _fact(one: Definition, value: Any) -> Fact:
    if one.kind is AttributeKind.YES_NO:
        return Fact(one.label, yes=bool(value))
    return Fact(one.label, tuple(_texts(one, value)))


def _texts(one: Definition, value: Any) -> Sequence[Text]:
    if one.kind is AttributeKind.TEXT:
        return [value] if isinstance(value, dict) else []
    if one.kind is AttributeKind.NUMBER:
        return [
            {
                lang: f"{format_number(value, lang)} {one.unit.get(lang, '')}".strip()
                for lang in LANGS
            }
        ]
    return [one.named(key) for key in (value if isinstance(value, list) else [value])]


def search_words(asked: Iterable[Definition], values: Values) -> tuple[str, ...]:
    """Return the words by which a listing is found for its attributes, in both languages.

    Of a yes the attribute itself: "có bao ăn" is looked for, never "no meals".
    """
    found: list[str] = []
    for one in asked:
        if one.kind is AttributeKind.YES_NO:
            found += one.label.values() if values.get(one.key) is True else ()
        elif one.key in values and one.kind is not AttributeKind.NUMBER:
            found += [word for text in _texts(one, values[one.key]) for word in text.values()]
    return tuple(found)


def facet_values(asked: Iterable[Definition], values: Values) -> tuple[str, ...]:
    """Return "key=value" of what can be filtered by: choices, and what is a yes."""
    found = []
    for one in asked:
        value = values.get(one.key)
        if not one.is_facet or value is None:
            continue
        if one.kind is AttributeKind.YES_NO:
            found += [f"{one.key}=yes"] if value is True else []
        elif one.kind in {AttributeKind.CHOICE, AttributeKind.CHOICES}:
            keys = value if isinstance(value, list) else [value]
            found += [f"{one.key}={key}" for key in keys]
    return tuple(found)


LABELS.update(
    {
        AttributeKind.TEXT: msg("Text"),
        AttributeKind.NUMBER: msg("Number"),
        AttributeKind.CHOICE: msg("One of a list"),
        AttributeKind.CHOICES: msg("Several of a list"),
        AttributeKind.YES_NO: msg("Yes or no"),
    }
)
