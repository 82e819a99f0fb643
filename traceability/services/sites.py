"""Which sites codes lead to: one that is not ours is put on the office's watch list, once."""

from collections.abc import Collection
from datetime import datetime
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import Session

from traceability.models import DlLink, WatchItem
from traceability.rules import WatchKind
from traceability.services.watching import open_matter, settle_matter

_KEY_ROOM = 120


def watch_site(session: Session, link: DlLink, *, roots: Collection[str], now: datetime) -> None:
    """Tell the office of the first code of a vendor that leads to a site which is not ours."""
    site = site_of(link.href)
    if site not in {site_of(root) for root in roots}:
        _open(session, link.vendor_id, site, now=now)


def watch_sites(session: Session, *, roots: Collection[str], now: datetime) -> int:
    """Tell the office of sites that it never heard of; return how many.

    Codes led there before sites were watched, or from when they were ours. What is on the list
    already, however it was decided, is left alone.
    """
    ours = {site_of(root) for root in roots}
    kept = session.execute(sa.select(DlLink.vendor_id, DlLink.href).distinct())
    sites = {(vendor_id, site_of(href)) for vendor_id, href in kept}
    known = set(
        session.scalars(sa.select(WatchItem.key).where(WatchItem.kind == WatchKind.OUTSIDE))
    )
    fresh = [one for one in sorted(sites) if one[1] not in ours and _key(*one) not in known]
    for vendor_id, site in fresh:
        _open(session, vendor_id, site, now=now)
    return len(fresh)


def _open(session: Session, vendor_id: str, site: str, *, now: datetime) -> None:
    open_matter(
        session,
        WatchKind.OUTSIDE,
        _key(vendor_id, site),
        vendor_id=vendor_id,
        detail={"site": site},
        now=now,
    )


def leave_site(session: Session, *, vendor_id: str, href: str, now: datetime) -> None:
    """Settle the matter of a site when no code of the vendor leads there any more."""
    site = site_of(href)
    wanted = sa.select(DlLink.href).where(
        DlLink.vendor_id == vendor_id, DlLink.href.istartswith(f"https://{site}", autoescape=True)
    )
    if not any(site_of(other) == site for other in session.scalars(wanted)):
        settle_matter(session, _key(vendor_id, site), now=now)


def site_of(address: str) -> str:
    """Return the host that an address names, with its port if it has one."""
    return urlsplit(address).netloc.lower()


def _key(vendor_id: str, site: str) -> str:
    return f"site:{vendor_id}:{site}"[:_KEY_ROOM]
