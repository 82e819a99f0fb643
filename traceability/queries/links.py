"""Links of codes as the trade office reads them: all vendors', found by code, address or title."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.actor import Actor
from kernel.pages import Page
from traceability.gs1.registering import Anchor, read_anchor
from traceability.gs1.resolving import DEFAULT_MULTI
from traceability.models import BarredLink, DlLink, Farm, Gs1Party, LogisticUnit, Lot

SIZE = 100
OFFICE = ("reviewer", "approver")


@dataclass(frozen=True)
class LinkWish:
    """Which links are asked for; ``outside`` only those that lead off these hosts of ours."""

    words: str = ""
    vendor_id: str = ""
    outside: Collection[str] = ()


@dataclass(frozen=True)
class OfficeLink:
    """A link of a code, and who set it."""

    id: str
    vendor_id: str
    anchor: str
    link_type: str
    href: str
    title: str
    hreflang: list[str]
    context: list[str]
    is_default: bool
    created_by: str | None
    created_at: datetime

    @property
    def site(self) -> str:
        """The host it leads to."""
        return urlsplit(self.href).netloc


@dataclass(frozen=True)
class BarredCard:
    """A link that was taken down, and why."""

    id: str
    vendor_id: str
    anchor: str
    link_type: str
    href: str
    title: str
    reason: str
    taken_by_name: str
    taken_at: datetime
    allowed_by_name: str
    allowed_at: datetime | None


_LINK = [getattr(DlLink, name) for name in OfficeLink.__dataclass_fields__]
_BARRED = [getattr(BarredLink, name) for name in BarredCard.__dataclass_fields__]


def office_links(
    session: Session, wish: LinkWish, *, actor: Actor, page: int = 1
) -> Page[OfficeLink]:
    """Return the links an officer asks for, the newest first, none of a vendor he works for."""
    actor.need(*OFFICE)
    wanted = sa.select(*_LINK).where(DlLink.vendor_id.not_in(list(actor.memberships)))
    if wish.words:
        found = (DlLink.anchor, DlLink.href, DlLink.title)
        wanted = wanted.where(
            sa.or_(*(one.icontains(wish.words, autoescape=True) for one in found))
        )
    if wish.vendor_id:
        wanted = wanted.where(DlLink.vendor_id == wish.vendor_id)
    for host in wish.outside:
        start = f"https://{host}"
        wanted = wanted.where(
            DlLink.href != start, ~DlLink.href.istartswith(f"{start}/", autoescape=True)
        )
    rows = session.execute(
        wanted.order_by(DlLink.created_at.desc(), DlLink.id.desc())
        .offset((page - 1) * SIZE)
        .limit(SIZE + 1)
    )
    return Page.cut([OfficeLink(**row._mapping) for row in rows], page, SIZE)


def office_link(session: Session, link_id: str, *, actor: Actor) -> OfficeLink | None:
    """Return one link for an officer."""
    actor.need(*OFFICE)
    row = session.execute(
        sa.select(*_LINK).where(
            DlLink.id == link_id, DlLink.vendor_id.not_in(list(actor.memberships))
        )
    ).first()
    return OfficeLink(**row._mapping) if row else None


def barred_links(session: Session, *, actor: Actor, page: int = 1) -> Page[BarredCard]:
    """Return the links that were taken down, the last first, none of a vendor he works for."""
    actor.need(*OFFICE)
    rows = session.execute(
        sa.select(*_BARRED)
        .where(BarredLink.vendor_id.not_in(list(actor.memberships)))
        .order_by(BarredLink.taken_at.desc(), BarredLink.id.desc())
        .offset((page - 1) * SIZE)
        .limit(SIZE + 1)
    )
    return Page.cut([BarredCard(**row._mapping) for row in rows], page, SIZE)


def barred_of(session: Session, *, vendor_id: str, limit: int = 20) -> Sequence[BarredCard]:
    """Return the links of a vendor that were taken down and may not be kept again, the last first."""
    rows = session.execute(
        sa.select(*_BARRED)
        .where(BarredLink.vendor_id == vendor_id, BarredLink.allowed_at.is_(None))
        .order_by(BarredLink.taken_at.desc(), BarredLink.id.desc())
        .limit(limit)
    )
    return [BarredCard(**row._mapping) for row in rows]


def barred_card(session: Session, barred_id: str) -> BarredCard | None:
    """Return one that was taken down."""
    row = session.execute(sa.select(*_BARRED).where(BarredLink.id == barred_id)).first()
    return BarredCard(**row._mapping) if row else None


def is_known(session: Session, anchor: Anchor, *, without: str = "") -> bool:
    """Tell whether the key of a code leads somewhere: by the house, or by a link but this one."""
    code, value = anchor.pairs[0]
    if not code.isdigit() or _has_default_link(session, anchor.base, without):
        return True
    known = {
        "00": sa.select(LogisticUnit.id).where(LogisticUnit.sscc == value),
        "01": sa.select(Lot.id).where(Lot.gtin == value),
        "414": sa.select(Farm.id).where(Farm.gln == value),
        "417": sa.select(Gs1Party.vendor_id).where(Gs1Party.gln == value),
    }.get(code)
    return known is not None and session.scalar(known.limit(1)) is not None


def has_default(session: Session, anchor: Anchor, *, without: str = "") -> bool:
    """Tell whether a code leads somewhere of its own: by the house, or by a link but this one."""
    if anchor.is_base:
        return is_known(session, anchor, without=without)
    if _has_default_link(session, anchor.path, without):
        return True
    said = dict(anchor.pairs)
    if set(said) == {"01", "10"}:
        lot = sa.select(Lot.id).where(Lot.gtin == said["01"], Lot.code == said["10"])
        return session.scalar(lot) is not None
    return False


def _has_default_link(session: Session, path: str, without: str) -> bool:
    wanted = sa.select(DlLink.id).where(
        DlLink.anchor == path, DlLink.is_default, DlLink.id != without
    )
    return session.scalar(wanted) is not None


def is_needed(session: Session, link_id: str, path: str) -> bool:
    """Tell whether a default link is all that other links of its code lead back to."""
    others = sa.select(DlLink.id).where(DlLink.id != link_id, _at_or_below(path))
    if session.scalar(others.limit(1)) is None:
        return False
    return not has_default(session, read_anchor(path), without=link_id)


def heirs_of(session: Session, link_id: str, *, path: str, href: str) -> list[OfficeLink]:
    """Return to which links a code could lead instead: its own and those of finer codes of it."""
    rows = session.execute(
        sa.select(*_LINK)
        .where(
            DlLink.id != link_id,
            DlLink.href != href,
            DlLink.link_type != DEFAULT_MULTI,
            _at_or_below(path),
        )
        .order_by(DlLink.anchor, DlLink.id)
        .limit(SIZE)
    )
    return [OfficeLink(**row._mapping) for row in rows]


def _at_or_below(path: str) -> sa.ColumnElement[bool]:
    return sa.or_(DlLink.anchor == path, DlLink.anchor.startswith(f"{path}/", autoescape=True))
