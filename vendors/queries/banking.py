"""Bank accounts as vendor and office see them; the number itself stays sealed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.banks import BANKS
from vendors.models import BankAccount, Vendor


@dataclass(frozen=True)
class AccountCard:
    """An account as it is shown: bank, holder and the last four signs."""

    id: str
    bank_bin: str
    last4: str
    holder: str
    fingerprint: str
    entered_at: datetime
    holds_from: datetime

    @property
    def bank(self) -> str:
        """Return the usual name of the bank."""
        return BANKS.get(self.bank_bin, self.bank_bin)


def account_in_use(session: Session, vendor_id: str, *, now: datetime) -> AccountCard | None:
    """Return the account that payouts go to at an instant."""
    row = session.execute(
        _CARD.where(BankAccount.vendor_id == vendor_id, BankAccount.holds_from <= now)
        .order_by(BankAccount.holds_from.desc(), BankAccount.id.desc())
        .limit(1)
    ).one_or_none()
    return AccountCard(*row) if row else None


def coming_account(session: Session, vendor_id: str, *, now: datetime) -> AccountCard | None:
    """Return the account that payouts will go to after its cooling-off period."""
    row = session.execute(
        _CARD.where(BankAccount.vendor_id == vendor_id, BankAccount.holds_from > now)
    ).one_or_none()
    return AccountCard(*row) if row else None


def vendors_with_same_account(session: Session, vendor_id: str) -> Sequence[tuple[str, str]]:
    """Return ids and names of other vendors that ever named the same account."""
    own = sa.select(BankAccount.fingerprint).where(BankAccount.vendor_id == vendor_id)
    rows = session.execute(
        sa.select(Vendor.id, Vendor.name)
        .join(BankAccount, BankAccount.vendor_id == Vendor.id)
        .where(Vendor.id != vendor_id, BankAccount.fingerprint.in_(own))
        .distinct()
        .order_by(Vendor.id)
        .limit(10)
    )
    return [(row.id, row.name) for row in rows]


def account_card(row: BankAccount | None) -> AccountCard | None:
    """Return an account as it is shown."""
    if row is None:
        return None
    return AccountCard(
        id=row.id,
        bank_bin=row.bank_bin,
        last4=row.last4,
        holder=row.holder,
        fingerprint=row.fingerprint,
        entered_at=row.entered_at,
        holds_from=row.holds_from,
    )


_CARD = sa.select(
    BankAccount.id,
    BankAccount.bank_bin,
    BankAccount.last4,
    BankAccount.holder,
    BankAccount.fingerprint,
    BankAccount.entered_at,
    BankAccount.holds_from,
).where(BankAccount.cancelled_at.is_(None))
