"""Edits of what was approved: which wait for the office, and how old and new are compared."""

import enum
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from catalog.rules.label import LabelField
from catalog.rules.listings import APPROVED_ONCE, ListingState
from kernel.errors import Conflict
from kernel.messages import LABELS, msg

Values = Mapping[str, Any]

CHANGEABLE = (
    "title", "category_id", "schemes", "farm_id", "lot_id", "commune", "summary", "description",
    "label", "allergens",
)  # fmt: skip
"""Fields that the rule ``listing.protected_fields`` may name."""

TEXTS = ("title", "summary", "description")
"""Fields that hold {"vi": ..., "en": ...}."""


class ChangeState(enum.Enum):
    """Where a proposed change stands; only one of a listing waits."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    # Taken back by the vendor.
    WITHDRAWN = "withdrawn"
    # Its vendor changed the same listing again.
    REPLACED = "replaced"


CHANGE_ARROWS: dict[tuple[ChangeState, str], ChangeState] = {
    (ChangeState.WAITING, "accept"): ChangeState.ACCEPTED,
    (ChangeState.WAITING, "decline"): ChangeState.DECLINED,
    (ChangeState.WAITING, "withdraw"): ChangeState.WITHDRAWN,
    (ChangeState.WAITING, "replace"): ChangeState.REPLACED,
}

DECISIONS = frozenset({"accept", "decline"})
"""What the office does with a proposed change."""


def change_after(state: ChangeState, action: str) -> ChangeState:
    """Return the state of a proposed change after an action.

    :raises Conflict: when it does not wait any more.
    """
    try:
        return CHANGE_ARROWS[state, action]
    except KeyError:
        raise Conflict(
            msg("This change does not wait any more: it was decided, replaced or taken back.")
        ) from None


def need_approved(state: ListingState) -> None:
    """Refuse to decide on a change of a listing that is not on offer.

    :raises Conflict: when it was taken down or put away meanwhile.
    """
    if state not in APPROVED_ONCE:
        raise Conflict(msg("This cannot be done in the present state of the listing."))


def held_fields(
    protected: Mapping[str, str],
    before: Values,
    after: Values,
    *,
    says_more: Callable[[str], bool],
) -> tuple[str, ...]:
    """Return which changed fields wait for the office.

    ``protected`` gives for each field when it is: "any" change; "more" things in
    a list; "fewer" of them; "origin" (another farm, or no lot any more); "words" of the lists, told
    by ``says_more(field)``; "never".
    """
    kinds: dict[str, Callable[[str], bool]] = {
        "any": lambda _field: True,
        "more": lambda field: not set(after[field]) <= set(before[field]),
        "fewer": lambda field: not set(before[field]) <= set(after[field]),
        "origin": lambda field: before["farm_id"] != after["farm_id"] or not after[field],
        "words": says_more,
        "never": lambda _field: False,
    }
    return tuple(
        field
        for field in CHANGEABLE
        if field in protected
        and before[field] != after[field]
        and kinds.get(protected[field], kinds["any"])(field)
    )


@dataclass(frozen=True)
class Piece:
    """A stretch of words: "same", "gone" (only in the old text) or "new" (only in the new one)."""

    kind: str
    text: str


@dataclass(frozen=True)
class Sides:
    """Old and new of one text, each in pieces that join to the whole."""

    old: tuple[Piece, ...]
    new: tuple[Piece, ...]

    @property
    def is_same(self) -> bool:
        """Tell whether nothing was changed."""
        return self.old == self.new


def compare_words(old: str, new: str) -> Sides:
    """Compare two texts word by word."""
    was, now = _words(old), _words(new)
    left: list[Piece] = []
    right: list[Piece] = []
    steps = SequenceMatcher(None, was, now).get_opcodes()
    for place, (kind, i, j, k, m) in enumerate(steps):
        # A space or a comma between two changed words is no island between two changes.
        inside = 0 < place < len(steps) - 1
        is_same = kind == "equal" and not (inside and not _has_words(was[i:j]))
        _add(left, "same" if is_same else "gone", was[i:j])
        _add(right, "same" if is_same else "new", now[k:m])
    return Sides(tuple(left), tuple(right))


def compare_sets(old: list[str], new: list[str]) -> Sides:
    """Compare two lists of names, whatever their order."""
    return Sides(
        tuple(Piece("same" if name in new else "gone", name) for name in old),
        tuple(Piece("same" if name in old else "new", name) for name in new),
    )


@dataclass(frozen=True)
class Line:
    """Old and new of one field; ``lang`` for a text, pieces of other fields are ids or names."""

    field: str
    lang: str
    sides: Sides


@dataclass(frozen=True)
class Album:
    """What became of pictures, each a mapping as listings keep it."""

    kept: tuple[Mapping[str, Any], ...]
    gone: tuple[Mapping[str, Any], ...]
    new: tuple[Mapping[str, Any], ...]


def compare_values(before: Values, after: Values) -> tuple[Line, ...]:
    """Compare the fields that both sides hold, and return those that differ."""
    lines = [
        Line(name, lang, compare_words(before[name].get(lang, ""), after[name].get(lang, "")))
        for name in TEXTS
        if name in before and name in after
        for lang in ("vi", "en")
    ]
    lines += _compare_labels(before.get("label"), after.get("label"))
    lines += [
        Line(name, "", compare_sets(_names(before[name]), _names(after[name])))
        for name in CHANGEABLE
        if name not in {*TEXTS, "label"} and name in before and name in after
    ]
    return tuple(line for line in lines if not line.sides.is_same)


def _compare_labels(before: Values | None, after: Values | None) -> list[Line]:
    """Compare what labels say, field by field; a line's field is called "label.<field>"."""
    if before is None or after is None:
        return []
    return [
        Line(
            f"label.{field.value}",
            lang,
            compare_words(
                before.get(field.value, {}).get(lang, ""), after.get(field.value, {}).get(lang, "")
            ),
        )
        for field in LabelField
        for lang in ("vi", "en")
    ]


def compare_pictures(before: Values, after: Values) -> Album | None:
    """Return what became of the pictures; None when they are the same or unknown."""
    if "photos" not in before or "photos" not in after:
        return None
    was, now = ({photo["digest"]: photo for photo in side["photos"]} for side in (before, after))
    if was == now:
        return None
    return Album(
        kept=tuple(photo for digest, photo in now.items() if was.get(digest) == photo),
        gone=tuple(photo for digest, photo in was.items() if now.get(digest) != photo),
        new=tuple(photo for digest, photo in now.items() if was.get(digest) != photo),
    )


def _names(value: Any) -> list[str]:
    return list(value) if isinstance(value, list) else [value] if value else []


def _words(text: str) -> list[str]:
    return re.findall(r"\w+|\s+|[^\w\s]", text)


def _has_words(parts: list[str]) -> bool:
    return any(letter.isalnum() for part in parts for letter in part)


def _add(pieces: list[Piece], kind: str, words: list[str]) -> None:
    text = "".join(words)
    if pieces and pieces[-1].kind == kind:
        text = pieces.pop().text + text
    if text:
        pieces.append(Piece(kind, text))


LABELS.update(
    {
        ChangeState.WAITING: msg("Waits for the office"),
        ChangeState.ACCEPTED: msg("Accepted"),
        ChangeState.DECLINED: msg("Declined"),
        ChangeState.WITHDRAWN: msg("Taken back by the vendor"),
        ChangeState.REPLACED: msg("Replaced by a later change"),
    }
)
