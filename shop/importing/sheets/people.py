"""Accounts of the demo, with their roles in the house and at vendors."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from accounts.services.people import create_user, find_user, grant_role
from kernel.actor import ROLES, VENDOR_ROLES, Actor
from kernel.errors import Invalid
from kernel.messages import msg
from shop.importing import columns as c
from shop.importing.columns import Column, Reading
from shop.importing.readers import Cell
from shop.importing.sheets.base import Sheet, Values, plain
from vendors.queries import vendor_ids_by_code
from vendors.services.inviting import set_member

_ROLES = {
    "thẩm định": "reviewer",
    "phê duyệt": "approver",
    "thống kê": "statistics",
    "tài chính": "finance",
    "vận hành": "operator",
    **{role: role for role in sorted(ROLES)},
}
_AT_VENDOR = {
    "chủ": "owner",
    "bán hàng": "seller",
    "ghi chép": "recorder",
    "kế toán": "finance",
    **{role: role for role in sorted(VENDOR_ROLES)},
}


@dataclass(frozen=True)
class PersonRow:
    """One account; ``memberships`` holds pairs of vendor code and role."""

    contact: str
    name: str
    password: str
    lang: str
    roles: tuple[str, ...]
    memberships: tuple[tuple[str, str], ...]


def _membership(cell: Cell, reading: Reading) -> tuple[str, str]:
    code, colon, role = c.written(cell).partition(":")
    if not colon:
        raise Invalid(msg("Write the vendor and the role: %(example)s."), example="HTX01: chủ")
    return str(c.code(20)(code.strip(), reading)), str(c.one_of(_AT_VENDOR)(role, reading))


def _password(cell: Cell, reading: Reading) -> str:
    if not reading.demo:
        raise Invalid(
            msg("Accounts with passwords are for the demo only. People sign up by themselves.")
        )
    return c.written(cell)


def _person(values: Values) -> PersonRow:
    names = ("contact", "name", "password", "roles", "memberships")
    return PersonRow(**plain(values, *names), lang=values["lang"] or "vi")


def _save_person(session: Session, row: PersonRow, *, actor: Actor, now: datetime) -> str:
    """Make the account unless there is one, and give it its roles."""
    user_id = find_user(session, row.contact) or create_user(
        session, name=row.name, contact=row.contact, password=row.password, lang=row.lang, now=now
    )
    for role in row.roles:
        grant_role(session, user_id, role=role, actor=actor, now=now)
    vendors = vendor_ids_by_code(session, [code for code, _ in row.memberships])
    for code in dict.fromkeys(code for code, _ in row.memberships):
        if code not in vendors:
            raise Invalid(msg("There is no vendor %(code)s."), field="memberships", code=code)
        held = sorted({role for at, role in row.memberships if at == code})
        set_member(session, vendors[code], user_id=user_id, roles=held, actor=actor, now=now)
    return user_id


USERS = Sheet(
    "users",
    "Tài khoản",
    also=("Người dùng", "accounts"),
    key=("contact",),
    columns=(
        Column("contact", "Liên hệ", c.text(254), required=True, also=("email", "điện thoại")),
        Column("name", "Họ và tên", c.text(120), required=True, also=("tên", "họ tên")),
        Column("password", "Mật khẩu", _password, required=True),
        Column("lang", "Ngôn ngữ", c.lower(2), also=("language",)),
        Column("roles", "Vai trò", c.several(c.one_of(_ROLES)), missing=()),
        Column("memberships", "Gian hàng", c.several(_membership), also=("vendors",), missing=()),
    ),
    build=_person,
    save=_save_person,
)
