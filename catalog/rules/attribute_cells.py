"""Values of attributes as tables of the office and of vendors hold them: a cell for each language."""

from typing import Any

from catalog.rules.attributes import (
    AttributeKind,
    Definition,
    format_number,
    parse_number,
    plain_number,
)
from kernel.errors import Invalid
from kernel.messages import msg
from kernel.text import fold

BETWEEN = "; "
_YES = {"co": True, "yes": True, "khong": False, "no": False}
_SAID = {True: ("Có", "Yes"), False: ("Không", "No")}


def cells_of(one: Definition, value: Any) -> tuple[str, str]:
    """Return a value as it is written in Vietnamese and in English."""
    if one.kind is AttributeKind.TEXT:
        return value.get("vi", ""), value.get("en", "")
    if one.kind is AttributeKind.YES_NO:
        return _SAID[bool(value)]
    if one.kind is AttributeKind.NUMBER:
        plain = format_number(value, "en").replace(",", "")
        return plain.replace(".", ","), plain
    names = [one.named(key) for key in (value if isinstance(value, list) else [value])]
    return (
        BETWEEN.join(name["vi"] for name in names),
        BETWEEN.join(name.get("en", name["vi"]) for name in names),
    )


def value_of(one: Definition, vi: str, en: str = "") -> Any:
    """Return what is written in the cells, as `settled` takes it; None for nothing.

    :raises Invalid: when it cannot be read.
    """
    words = vi.strip() or en.strip()
    if one.kind is AttributeKind.TEXT:
        return {"vi": vi, "en": en}
    if not words:
        return None
    if one.kind is AttributeKind.YES_NO:
        if fold(words) not in _YES:
            raise Invalid(msg("Write yes or no."))
        return _YES[fold(words)]
    if one.kind is AttributeKind.NUMBER:
        return plain_number(parse_number(words if vi.strip() else words.replace(".", ",")))
    keys = [_key(one, part) for part in words.split(BETWEEN.strip()) if part.strip()]
    return keys if one.kind is AttributeKind.CHOICES else keys[0] if len(keys) == 1 else words


def _key(one: Definition, words: str) -> str:
    """Return the key of a choice by its key, or by its name in either language."""
    wanted = fold(words.strip())
    for choice in one.choices:
        if wanted in {fold(known) for known in (choice.key, *choice.name.values())}:
            return choice.key
    return words.strip()
