"""The file for the authority: a workbook of what is affected, where it is, and who was told."""

from collections.abc import Iterator, Mapping
from dataclasses import fields

from flask_babel import gettext as _

from kernel.i18n import format_day, format_moment, pick
from kernel.messages import LABELS, msg
from kernel.places import commune
from kernel.quantity import Unit
from kernel.sheets import Value, as_book
from orders.queries.affected import Contact, Sold
from shop.recalling.scope import Scope
from traceability.queries.recalls.cases import NoticeRow, RecallCard, ScopeLot
from traceability.rules.recalls import Account

Row = list[Value]

ACCOUNT_WORDS = {
    "made": msg("Made"),
    "passed_on": msg("Packed into other lots"),
    "sold": msg("Sold to buyers"),
    "stock": msg("In stock"),
    "transit": msg("In transit"),
    "destroyed": msg("Destroyed"),
    "samples": msg("Taken as samples"),
    "waste": msg("Thrown away before"),
}
"""Where goods are, in the order of the figures of an account."""


def workbook(
    recall: RecallCard,
    scope: Scope,
    *,
    contacts: Mapping[str, Contact],
    notices: Mapping[tuple[str, str], NoticeRow],
    lang: str,
) -> bytes:
    """Return the workbook; of a drill it holds nobody's contacts."""
    return as_book(
        [
            (_("Recall"), [_("What"), _("Value")], _facts(recall, scope)),
            (_("Lots"), _lot_heads(), [_lot(scope, lot, lang) for lot in scope.lots]),
            (_("Left out"), [_("Lot"), _("Why"), _("By")], _left_out(scope)),
            (
                _("Stock"),
                [_("Offer"), _("Goods"), _("Lot"), _("Left"), _("Unit")],
                _stock(scope, lang),
            ),
            (_("Sales"), _sale_heads(), list(_sales(recall, scope, contacts, notices, lang))),
        ]
    )


def _facts(recall: RecallCard, scope: Scope) -> list[Row]:
    moments = [
        (_("t0: the beginning was named"), recall.opened_at),
        (_("t1: everything affected was known"), recall.traced_at),
        (_("Every sale was stopped"), recall.held_at),
        (_("Closed"), recall.closed_at),
    ]
    rows: list[Row] = (
        [["DIỄN TẬP / DRILL", _("Nobody was told and nothing was stopped.")]]
        if recall.drill
        else []
    )
    rows += [
        [_("Code"), recall.code],
        [_("Began with"), f"{_(LABELS[recall.origin])}: {recall.origin_name}"],
        [_("Reason"), recall.reason],
        [_("Danger"), _(LABELS[recall.hazard])],
        [_("State"), _(LABELS[recall.state])],
        [_("Lots"), len(scope.lots)],
        [_("Open orders"), scope.open_orders],
        [_("Orders sent or delivered"), scope.gone_orders],
        [_("Accounted for, percent"), round(scope.percent, 2)],
    ]
    return rows + [[name, format_moment(at) if at else ""] for name, at in moments]


def _lot_heads() -> list[str]:
    return [
        _("Lot"),
        _("Code under the QR"),
        _("Product"),
        _("Vendor"),
        _("Kind"),
        _("Steps"),
        _("Harvested"),
        _("Best before"),
        _("State"),
        _("Unit"),
        *(_(label) for label in ACCOUNT_WORDS.values()),
        _("Accounted for, percent"),
    ]


def _lot(scope: Scope, lot: ScopeLot, lang: str) -> Row:
    account = scope.accounts[lot.id]
    return [
        lot.code,
        lot.trace_code,
        pick(lot.product, lang),
        scope.vendors[lot.vendor_id].name,
        _(LABELS[lot.kind]),
        lot.depth,
        format_day(lot.harvested_on),
        format_day(lot.best_before) if lot.best_before else "",
        _(LABELS[lot.state]),
        unit_word(lot.unit),
        *(amount(getattr(account, one.name), lot.unit) for one in fields(Account)),
        round(account.percent, 2),
    ]


def _left_out(scope: Scope) -> list[Row]:
    return [[scope.names[lot.id], lot.out_reason, lot.out_by_name] for lot in scope.left_out]


def _stock(scope: Scope, lang: str) -> list[Row]:
    return [
        [
            one.code,
            pick(one.title, lang),
            scope.names[one.lot_id],
            amount(one.left, one.unit or Unit.PIECE),
            unit_word(one.unit or Unit.PIECE),
        ]
        for one in scope.stock
    ]


def _sale_heads() -> list[str]:
    return [
        _("Order"),
        _("Ordered"),
        _("Seller"),
        _("Goods"),
        _("Lot"),
        _("Quantity"),
        _("Unit"),
        _("State"),
        _("Buyer"),
        _("Phone"),
        _("Email"),
        _("Commune"),
        _("Told"),
        _("Answer"),
    ]


def _sales(
    recall: RecallCard,
    scope: Scope,
    contacts: Mapping[str, Contact],
    notices: Mapping[tuple[str, str], NoticeRow],
    lang: str,
) -> Iterator[Row]:
    lots = {lot.id: lot for lot in scope.lots}
    for line in scope.sold:
        notice = notices.get((line.group_id, line.vendor_id))
        yield [
            line.order_code,
            format_moment(line.placed_at),
            line.vendor_name,
            pick(line.title, lang),
            scope.names[line.lot_id],
            amount(line.quantity, lots[line.lot_id].unit),
            unit_word(lots[line.lot_id].unit),
            _(LABELS[line.fulfilment]),
            *_buyer(recall, line, contacts.get(line.group_id)),
            format_moment(notice.sent_at) if notice else "",
            _(LABELS[notice.answer]) if notice and notice.answer else "",
        ]


def _buyer(recall: RecallCard, line: Sold, contact: Contact | None) -> Row:
    place = commune(line.commune).name if line.commune else ""
    if recall.drill or contact is None:
        return ["", "", "", place]
    return [contact.name, contact.phone, contact.email or "", place]


def amount(quantity: int, unit: Unit) -> int | float:
    """Return an amount as a table counts it: kilograms, litres, pieces."""
    return quantity / 1000 if unit in {Unit.GRAM, Unit.MILLILITRE} else quantity


def unit_word(unit: Unit) -> str:
    """Return what a table counts in."""
    return {Unit.GRAM: "kg", Unit.MILLILITRE: "l"}.get(unit, str(_("piece")))
