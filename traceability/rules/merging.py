"""Two corrections of one entry: field by field, what only one changed is taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kernel.languages import pick


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


@dataclass(frozen=True)
class Undecided:
    """Both changed the same fields: nothing is written until somebody chooses.

    ``id`` is the entry as it stands now, ``merged`` what is not in dispute.
    """

    id: str
    fields: tuple[Difference, ...]
    merged: dict[str, Any]


def merged_note(known: Mapping[str, str], text: str, lang: str) -> dict[str, str]:
    """Return a note in the language it was written in; words that did not change stay as they are."""
    if text == pick(known, lang):
        return dict(known)
    return {key: said for key, said in (dict(known) | {lang: text}).items() if said}


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
