"""Brings identity files and personal numbers under the seal, and under the newest key."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import HOUSE
from kernel.db import after_commit
from kernel.ids import made_at
from kernel.sealing import sealer_of
from kernel.storage import SEALED, SealedStorage
from vendors.models import Vendor, VendorDocument
from vendors.rules import SENSITIVE_PAPERS, LegalForm
from vendors.services.numbers import seal_number
from vendors.services.papers import SEALED_PAPERS, paper_key

BATCH = 100
LEFT_BEHIND_AFTER = timedelta(days=1)
"""An upload writes its file first and its row at once after."""


def seal_plain_numbers(session: Session, *, now: datetime) -> int:
    """Seal personal numbers that lie in plain text since before numbers were sealed.

    Return how many; call it until none is left.
    """
    rows = session.scalars(
        sa.select(Vendor)
        .where(
            Vendor.legal_form.in_((LegalForm.INDIVIDUAL, LegalForm.HOUSEHOLD)),
            sa.func.length(Vendor.registration_no) == 12,
        )
        .order_by(Vendor.id)
        .limit(BATCH)
        .with_for_update()
    ).all()
    for row in rows:
        seal_number(row, row.registration_no or "", sealer_of(session))
        audit.record(
            session, "vendor.number_sealed", actor=HOUSE, subject=("vendor", row.id), now=now
        )
    session.flush()
    return len(rows)


def seal_plain_papers(session: Session, storage: SealedStorage) -> int:
    """Bring identity files under the seal that were kept before there was one.

    Return how many; call it until none is left. A plain file is deleted once its row is
    committed; one that is gone already leaves its row alone.
    """
    rows = session.scalars(
        sa.select(VendorDocument)
        .where(
            VendorDocument.kind.in_(SENSITIVE_PAPERS),
            VendorDocument.erased_on.is_(None),
            VendorDocument.storage_key.not_like(f"{SEALED}/%"),
        )
        .order_by(VendorDocument.id)
        .limit(BATCH)
        .with_for_update()
    ).all()
    for row in rows:
        plain, sealed = row.storage_key, paper_key(row.vendor_id, row.kind, row.media_type)
        row.storage_key = sealed
        try:
            storage.put(sealed, storage.get(plain), row.media_type)
        except KeyError:
            continue
        after_commit(session, lambda key=plain: storage.delete(key))  # type: ignore[misc]
    session.flush()
    return len(rows)


def renew_paper(session: Session, key: str, storage: SealedStorage) -> bool:
    """Seal one file anew with the newest key; tell whether that was needed.

    The row is locked meanwhile: a file that is being erased must not come back.

    :raises SealBroken: when no key opens it.
    """
    held = session.scalar(
        sa.select(VendorDocument.id).where(VendorDocument.storage_key == key).with_for_update()
    )
    return held is not None and storage.renew(key)


def sweep_sealed(session: Session, storage: SealedStorage, *, now: datetime) -> int:
    """Delete sealed files that no row names: of uploads that broke off; return how many."""
    old = [key for key in storage.keys(SEALED_PAPERS) if _is_old(key, now)]
    known = set(
        session.scalars(
            sa.select(VendorDocument.storage_key).where(
                VendorDocument.storage_key.startswith(SEALED_PAPERS)
            )
        )
    )
    orphans = [key for key in old if key not in known]
    for key in orphans:
        storage.delete(key)
    return len(orphans)


def _is_old(key: str, now: datetime) -> bool:
    try:
        return made_at(key.rpartition("/")[2].partition(".")[0]) < now - LEFT_BEHIND_AFTER
    except ValueError:
        return False
