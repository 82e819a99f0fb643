"""Where payouts go: changed only after a password, a notice and a time to object."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from accounts.queries import user_cards
from kernel import audit
from kernel.actor import Actor
from kernel.banks import BANKS
from kernel.clock import local_date
from kernel.errors import Conflict
from kernel.i18n import format_moment
from kernel.mail import Address, notify
from kernel.messages import msg
from kernel.rules_table import rule
from kernel.sealing import Sealer
from vendors.models import BankAccount, Vendor, VendorMember
from vendors.queries.banking import account_in_use
from vendors.rules import ENDED
from vendors.rules.banking import account_number, need_bank, need_own_name
from vendors.services.requirements import sync_requirements
from vendors.services.steps import locked_vendor


@dataclass(frozen=True)
class Account:
    """A bank account as it is typed."""

    bank_bin: str
    number: str
    holder: str


def change_account(
    session: Session,
    vendor_id: str,
    *,
    account: Account,
    sealer: Sealer,
    actor: Actor,
    now: datetime,
) -> datetime:
    """Enter an account and return from when payouts go there.

    The first one holds at once; any other after the cooling-off period, of
    which every owner is told at the contact known so far. Whoever calls this
    has proved the owner's password.

    :raises Invalid: for an unknown bank, a wrong number or another's name.
    :raises Conflict: when the dossier is closed, or the account is in use already.
    """
    actor.need_at(vendor_id, "owner")
    vendor = locked_vendor(session, vendor_id)
    if vendor.state in ENDED:
        raise Conflict(msg("This dossier is closed."))
    before = account_in_use(session, vendor_id, now=now)
    row = _row(vendor, account, sealer, actor)
    if before is not None and before.fingerprint == row.fingerprint:
        raise Conflict(msg("Payouts go to this account already."))
    row.entered_at = now
    row.holds_from = now if before is None else now + _cooling(session, now)
    _cancel_coming(session, vendor_id, now)
    session.add(row)
    session.flush()
    _record(session, row, "vendor.bank_changed", actor=actor, now=now)
    sync_requirements(session, vendor, now=now)
    if before is not None:
        _tell_owners(session, vendor, row, now)
    return row.holds_from


def cancel_change(session: Session, vendor_id: str, *, actor: Actor, now: datetime) -> None:
    """Stop a change during its cooling-off period; payouts go on to the account before.

    :raises Conflict: when no change is under way.
    """
    actor.need_at(vendor_id, "owner")
    locked_vendor(session, vendor_id)
    stopped = _cancel_coming(session, vendor_id, now)
    if stopped is None:
        raise Conflict(msg("No change of the account is under way."))
    _record(session, stopped, "vendor.bank_change_stopped", actor=actor, now=now)


def _row(vendor: Vendor, account: Account, sealer: Sealer, actor: Actor) -> BankAccount:
    bank_bin, number = need_bank(account.bank_bin), account_number(account.number)
    return BankAccount(
        vendor_id=vendor.id,
        bank_bin=bank_bin,
        number_sealed=sealer.seal_text(number),
        fingerprint=sealer.fingerprint(f"{bank_bin}:{number}"),
        last4=number[-4:],
        holder=need_own_name(account.holder, (vendor.name, vendor.representative)),
        entered_by=actor.user_id,
    )


def _cooling(session: Session, now: datetime) -> timedelta:
    hours = rule(session, "vendor.bank_cooling_hours", on=local_date(now)).value
    return timedelta(hours=hours)


def _cancel_coming(session: Session, vendor_id: str, now: datetime) -> BankAccount | None:
    """Take back the account that does not hold yet, if there is one."""
    coming = session.scalar(
        sa.select(BankAccount).where(
            BankAccount.vendor_id == vendor_id,
            BankAccount.cancelled_at.is_(None),
            BankAccount.holds_from > now,
        )
    )
    if coming is not None:
        coming.cancelled_at = now
        session.flush()
    return coming


def _tell_owners(session: Session, vendor: Vendor, row: BankAccount, now: datetime) -> None:
    members = session.scalars(sa.select(VendorMember).where(VendorMember.vendor_id == vendor.id))
    owners = [member.user_id for member in members if "owner" in member.roles]
    cards = user_cards(session, owners).values()
    reach = {(vendor.email, vendor.phone or None, vendor.lang)}
    reach |= {(card.email, card.phone, card.lang or vendor.lang) for card in cards}
    for email, phone, lang in sorted(reach, key=str):
        notify(
            session,
            "vendors/bank_changed",
            to=Address(email=email, phone=phone, lang=lang),
            now=now,
            vendor_id=vendor.id,
            name=vendor.name,
            bank=BANKS[row.bank_bin],
            last4=row.last4,
            holds_from=format_moment(row.holds_from),
        )


def _record(
    session: Session, row: BankAccount, action: str, *, actor: Actor, now: datetime
) -> None:
    audit.record(
        session,
        action,
        actor=actor,
        subject=("vendor", row.vendor_id),
        now=now,
        after={"account": row.fingerprint, "holds_from": row.holds_from},
        bank=row.bank_bin,
        last4=row.last4,
    )
