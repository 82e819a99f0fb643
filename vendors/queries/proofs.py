"""What stands behind the goods of vendors: read by the catalogue for its shelves."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.rules_table import rules_like
from vendors.models import Certificate, Vendor, VendorDocument, VendorRequirement
from vendors.rules import OPEN, PREFIX, Offer, read_need
from vendors.rules.proofs import Demand, Held, Proofs, Said, is_demand


def demands(session: Session, *, on: date) -> Sequence[Demand]:
    """Return the requirements that bear on goods on a day, by key (one statement)."""
    read = [
        Demand(read_need(key, rule.value, rule.legal_ref), rule.value)
        for key, rule in sorted(rules_like(session, PREFIX, on=on).items())
    ]
    return [demand for demand in read if is_demand(demand.need, demand.value)]


def need_titles(session: Session, keys: Collection[str], *, on: date) -> dict[str, dict[str, str]]:
    """Return the titles of requirements in both languages, by key; unknown ones are left out."""
    if not keys:
        return {}
    rules = rules_like(session, PREFIX, on=on)
    found = {key: rules[PREFIX + key] for key in keys if PREFIX + key in rules}
    return {key: dict(rule.value["title"]) for key, rule in found.items()}


def proofs_of(session: Session, vendor_ids: Collection[str]) -> dict[str, Proofs]:
    """Return what vendors have to show, by id (three statements for however many).

    It holds for every day: certificates carry their days, verified or not.
    """
    if not vendor_ids:
        return {}
    wanted = set(vendor_ids)
    lines, certificates = _lines(session, wanted), _certificates(session, wanted)
    rows = session.execute(
        sa.select(Vendor.id, Vendor.legal_form, Vendor.state, Vendor.sells, VendorDocument.kind)
        .outerjoin(VendorDocument, VendorDocument.vendor_id == Vendor.id)
        .where(Vendor.id.in_(wanted))
    ).all()
    papers = defaultdict(set)
    for row in rows:
        papers[row.id].add(row.kind)
    return {
        row.id: Proofs(
            vendor_id=row.id,
            form=row.legal_form,
            is_open=row.state in OPEN,
            sells=frozenset(map(Offer, row.sells)),
            papers=frozenset(papers[row.id] - {None}),
            lines=lines.get(row.id, {}),
            certificates=tuple(certificates.get(row.id, ())),
        )
        for row in rows
    }


def _lines(session: Session, wanted: Collection[str]) -> Mapping[str, Mapping[str, Said]]:
    rows = session.execute(
        sa.select(
            VendorRequirement.vendor_id,
            VendorRequirement.key,
            VendorRequirement.state,
            VendorRequirement.judged_at,
        ).where(VendorRequirement.vendor_id.in_(wanted))
    )
    found: dict[str, dict[str, Said]] = defaultdict(dict)
    for row in rows:
        found[row.vendor_id][row.key] = Said(row.state, row.judged_at)
    return found


def _certificates(session: Session, wanted: Collection[str]) -> Mapping[str, Sequence[Held]]:
    rows = session.execute(
        sa.select(
            Certificate.vendor_id,
            Certificate.id,
            Certificate.scheme,
            Certificate.valid_from,
            Certificate.valid_to,
            Certificate.verified_at,
            Certificate.withdrawn_at,
        )
        .where(Certificate.vendor_id.in_(wanted))
        .order_by(Certificate.id)
    )
    found: dict[str, list[Held]] = defaultdict(list)
    for row in rows:
        found[row.vendor_id].append(
            Held(
                id=row.id,
                scheme=row.scheme,
                valid_from=row.valid_from,
                valid_to=row.valid_to,
                verified_at=row.verified_at,
                withdrawn=row.withdrawn_at is not None,
            )
        )
    return found
