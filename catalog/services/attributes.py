"""Attributes of goods: defined by the office, written by vendors."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.errors import ShelfEditedMeanwhile
from catalog.events import ShelfChanged
from catalog.models import Attribute, Category, Listing
from catalog.queries.attributes import definitions, shelf_ids
from catalog.rules import ListingKind
from catalog.rules.attributes import (
    MOST_CHOICES,
    AttributeKind,
    Text,
    applying,
    settled,
)
from catalog.rules.attributes_seed import SEED, Seeded
from catalog.rules.shelves import KEEPERS, shifted
from catalog.services.categories import turn_head
from kernel import audit
from kernel.actor import Actor
from kernel.db import lock
from kernel.errors import Conflict, Invalid, NotFound
from kernel.events import emit
from kernel.messages import msg
from kernel.text import nfc, slug

MOST_ATTRIBUTES = 120
_CHOSEN = frozenset({AttributeKind.CHOICE, AttributeKind.CHOICES})


@dataclass(frozen=True)
class ChoiceDraft:
    """A thing to choose; an empty ``key`` is a new one."""

    name: Text
    key: str = ""
    retired: bool = False


@dataclass(frozen=True)
class AttributeDraft:
    """An attribute as the office wants it; texts are {"vi": ..., "en": ...}."""

    label: Text
    hint: Text = field(default_factory=dict)
    unit: Text = field(default_factory=dict)
    choices: tuple[ChoiceDraft, ...] = ()
    kinds: tuple[str, ...] = ()
    category_ids: tuple[str, ...] = ()
    required: bool = False


def add_attribute(
    session: Session, *, kind: AttributeKind, draft: AttributeDraft, actor: Actor, now: datetime
) -> str:
    """Define a new attribute behind the others, and return its id. Its kind is chosen once.

    :raises NotAllowed: for all but the keepers of the tree.
    :raises Invalid: when a value cannot be used; ``field`` names it.
    """
    actor.need(*KEEPERS)
    turn_head(session)
    keys = list(session.scalars(sa.select(Attribute.key)))
    if len(keys) >= MOST_ATTRIBUTES:
        raise Conflict(msg("There are as many attributes as there may be."))
    # What is chosen from a list, or answered by yes, can be counted and filtered by.
    is_facet = kind not in {AttributeKind.TEXT, AttributeKind.NUMBER}
    row = Attribute(key="", kind=kind, position=len(keys), is_facet=is_facet)
    _write(session, row, draft)
    row.key = _free_key(row.label["vi"], set(keys))
    session.add(row)
    session.flush()
    _tell(session, row, "attribute.added", {}, (actor, now))
    return row.id


def edit_attribute(
    session: Session,
    attribute_id: str,
    *,
    draft: AttributeDraft,
    seen_version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Change an attribute; what listings say of it is never touched.

    :raises NotAllowed: for all but the keepers of the tree.
    :raises ShelfEditedMeanwhile: when a colleague saved after this form was opened.
    :raises Invalid: when a value cannot be used; ``field`` names it.
    """
    actor.need(*KEEPERS)
    turn_head(session)
    row = _still(session, attribute_id, seen_version)
    before = _values(row)
    _write(session, row, draft)
    session.flush()
    if before != _values(row):
        _tell(session, row, "attribute.edited", before, (actor, now))


def shift_attribute(
    session: Session, attribute_id: str, *, step: int, actor: Actor, now: datetime
) -> None:
    """Move an attribute up (-1) or down (+1) by one.

    :raises NotAllowed: for all but the keepers of the tree.
    """
    actor.need(*KEEPERS)
    turn_head(session)
    row = _still(session, attribute_id, None)
    before = _values(row)
    order = sa.select(Attribute).order_by(Attribute.position, Attribute.key)
    rows = {one.id: one for one in session.scalars(order) if one.retired_at is None}
    for position, one in enumerate(shifted(list(rows), row.id, step)):
        rows[one].position = position
    session.flush()
    if before != _values(row):
        _record(session, row, "attribute.shifted", before, (actor, now))


def retire_attribute(
    session: Session,
    attribute_id: str,
    *,
    retired: bool,
    reason: str,
    seen_version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Hide an attribute from forms, pages and search, or show it again with all its values.

    :raises NotAllowed: for all but the keepers of the tree.
    :raises ShelfEditedMeanwhile: when a colleague saved after this form was opened.
    :raises Invalid: without a reason.
    """
    actor.need(*KEEPERS)
    turn_head(session)
    row = _still(session, attribute_id, seen_version, retired=not retired)
    if len(reason.strip()) < 10:
        raise Invalid(msg("Write the reason in a sentence."), field="reason")
    before = _values(row)
    row.retired_at = now if retired else None
    session.flush()
    action = "attribute.retired" if retired else "attribute.restored"
    _tell(session, row, action, before, (actor, now), reason=reason.strip())


def write_attributes(session: Session, listing: Listing, written: Mapping[str, Any] | None) -> None:
    """Set what a vendor says of a listing, by the definitions of its kind and shelf.

    None leaves all as it is.

    :raises Invalid: for a value that its definition does not allow; ``field`` names it.
    """
    if written is None:
        return
    above = shelf_ids(session, listing.category_id)
    asked = applying(definitions(session), listing.kind.value, above)
    listing.attributes = settled(asked, written, listing.attributes or {})


def seed_attributes(session: Session, *, actor: Actor, now: datetime) -> None:
    """Define what a new market begins with; what the office keeps is left alone."""
    known = set(session.scalars(sa.select(Attribute.key)))
    rows = session.execute(sa.select(Category.key, Category.id))
    shelves = {row.key: row.id for row in rows}
    for position, one in enumerate(SEED):
        if one.key in known:
            continue
        row = _seeded(one, position, shelves)
        session.add(row)
        session.flush()
        _record(session, row, "attribute.set", {}, (actor, now))


def _seeded(one: Seeded, position: int, shelves: Mapping[str, str]) -> Attribute:
    return Attribute(
        key=one.key,
        kind=AttributeKind(one.kind),
        label=dict(one.label),
        hint=dict(one.hint),
        unit=dict(one.unit),
        choices=[
            {"key": slug(vi), "name": {"vi": vi, "en": en}, "retired": False}
            for vi, en in one.choices
        ],
        kinds=sorted(one.kinds),
        category_ids=sorted(shelves[key] for key in one.shelves if key in shelves),
        required=False,
        is_facet=one.is_facet,
        position=position,
    )


def _write(session: Session, row: Attribute, draft: AttributeDraft) -> None:
    row.label = _both(draft.label, "label", most=60)
    row.hint = _some(draft.hint, "hint", most=200)
    row.unit = _some(draft.unit, "unit", most=20) if row.kind is AttributeKind.NUMBER else {}
    row.choices = _choices(row, draft.choices) if row.kind in _CHOSEN else []
    row.kinds = sorted({ListingKind(kind).value for kind in draft.kinds})
    there = set(session.scalars(sa.select(Category.id).where(Category.retired_at.is_(None))))
    if not there.issuperset(draft.category_ids):
        raise Invalid(msg("Choose a category."), field="category_ids")
    row.category_ids = sorted(set(draft.category_ids))
    row.required = draft.required


def _both(text: Text, name: str, *, most: int) -> Text:
    made = _some(text, name, most=most)
    for lang in ("vi", "en"):
        if not made.get(lang):
            raise Invalid(msg("Give it a name in both languages."), field=f"{name}_{lang}")
    return made


def _some(text: Text, name: str, *, most: int) -> Text:
    made = {lang: " ".join(nfc(words).split()) for lang, words in text.items()}
    for lang, words in made.items():
        if len(words) > most:
            raise Invalid(msg("At most %(most)s letters."), field=f"{name}_{lang}", most=str(most))
    return {lang: words for lang, words in made.items() if words}


def _choices(row: Attribute, drafts: Iterable[ChoiceDraft]) -> list[dict[str, Any]]:
    """Return the choices of a draft; one that is not in it any more is retired, not lost.

    :raises Invalid: on ``choices``.
    """
    known = {one["key"]: one for one in row.choices or ()}
    made: dict[str, dict[str, Any]] = {}
    for draft in drafts:
        name = {lang: " ".join(nfc(draft.name.get(lang, "")).split())[:80] for lang in ("vi", "en")}
        if not all(name.values()):
            raise Invalid(msg("Name each choice in both languages."), field="choices")
        key = draft.key if draft.key in known else _free_key(name["vi"], {*known, *made})
        made[key] = {"key": key, "name": name, "retired": draft.retired}
    gone = [one | {"retired": True} for key, one in known.items() if key not in made]
    if not any(not one["retired"] for one in made.values()):
        raise Invalid(msg("Write at least one thing to choose."), field="choices")
    if len(made) + len(gone) > MOST_CHOICES:
        raise Invalid(msg("At most %(most)s choices."), field="choices", most=str(MOST_CHOICES))
    return [*made.values(), *gone]


def _free_key(words: str, taken: set[str]) -> str:
    stem = slug(words, 32).replace("-", "_") or "attribute"
    tries = (stem, *(f"{stem}_{number}" for number in range(2, 1000)))
    return next(key for key in tries if key not in taken)


def _still(
    session: Session, attribute_id: str, seen_version: int | None, *, retired: bool = False
) -> Attribute:
    row = lock(session, Attribute, attribute_id)
    if row is None or (row.retired_at is not None) is not retired:
        raise NotFound
    if seen_version is not None and row.version != seen_version:
        raise ShelfEditedMeanwhile
    return row


_NAMES = (
    "key", "label", "hint", "unit", "choices", "kinds", "category_ids", "required", "is_facet",
    "position", "retired_at",
)  # fmt: skip


def _values(row: Attribute) -> dict[str, object]:
    return {name: getattr(row, name) for name in _NAMES}


def _tell(
    session: Session,
    row: Attribute,
    action: str,
    before: Mapping[str, Any],
    by: tuple[Actor, datetime],
    **detail: object,
) -> None:
    """Note a change, and have what is found by its words indexed anew."""
    _record(session, row, action, before, by, **detail)
    if before and _words(before) != _words(_values(row)):
        concerned = {*before["category_ids"], *row.category_ids}
        if not (before["category_ids"] and row.category_ids):
            tops = sa.select(Category.id).where(Category.parent_id.is_(None))
            concerned = set(session.scalars(tops))
        for category_id in sorted(concerned):
            emit(session, ShelfChanged(category_id), now=by[1])


def _words(values: Mapping[str, Any]) -> list[object]:
    """Return what search knows of an attribute."""
    names = ("label", "choices", "kinds", "category_ids", "is_facet", "retired_at")
    return [values[name] for name in names]


def _record(
    session: Session,
    row: Attribute,
    action: str,
    before: Mapping[str, Any],
    by: tuple[Actor, datetime],
    **detail: object,
) -> None:
    actor, now = by
    audit.record(
        session,
        action,
        actor=actor,
        subject=("attribute", row.id),
        now=now,
        before=before,
        after=_values(row),
        key=row.key,
        **detail,
    )
