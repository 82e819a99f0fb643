"""Reads of payments and of the ledger."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.pages import Page
from payments import vietqr
from payments.models import Payment, Posting
from payments.rules import OPEN, TAKEN, Method, PaymentState
from payments.vietqr import Payee, Transfer


@dataclass(frozen=True)
class PaymentView:
    """A payment as its buyer sees it; ``qr_text`` needs to know who is paid."""

    id: str
    reference: str
    method: Method
    amount_vnd: int
    state: PaymentState
    memo: str | None
    checkout_url: str | None
    created_at: datetime
    settled_at: datetime | None
    payee: Payee | None = None
    note: str = ""

    @property
    def is_open(self) -> bool:
        """Tell whether the buyer can still pay in this way."""
        return self.state in OPEN

    @property
    def qr_text(self) -> str | None:
        """Return the VietQR code to show while the transfer is awaited."""
        if self.payee is None or self.method is not Method.VIETQR or not self.is_open:
            return None
        return vietqr.encode(
            Transfer(self.payee.bank_bin, self.payee.account, self.amount_vnd, self.memo or "")
        )


@dataclass(frozen=True)
class Balance:
    """What lies on an account: debit positive, credit negative."""

    account: str
    amount_vnd: int


@dataclass(frozen=True)
class Entry:
    """One leg of a ledger transaction."""

    txn: str
    account: str
    amount_vnd: int
    at: datetime


def payment_of(
    session: Session, reference: str, *, payee: Payee | None = None
) -> PaymentView | None:
    """Return the payment to show for a reference: the paid one, else the open, else the last."""
    rows = session.scalars(
        sa.select(Payment)
        .where(Payment.reference == reference)
        .order_by(Payment.id.desc())
        .limit(50)
        .execution_options(populate_existing=True)
    ).all()
    if not rows:
        return None
    return _view(min(rows, key=lambda row: _rank(row.state)), payee)


def payment(session: Session, payment_id: str, *, payee: Payee | None = None) -> PaymentView | None:
    """Return one payment."""
    row = session.get(Payment, payment_id, populate_existing=True)
    return None if row is None else _view(row, payee)


def settled_at(session: Session, payment_ids: Collection[str]) -> dict[str, datetime | None]:
    """Return when payments were settled, by their ids."""
    rows = session.execute(
        sa.select(Payment.id, Payment.settled_at).where(Payment.id.in_(payment_ids))
    )
    return {row.id: row.settled_at for row in rows}


def waiting_transfers(
    session: Session, *, search: str = "", page: int = 1, size: int = 30
) -> Page[PaymentView]:
    """Return bank transfers to look for, oldest first.

    A search by memo (as the bank shows it, with whatever stands around) or by
    amount also finds what was given up: money that comes late is taken.
    """
    query = sa.select(Payment).where(Payment.method == Method.VIETQR)
    if search:
        query = query.where(Payment.state.not_in(TAKEN), _matches(search))
    else:
        query = query.where(Payment.state.in_(OPEN))
    rows = session.scalars(
        query.order_by(Payment.created_at, Payment.id).offset((page - 1) * size).limit(size + 1)
    ).all()
    return Page.cut([_view(row, None) for row in rows], page, size)


def to_look_at(session: Session, *, limit: int = 20) -> Sequence[PaymentView]:
    """Return payments that carry a note: a provider said something that does not fit."""
    rows = session.scalars(
        sa.select(Payment).where(Payment.note != "").order_by(Payment.id.desc()).limit(limit)
    ).all()
    return [_view(row, None) for row in rows]


def balances(session: Session) -> list[Balance]:
    """Return what lies on every account; they sum to zero."""
    rows = session.execute(
        sa.select(Posting.account, sa.func.sum(Posting.amount_vnd))
        .group_by(Posting.account)
        .order_by(Posting.account)
    )
    return [Balance(account, int(total)) for account, total in rows]


def journal(session: Session, *, account: str = "", page: int = 1, size: int = 50) -> Page[Entry]:
    """Return the legs of the ledger, newest first."""
    query = sa.select(Posting)
    if account:
        query = query.where(Posting.account == account)
    rows = session.scalars(
        query.order_by(Posting.at.desc(), Posting.id.desc())
        .offset((page - 1) * size)
        .limit(size + 1)
    ).all()
    entries = [Entry(row.txn, row.account, row.amount_vnd, row.at) for row in rows]
    return Page.cut(entries, page, size)


def _view(row: Payment, payee: Payee | None) -> PaymentView:
    return PaymentView(
        id=row.id,
        reference=row.reference,
        method=row.method,
        amount_vnd=row.amount_vnd,
        state=row.state,
        memo=row.memo,
        checkout_url=row.checkout_url,
        created_at=row.created_at,
        settled_at=row.settled_at,
        payee=payee,
        note=row.note,
    )


def _rank(state: PaymentState) -> int:
    return 0 if state in TAKEN else 1 if state in OPEN else 2


def _matches(search: str) -> sa.ColumnElement[bool]:
    """Return what a typed search finds: a whole memo in a bank's text, a part of one, an amount."""
    memos = vietqr.memos_in(search)
    if memos:
        return Payment.memo.in_(memos)
    digits = re.sub(r"[\s.,₫đ]", "", search.lower())
    part = re.sub(r"[^0-9A-Z]", "", vietqr.ascii_memo(search))
    found: sa.ColumnElement[bool] = sa.false()
    if part:
        found = Payment.memo.contains(part, autoescape=True)
    if digits.isascii() and digits.isdigit() and len(digits) <= 13:
        found = sa.or_(found, Payment.amount_vnd == int(digits))
    return found
