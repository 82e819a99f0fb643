"""Where pages were found before, and how the languages of a vendor's listings stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Listing, ListingLanguage, PageAddress
from catalog.rules import ListingState
from catalog.rules.addresses import WORDS, AddressKind, LanguageState, digest_of, lacking, state_of
from kernel.i18n import DEFAULT, LANGUAGES
from kernel.pages import Page

MOST_PAGES = 10_000


@dataclass(frozen=True)
class Moved:
    """What an address that does not hold any more leads to."""

    subject_id: str
    lang: str


@dataclass(frozen=True)
class Wording:
    """The words of a listing in one language; ``lacks`` names fields that only others have."""

    lang: str
    state: LanguageState
    lacks: tuple[str, ...]
    digest: str
    title: str
    summary: str
    description: str


@dataclass(frozen=True)
class Worded:
    """A listing with its words in every language."""

    code: str
    title: dict[str, str]
    state: ListingState
    wordings: tuple[Wording, ...]


def moved_listing(session: Session, listing_id: str, slug: str) -> str | None:
    """Return the language in which a listing has or had a slug."""
    return session.scalar(
        sa.select(PageAddress.lang)
        .where(
            PageAddress.kind == AddressKind.LISTING,
            PageAddress.subject_id == listing_id,
            PageAddress.slug == slug,
        )
        .order_by(PageAddress.until.is_not(None), PageAddress.lang != DEFAULT)
        .limit(1)
    )


def moved(session: Session, kind: AddressKind, slug: str) -> Moved | None:
    """Return who has a slug, else who had it; of several, who took it last."""
    row = session.execute(
        sa.select(PageAddress.subject_id, PageAddress.lang)
        .where(PageAddress.kind == kind, PageAddress.slug == slug[:111])
        .order_by(
            PageAddress.until.is_not(None),
            PageAddress.since.desc(),
            PageAddress.subject_id.desc(),
            PageAddress.lang != DEFAULT,
        )
        .limit(1)
    ).one_or_none()
    return Moved(row.subject_id, row.lang) if row else None


def code_of(session: Session, listing_id: str) -> str | None:
    """Return the code of a listing."""
    return session.scalar(sa.select(Listing.code).where(Listing.id == listing_id))


def worded(
    session: Session,
    *,
    vendor_id: str,
    lang: str | None = None,
    state: LanguageState | None = None,
    page: int = 1,
    size: int = 20,
) -> Page[Worded]:
    """Return a vendor's listings with their languages, newest first (two statements).

    ``state`` leaves those of which a language (``lang``, or any) stands so.
    """
    wanted = sa.select(Listing.id).where(
        Listing.vendor_id == vendor_id, Listing.state != ListingState.ARCHIVED
    )
    if state is not None:
        stands = sa.exists().where(
            ListingLanguage.listing_id == Listing.id, ListingLanguage.state == state
        )
        wanted = wanted.where(stands.where(ListingLanguage.lang == lang) if lang else stands)
    page = min(max(page, 1), MOST_PAGES)
    wanted = wanted.order_by(Listing.ranked_at.desc(), Listing.id.desc())
    ids = session.scalars(wanted.offset((page - 1) * size).limit(size + 1)).all()
    return Page.cut(_worded(session, ids), page, size)


def worded_listing(session: Session, *, vendor_id: str, code: str) -> Worded | None:
    """Return one of a vendor's listings with its words in every language."""
    found = session.scalars(
        sa.select(Listing.id).where(Listing.vendor_id == vendor_id, Listing.code == code)
    ).all()
    return next(iter(_worded(session, found)), None)


def _worded(session: Session, ids: Sequence[str]) -> list[Worded]:
    if not ids:
        return []
    rows = session.execute(
        sa.select(
            Listing.code,
            Listing.title,
            Listing.summary,
            Listing.description,
            Listing.state,
            ListingLanguage.lang,
            ListingLanguage.state.label("stands"),
            ListingLanguage.digest,
        )
        .outerjoin(ListingLanguage, ListingLanguage.listing_id == Listing.id)
        .where(Listing.id.in_(ids))
        .order_by(Listing.ranked_at.desc(), Listing.id.desc())
    )
    grouped: dict[str, list[sa.Row[*tuple[Any, ...]]]] = {}
    for row in rows:
        grouped.setdefault(row.code, []).append(row)
    return [_one(group) for group in grouped.values()]


def _one(rows: Sequence[sa.Row[*tuple[Any, ...]]]) -> Worded:
    row, stands = rows[0], {row.lang: row for row in rows}
    texts = {name: row._mapping[name] or {} for name in WORDS}
    return Worded(
        code=row.code,
        title=row.title,
        state=row.state,
        wordings=tuple(
            Wording(
                lang=lang,
                # Nobody looked at what was there before anybody kept account of it.
                state=stands[lang].stands
                if lang in stands
                else state_of(texts, lang, by_person=False),
                lacks=lacking(texts, lang),
                digest=digest_of(texts, lang),
                **{name: texts[name].get(lang, "") for name in WORDS},
            )
            for lang in LANGUAGES
        ),
    )
