"""Where codes lead: links that a vendor keeps for its own numbers, and those numbers."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.db import lock
from kernel.errors import Conflict, Invalid, NotFound
from kernel.messages import msg
from traceability.gs1 import read_company_prefix, read_gln
from traceability.gs1.registering import Anchor, LinkFacts, check_link, read_anchor
from traceability.gs1.resolving import DEFAULT_MULTI
from traceability.models import BarredLink, DlLink, Farm, Gs1Party, LogisticUnit, Lot, Plot
from traceability.queries.links import has_default, is_known, is_needed
from traceability.services.sites import leave_site, watch_site

MOST_LINKS = 50
# Where in a number its company prefix begins; not named: at once.
_PREFIX_AT = {"00": 1, "01": 1, "8003": 1, "8006": 1}

_NOT_YOURS = msg("This number is not yours: enter your company prefix first, or use it on a lot.")
_TAKEN = msg("Another vendor has this number already.")
_BARRED = msg("The trade office took a link to this address down: %(reason)s")
_KEEP_DEFAULT = msg("Other links need this one: where the code leads without a wish.")


def add_link(
    session: Session,
    *,
    vendor_id: str,
    facts: LinkFacts,
    roots: Collection[str],
    actor: Actor,
    now: datetime,
) -> str:
    """Keep a link for a vendor's own code and return its id.

    ``roots`` are the addresses of the market and of its resolver: no code leads to another.

    The first link of a number that the house knows nothing of becomes its default, so that
    every code of the number leads somewhere (Resolver 2.5.9).

    :raises Invalid: naming what is wrong with it: its level, a number of somebody else, a lot
        or serial number of a GTIN that nothing is known of.
    """
    actor.need_at(vendor_id, "owner")
    facts = check_link(facts, roots=roots)
    anchor = read_anchor(facts.anchor)
    _need_own(session, anchor, vendor_id)
    _need_allowed(session, vendor_id, facts.href)
    _lock_code(session, anchor)
    _need_room(session, anchor.path)
    is_default = _becomes_default(session, anchor, facts)
    if is_default:
        _step_back(session, anchor.path)
    link = _row(facts, is_default=is_default, vendor_id=vendor_id, actor=actor, now=now)
    try:
        with session.begin_nested():
            session.add(link)
    except IntegrityError:
        raise Conflict from None
    note_link(session, "link.added", link, actor, now)
    watch_site(session, link, roots=roots, now=now)
    return link.id


def _becomes_default(session: Session, anchor: Anchor, facts: LinkFacts) -> bool:
    """Tell whether a scan leads to a new link: chosen so, or because there is nothing else.

    :raises Invalid: for a lot or serial number of a key that leads nowhere.
    """
    known = is_known(session, anchor)
    if not known and not anchor.is_base:
        raise Invalid(
            msg("First keep a link for the number itself, without lot or serial number."),
            field="anchor",
        )
    leads_on = known if anchor.is_base else has_default(session, anchor)
    return facts.link_type != DEFAULT_MULTI and (facts.is_default or not leads_on)


def note_link(
    session: Session, action: str, link: DlLink, actor: Actor, now: datetime, **more: Any
) -> None:
    """Note in the log what became of a link."""
    audit.record(
        session,
        action,
        actor=actor,
        subject=("dl_link", link.id),
        now=now,
        anchor=link.anchor,
        link_type=link.link_type,
        href=link.href,
        is_default=link.is_default,
        **more,
    )


def _row(
    facts: LinkFacts, *, is_default: bool, vendor_id: str, actor: Actor, now: datetime
) -> DlLink:
    said = asdict(facts) | {
        "hreflang": list(facts.hreflang),
        "context": list(facts.context),
        "is_default": is_default,
    }
    return DlLink(**said, vendor_id=vendor_id, created_by=actor.user_id, created_at=now)


def remove_link(session: Session, link_id: str, *, actor: Actor, now: datetime) -> None:
    """Take a link away, as an owner of its vendor; the office does so with a reason (`barring`).

    :raises Conflict: for the default that other links need.
    """
    link = lock(session, DlLink, link_id)
    if link is None:
        raise NotFound
    actor.need_at(link.vendor_id, "owner")
    if link.is_default and is_needed(session, link.id, link.anchor):
        raise Conflict(_KEEP_DEFAULT)
    note_link(session, "link.removed", link, actor, now)
    session.delete(link)
    session.flush()
    leave_site(session, vendor_id=link.vendor_id, href=link.href, now=now)


def change_numbers(
    session: Session, *, vendor_id: str, gln: str, company_prefix: str, actor: Actor, now: datetime
) -> None:
    """Enter what GS1 gave to a vendor; empty is nothing.

    :raises Invalid: for what is no such number, or somebody else's.
    """
    actor.need_at(vendor_id, "owner")
    party = session.get(Gs1Party, vendor_id) or Gs1Party(vendor_id=vendor_id)
    before = {"gln": party.gln, "company_prefix": party.company_prefix}
    party.gln = read_gln(gln) if gln.strip() else None
    party.company_prefix = read_company_prefix(company_prefix) if company_prefix.strip() else None
    party.changed_at = now
    _need_free_prefix(session, party)
    _store(session, party, "gln")
    audit.record(
        session,
        "gs1.numbers_changed",
        actor=actor,
        subject=("vendor", vendor_id),
        now=now,
        before=before,
        after={"gln": party.gln, "company_prefix": party.company_prefix},
    )


def change_farm_number(
    session: Session, farm_id: str, *, gln: str, actor: Actor, now: datetime
) -> None:
    """Enter the GLN of a farm; empty is nothing.

    :raises Invalid: for what is none, or somebody else's.
    """
    farm = session.get(Farm, farm_id)
    if farm is None:
        raise NotFound
    actor.need_at(farm.vendor_id, "owner")
    before, farm.gln = farm.gln, read_gln(gln) if gln.strip() else None
    _store(session, farm, "gln")
    audit.record(
        session,
        "farm.gln_changed",
        actor=actor,
        subject=("farm", farm_id),
        now=now,
        before={"gln": before},
        after={"gln": farm.gln},
    )


def _store(session: Session, row: Gs1Party | Farm, field: str) -> None:
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise Invalid(_TAKEN, field=field) from None


def _need_free_prefix(session: Session, party: Gs1Party) -> None:
    """Refuse a prefix that is within another vendor's, or the other way round."""
    mine = party.company_prefix
    if mine is None:
        return
    others = session.scalars(
        sa.select(Gs1Party.company_prefix).where(
            Gs1Party.vendor_id != party.vendor_id, Gs1Party.company_prefix.is_not(None)
        )
    )
    if any(other and (other.startswith(mine) or mine.startswith(other)) for other in others):
        raise Invalid(_TAKEN, field="company_prefix")


def _need_own(session: Session, anchor: Anchor, vendor_id: str) -> None:
    """Refuse a code that is another vendor's, or nobody's.

    :raises Invalid: then.
    """
    code, value = anchor.pairs[0]
    owners = _owners(session, code, value)
    if not owners:
        prefix = session.scalar(
            sa.select(Gs1Party.company_prefix).where(Gs1Party.vendor_id == vendor_id)
        )
        owners = {vendor_id} if prefix and _begins(code, value, prefix) else set()
    if owners != {vendor_id}:
        raise Invalid(_NOT_YOURS, field="anchor")


def _begins(code: str, value: str, prefix: str) -> bool:
    return code.isdigit() and value[_PREFIX_AT.get(code, 0) :].startswith(prefix)


def _owners(session: Session, code: str, value: str) -> set[str]:
    """Return the vendors whose goods, places or links have a number."""
    asked: list[sa.Select[str]] = [
        sa.select(DlLink.vendor_id).where(DlLink.anchor == f"/{code}/{value}")
    ]
    if code in {"01", "t"}:
        column = Lot.gtin if code == "01" else Lot.trace_code
        asked.append(sa.select(Lot.vendor_id).where(column == value).limit(1))
    elif code in {"414", "p"}:
        column = Farm.gln if code == "414" else Farm.trace_code
        asked.append(sa.select(Farm.vendor_id).where(column == value))
        of_plot = sa.select(Farm.vendor_id).join(Plot, Plot.farm_id == Farm.id)
        asked.append(of_plot.where(Plot.trace_code == value))
    elif code in {"00", "u"}:
        column = LogisticUnit.sscc if code == "00" else LogisticUnit.code
        asked.append(sa.select(LogisticUnit.vendor_id).where(column == value))
    elif code == "417":
        asked.append(sa.select(Gs1Party.vendor_id).where(Gs1Party.gln == value))
    return {owner for statement in asked for owner in session.scalars(statement)}


def _step_back(session: Session, path: str) -> None:
    """Let the default so far be a link like others."""
    session.execute(
        sa.update(DlLink).where(DlLink.anchor == path, DlLink.is_default).values(is_default=False)
    )


def _lock_code(session: Session, anchor: Anchor) -> None:
    """Lock the links of a code and of its number: none that a new one needs goes meanwhile."""
    session.execute(
        sa.select(DlLink.id)
        .where(DlLink.anchor.in_({anchor.base, anchor.path}))
        .order_by(DlLink.id)
        .with_for_update(key_share=True)
    )


def _need_room(session: Session, path: str) -> None:
    count = session.scalar(sa.select(sa.func.count()).where(DlLink.anchor == path)) or 0
    if count >= MOST_LINKS:
        raise Invalid(msg("No code has more than fifty links."), field="anchor")


def _need_allowed(session: Session, vendor_id: str, href: str) -> None:
    """Refuse an address that the office took down for this vendor, with its reason.

    :raises Invalid: then.
    """
    reason = session.scalar(
        sa.select(BarredLink.reason)
        .where(
            BarredLink.vendor_id == vendor_id,
            BarredLink.href == href,
            BarredLink.allowed_at.is_(None),
        )
        .limit(1)
    )
    if reason is not None:
        raise Invalid(_BARRED, field="href", reason=reason)
