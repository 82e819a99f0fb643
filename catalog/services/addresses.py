"""Keeping where pages are found, and who looked at the words of a language."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.errors import EditedMeanwhile
from catalog.models import Category, Listing, ListingLanguage, PageAddress
from catalog.rules.addresses import (
    WORDS,
    AddressKind,
    LanguageState,
    digest_of,
    shelf_slugs,
    slugs_of,
    state_of,
)
from catalog.services.steps import own_listing
from kernel import audit
from kernel.actor import Actor
from kernel.errors import Invalid
from kernel.i18n import DEFAULT, LANGUAGES
from kernel.messages import msg
from vendors.queries import vendor_cards


def keep_texts(session: Session, listing: Listing, *, by_person: bool, now: datetime) -> None:
    """Follow the words of a listing just set: its addresses, and how each language stands.

    ``by_person`` tells whether somebody wrote them for this listing; an import or a
    copy did not. Words that stay as they were keep their state.
    """
    session.flush()
    slugs = slugs_of(listing.slug, listing.title)
    keep_address(session, AddressKind.LISTING, listing.id, slugs=slugs, now=now)
    _keep_languages(session, listing, by_person=by_person, now=now)


def keep_shelf_addresses(session: Session, *, now: datetime) -> None:
    """Follow the names and slugs of all shelves just set."""
    session.flush()
    rows = session.execute(
        sa.select(Category.id, Category.slug, Category.name).order_by(
            Category.position, Category.slug
        )
    ).all()
    named = shelf_slugs((row.id, row.slug, row.name) for row in rows)
    for key, slugs in named.items():
        keep_address(session, AddressKind.CATEGORY, key, slugs=slugs, now=now)


def keep_vendor_address(session: Session, vendor_id: str, *, now: datetime) -> None:
    """Follow the address of a vendor's page; a name is the same in every language."""
    card = vendor_cards(session, [vendor_id]).get(vendor_id)
    if card is not None and card.is_open:
        slugs = {DEFAULT: card.slug}
        keep_address(session, AddressKind.VENDOR, vendor_id, slugs=slugs, now=now)


def keep_address(
    session: Session,
    kind: AddressKind,
    subject_id: str,
    *,
    slugs: Mapping[str, str],
    now: datetime,
) -> None:
    """Take these slugs for a page; others it had lead to it from now on."""
    rows = session.scalars(
        sa.select(PageAddress).where(PageAddress.kind == kind, PageAddress.subject_id == subject_id)
    ).all()
    for row in rows:
        if row.until is None and slugs.get(row.lang) != row.slug:
            row.until = now
    # Given up first: a language has one address at every moment.
    session.flush()
    known = {(row.lang, row.slug): row for row in rows}
    for lang, slug in slugs.items():
        was = known.get((lang, slug))
        if was is None and slug:
            session.add(
                PageAddress(kind=kind, subject_id=subject_id, lang=lang, slug=slug, since=now)
            )
        elif was is not None and was.until is not None:
            was.since, was.until = now, None
    session.flush()


def mark_seen(
    session: Session,
    vendor_id: str,
    *,
    code: str,
    lang: str,
    digest: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Note that a person of the vendor looked at the words of one language.

    :raises NotFound: for a stranger to the vendor.
    :raises Invalid: for a language that the market does not speak.
    :raises EditedMeanwhile: when they are not the words that were looked at.
    """
    actor.need_at(vendor_id, "seller")
    listing = own_listing(session, vendor_id, code)
    if lang not in LANGUAGES:
        raise Invalid(msg("Choose a language."), field="lang")
    row = session.get(ListingLanguage, (listing.id, lang), populate_existing=True)
    if row is None or row.digest != digest:
        raise EditedMeanwhile
    if row.state is not LanguageState.UNSEEN:
        return
    row.state, row.seen_at, row.seen_by = LanguageState.WRITTEN, now, actor.user_id
    audit.record(
        session,
        "listing.language_seen",
        actor=actor,
        subject=("listing", listing.id),
        now=now,
        code=listing.code,
        lang=lang,
        digest=digest,
    )


def forget_addresses(session: Session, vendor_id: str) -> None:
    """Forget under which names a vendor and its listings were found."""
    listings = sa.select(Listing.id).where(Listing.vendor_id == vendor_id)
    session.execute(
        sa.delete(PageAddress).where(
            PageAddress.subject_id.in_(listings) | (PageAddress.subject_id == vendor_id)
        )
    )


def _keep_languages(session: Session, listing: Listing, *, by_person: bool, now: datetime) -> None:
    texts = {name: getattr(listing, name) or {} for name in WORDS}
    wanted = sa.select(ListingLanguage).where(ListingLanguage.listing_id == listing.id)
    rows = {row.lang: row for row in session.scalars(wanted)}
    for lang in LANGUAGES:
        digest = digest_of(texts, lang)
        row = rows.get(lang) or ListingLanguage(listing_id=listing.id, lang=lang)
        if row.digest == digest:
            continue
        row.digest, row.changed_at, row.seen_at, row.seen_by = digest, now, None, None
        row.state = state_of(texts, lang, by_person=by_person)
        session.add(row)
    session.flush()
