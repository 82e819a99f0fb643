"""Two corrections of one entry: field by field, what only one changed is taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Difference:
    """A field that both changed, to something else each."""

    name: str
    mine: Any
    theirs: Any


@dataclass(frozen=True)
class Merged:
    """What both together say; ``open`` is what a person has to choose."""

    values: dict[str, Any]
    open: tuple[Difference, ...]


def merge(base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> Merged:
    """Bring two versions of ``base`` together; all three have the same names.

    Lists (pictures) are never chosen between: what either added or took away counts.
    """
    values, undecided = {}, []
    for name, before in base.items():
        here, there = mine[name], theirs[name]
        if isinstance(before, tuple):
            values[name] = _together(before, here, there)
        elif there in (before, here):
            values[name] = here
        else:
            values[name] = there
            if here != before:
                undecided.append(Difference(name, here, there))
    return Merged(values, tuple(undecided))


def _together(base: tuple[Any, ...], mine: tuple[Any, ...], theirs: tuple[Any, ...]) -> Any:
    gone = {one for one in base if one not in mine or one not in theirs}
    return tuple(dict.fromkeys(one for one in (*theirs, *mine) if one not in gone))
