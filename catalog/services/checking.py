"""Checks of words and pictures: what is banned is refused, the rest is flagged for the officer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Listing, ListingFlag, ListingPicture, Variant
from catalog.rules import ListingState
from catalog.rules.changes import TEXTS
from catalog.rules.checks import (
    PICTURE_RULES,
    WORD_LISTS,
    Check,
    Entry,
    Finding,
    Texts,
    bands,
    distance,
    find_in_texts,
    is_small,
    read_entries,
)
from kernel.clock import local_date
from kernel.errors import Invalid
from kernel.messages import msg
from kernel.pictures import Picture
from kernel.rules_table import rules_of
from vendors.queries import badges

PROTECTED = "listing.protected_fields"
PROTECTED_LABEL = "listing.protected_label"
LANGS = ("vi", "en")

_BANNED = {
    "title": msg("The name says “%(words)s”: that may not be offered here (%(law)s)."),
    "summary": msg("The sentence says “%(words)s”: that may not be offered here (%(law)s)."),
    "description": msg("The description says “%(words)s”: that may not be offered here (%(law)s)."),
    "piece": msg("The word for a piece says “%(words)s”: that may not be offered here (%(law)s)."),
    "packs": msg("The name of a pack says “%(words)s”: that may not be offered here (%(law)s)."),
    "label": msg("The label says “%(words)s”: that may not be offered here (%(law)s)."),
    "safety": msg("The safety note says “%(words)s”: that may not be offered here (%(law)s)."),
    "alt": msg("The words of a picture say “%(words)s”: that may not be offered here (%(law)s)."),
}

_SAYS = msg("This says “%(words)s”: that may not be offered here (%(law)s).")


@dataclass(frozen=True)
class DeskRules:
    """The rules of the listing desk that hold on a day."""

    entries: tuple[Entry, ...]
    # When an edit of a field waits, by field.
    protected: dict[str, str]
    least_side: int
    good_side: int
    most_bits: int
    most_candidates: int


def desk_rules(session: Session, *, now: datetime) -> DeskRules:
    """Return the word lists, the protected fields and what pictures must be (one statement)."""
    keys = (*WORD_LISTS, *PICTURE_RULES, PROTECTED, PROTECTED_LABEL)
    found = rules_of(session, keys, on=local_date(now))
    values = {key: one.value for key, one in found.items()}
    pixels, likeness = (values[key] for key in PICTURE_RULES)
    return DeskRules(
        entries=read_entries(values),
        protected={
            field: one["when"]
            for key in (PROTECTED, PROTECTED_LABEL)
            for field, one in values[key].items()
        },
        least_side=pixels["least"],
        good_side=pixels["good"],
        most_bits=likeness["most_bits"],
        most_candidates=likeness["most_candidates"],
    )


def texts_of(
    session: Session, listing: Listing, *, instead: Mapping[str, Any] | None = None
) -> Texts:
    """Return all words of a listing with their fields; ``instead``: values that are to be."""
    new = instead or {}
    parts = [(name, new.get(name, getattr(listing, name))) for name in TEXTS]
    parts.append(("piece", listing.piece_name))
    parts += [("label", words) for words in new.get("label", listing.label).values()]
    parts.append(("safety", listing.safety))
    said = (listing.attributes or {}).values()
    parts += [("attributes", text) for text in said if isinstance(text, dict)]
    parts += [("alt", photo["alt"]) for photo in listing.photos]
    labels = sa.select(Variant.label).where(Variant.listing_id == listing.id, Variant.active)
    parts += [("packs", label) for label in session.scalars(labels)]
    return words_of(parts)


def words_of(parts: Iterable[tuple[str, Mapping[str, str]]]) -> Texts:
    """Return texts of two languages with the names of their fields."""
    return [
        (f"{name}_{lang}", text[lang]) for name, text in parts for lang in LANGS if text.get(lang)
    ]


def refuse_banned(rules: DeskRules, texts: Texts) -> None:
    """Refuse words of banned goods.

    :raises Invalid: naming the words, their field and the law.
    """
    banned = [entry for entry in rules.entries if entry.check is Check.BANNED]
    for found in find_in_texts(texts, banned):
        if found.check == Check.BANNED.value:
            name = found.field[:-3]
            field = name if name == "packs" else found.field
            raise Invalid(_BANNED.get(name, _SAYS), field=field, words=found.words, law=found.law)


def need_pixels(rules: DeskRules, picture: Picture) -> None:
    """Refuse a picture on which nothing can be seen.

    :raises Invalid: on ``file``.
    """
    if is_small(picture.width, picture.height, rules.least_side):
        raise Invalid(
            msg(
                "The picture has %(width)s x %(height)s pixels: its longer side needs %(least)s "
                "at least."
            ),
            field="file",
            width=picture.width,
            height=picture.height,
            least=rules.least_side,
        )


def renew_flags(
    session: Session, listing: Listing, *, texts: Texts, rules: DeskRules, now: datetime
) -> None:
    """Write down what the checks find now; what an officer has cleared stays cleared."""
    proved = badges(session, [listing.vendor_id], on=local_date(now))[listing.vendor_id]
    found = set(find_in_texts(texts, rules.entries, proved={one.scheme.value for one in proved}))
    found |= _picture_findings(session, listing, rules)
    known = session.scalars(sa.select(ListingFlag).where(ListingFlag.listing_id == listing.id))
    for flag in known:
        finding = _finding(flag)
        if finding in found:
            found.discard(finding)
        else:
            session.delete(flag)
    for finding in sorted(found):
        session.add(_flag(listing, finding, now))
    session.flush()


def keep_pictures(session: Session, listing: Listing, new: Picture | None = None) -> None:
    """Keep the rows by which pictures are found again equal to those of a listing."""
    wanted = {photo["digest"] for photo in listing.photos}
    rows = session.scalars(
        sa.select(ListingPicture).where(ListingPicture.listing_id == listing.id)
    ).all()
    for row in rows:
        if row.digest not in wanted:
            session.delete(row)
    missing = wanted - {row.digest for row in rows}
    # A picture that comes by a copy or a table is known from where it was sent first.
    known = _likenesses(session, missing) if missing else {}
    if new is not None:
        known[new.digest] = new.likeness
    for digest in sorted(missing):
        likeness = known.get(digest)
        session.add(
            ListingPicture(
                listing_id=listing.id,
                vendor_id=listing.vendor_id,
                digest=digest,
                likeness=likeness,
                **band_values(likeness),
            )
        )
    session.flush()


def _likenesses(session: Session, digests: Iterable[str]) -> dict[str, int | None]:
    rows = session.execute(
        sa.select(ListingPicture.digest, ListingPicture.likeness).where(
            ListingPicture.digest.in_(digests), ListingPicture.likeness.is_not(None)
        )
    )
    return {row.digest: row.likeness for row in rows}


def band_values(likeness: int | None) -> dict[str, int]:
    """Return the columns of the parts of a likeness."""
    if likeness is None:
        return {}
    return {f"band_{place}": bits for place, bits in enumerate(bands(likeness))}


def _picture_findings(session: Session, listing: Listing, rules: DeskRules) -> set[Finding]:
    small = {
        Finding(Check.SMALL.value, "photos", photo["digest"])
        for photo in listing.photos
        if is_small(photo["width"], photo["height"], rules.good_side)
    }
    return small | _twins(session, listing, rules)


def _twins(session: Session, listing: Listing, rules: DeskRules) -> set[Finding]:
    """Find pictures that listings of other vendors show, too (two statements)."""
    own = session.scalars(
        sa.select(ListingPicture).where(ListingPicture.listing_id == listing.id)
    ).all()
    if not own:
        return set()
    others = session.execute(
        sa.select(ListingPicture.digest, ListingPicture.likeness, ListingPicture.listing_id)
        .join(Listing, Listing.id == ListingPicture.listing_id)
        .where(
            ListingPicture.vendor_id != listing.vendor_id,
            Listing.state != ListingState.ARCHIVED,
            _may_be_like(own),
        )
        .order_by(ListingPicture.digest.in_([row.digest for row in own]).desc(), ListingPicture.id)
        .limit(rules.most_candidates)
    ).all()
    return {
        Finding(Check.TWIN.value, "photos", row.digest, other_id=other.listing_id)
        for row in own
        for other in others
        if row.digest == other.digest or _is_like(row.likeness, other.likeness, rules.most_bits)
    }


def _may_be_like(own: Iterable[ListingPicture]) -> sa.ColumnElement[bool]:
    rows = list(own)
    ways = [ListingPicture.digest.in_([row.digest for row in rows])]
    for band in range(4):
        column = getattr(ListingPicture, f"band_{band}")
        bits = [getattr(row, f"band_{band}") for row in rows if row.likeness is not None]
        if bits:
            ways.append(column.in_(bits))
    return sa.or_(*ways)


def _is_like(one: int | None, other: int | None, most_bits: int) -> bool:
    return one is not None and other is not None and distance(one, other) <= most_bits


def _finding(flag: ListingFlag) -> Finding:
    return Finding(
        flag.check.value, flag.field, flag.words, flag.law, flag.scheme, flag.other_id or ""
    )


def _flag(listing: Listing, finding: Finding, now: datetime) -> ListingFlag:
    return ListingFlag(
        listing_id=listing.id,
        check=Check(finding.check),
        field=finding.field,
        words=finding.words,
        law=finding.law,
        scheme=finding.scheme,
        other_id=finding.other_id or None,
        found_at=now,
    )
