"""Rules that hold several records, written as text: a block each, with a line for each part.

::

    words: firecracker; firecrackers
    law: 137/2020/NĐ-CP

Parts of a part are called ``why.vi``; several words of one part stand with semicolons
between them. Where the records have names, the first line of a block is ``name: ...``.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from kernel.errors import Invalid
from kernel.i18n import pick
from kernel.messages import msg
from kernel.web.language import current_language

NAME = "name"
FIELD = "records"
NOTHING_MORE = "-"


def write_records(value: Any) -> str:
    """Return the records of a rule as text."""
    blocks = ("\n".join(f"{part}: {text}" for part, text in _flat(one)) for one in _records(value))
    return "\n\n".join(blocks)


def read_records(text: str, like: Any) -> Any:
    """Return typed records, of the shape of those that hold now.

    :raises Invalid: naming the line that is wrong.
    """
    pattern = dict(_flat(_records(like)[0]))
    lists = {part for part, one in _parts(_records(like)[0]) if isinstance(one, list)}
    found = [_read_block(block, pattern, lists) for block in _blocks(text)]
    if not found:
        raise Invalid(msg("Write at least one record."), field=FIELD)
    if isinstance(like, list):
        return found
    named = {one.pop(NAME): one for one in found}
    if len(named) < len(found):
        raise Invalid(msg("Two records have one name."), field=FIELD)
    return named


def record_lines(value: Any) -> list[str]:
    """Return each record in one line, in the reader's language."""
    return [" · ".join(map(_shown, one.values())) for one in _records(value)]


def _shown(part: Any) -> str:
    if isinstance(part, list):
        return ", ".join(part)
    return pick(part, current_language()) if isinstance(part, dict) else str(part)


def _records(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return value
    return [{NAME: name, **one} for name, one in value.items()]


def _parts(one: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, part in one.items():
        if isinstance(part, dict):
            yield from _parts(part, f"{before}{name}.")
        else:
            yield f"{before}{name}", part


def _flat(one: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, part in _parts(one):
        yield name, "; ".join(part) if isinstance(part, list) else str(part)


def _blocks(text: str) -> Iterator[list[tuple[int, str]]]:
    """Return the lines of each block with their numbers, the first of all being 1."""
    block: list[tuple[int, str]] = []
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if line.strip():
            block.append((number, line.strip()))
        elif block:
            yield block
            block = []


def _read_block(
    block: list[tuple[int, str]], pattern: Mapping[str, str], lists: set[str]
) -> dict[str, Any]:
    record: dict[str, Any] = {}
    left = list(pattern)
    for number, line in block:
        name, colon, text = (part.strip() for part in line.partition(":"))
        if not colon or not text or name not in left:
            raise Invalid(
                msg("Line %(line)s: write one of these, a colon, and the words: %(parts)s."),
                field=FIELD,
                line=number,
                parts=", ".join(left) or NOTHING_MORE,
            )
        left.remove(name)
        words = [word for part in text.split(";") if (word := part.strip())]
        _put(record, name.split("."), words if name in lists else text)
    if left:
        raise Invalid(
            msg("Line %(line)s: this record lacks %(parts)s."),
            field=FIELD,
            line=block[-1][0],
            parts=", ".join(left),
        )
    return record


def _put(record: dict[str, Any], path: list[str], value: Any) -> None:
    for name in path[:-1]:
        record = record.setdefault(name, {})
    record[path[-1]] = value
