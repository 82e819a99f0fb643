"""The report of a recall as PDF: the same bytes for the same facts."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path

import typst
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from kernel.clock import local_date
from kernel.i18n import format_day, format_moment, format_quantity, pick
from kernel.messages import LABELS
from kernel.quantity import Unit
from kernel.text import nfc
from shop.recalling.scope import Scope
from shop.recalling.tables import ACCOUNT_WORDS
from traceability.queries.recalls.cases import ActionRow, RecallCard, ScopeLot
from traceability.rules.recalls import Account
from vendors.rules.sheets import MOTTO, NATION, spoken_day
from vendors.services.decisions.typeset import FONTS

_HERE = Path(__file__).parent
MOST_LOTS = 150
"""More lots stand in the workbook: nobody reads a thousand lines of a report."""

DRILL = "DIỄN TẬP / DRILL"


@dataclass(frozen=True)
class Head:
    """Who reports, as on the office's documents or with the vendor's name."""

    governing: str
    issuing: str
    place: str
    signer: str
    signer_name: str


@dataclass(frozen=True)
class Part:
    """A section: facts, a text, a table, and what is left out of it."""

    name: str
    facts: Sequence[tuple[str, str]] = ()
    text: str = ""
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    more: str = ""


def report_pdf(
    recall: RecallCard, scope: Scope, actions: Sequence[ActionRow], head: Head, *, lang: str
) -> bytes:
    """Return the report; every page of a drill says that it is one."""
    day = local_date(recall.closed_at or recall.held_at or recall.traced_at or recall.opened_at)
    parts = [
        _beginning(recall),
        _times(recall),
        _extent(scope),
        _lots(scope, lang),
        _balance(scope, recall.terms["tolerance_percent"]),
        *([_reach(recall)] if recall.measure else []),
        _ending(recall, actions),
    ]
    data = {
        "title": _("Report on a drill of recall") if recall.drill else _("Report on a recall"),
        "subject": f"{recall.origin_name}: {recall.reason}",
        "code": recall.code,
        "lang": lang,
        "drill": DRILL if recall.drill else "",
        "nation": NATION,
        "motto": MOTTO,
        "number": _("Recall %(code)s", code=recall.code),
        "place_and_day": f"{head.place}, {spoken_day(day)}",
        "governing": head.governing.upper(),
        "issuing": head.issuing.upper(),
        "signer": head.signer.upper(),
        "signer_name": head.signer_name,
        "foot": _("Recall %(code)s", code=recall.code),
        "parts": [asdict(part) for part in parts],
    }
    return typst.compile(
        _HERE / "report.typ",
        format="pdf",
        font_paths=[FONTS],
        ignore_system_fonts=True,
        sys_inputs={"data": nfc(json.dumps(data, ensure_ascii=False))},
        timestamp=0,
    )


def _beginning(recall: RecallCard) -> Part:
    days = " - ".join(format_day(day) for day in (recall.first_day, recall.last_day) if day)
    facts = [
        (_("Began with"), f"{_(LABELS[recall.origin])}: {recall.origin_name}"),
        (_("Days"), days),
        (_("Reason"), recall.reason),
        (_("Danger"), _(LABELS[recall.hazard])),
        (_("Opened by"), recall.opened_by_name),
        (_("Carried out by"), recall.acted_by_name),
        (_("What was done"), _(LABELS[recall.measure]) if recall.measure else ""),
        (_("State"), _(LABELS[recall.state])),
    ]
    return Part(_("1. What happened"), _said(facts))


def _times(recall: RecallCard) -> Part:
    facts = [
        (_("t0: the beginning was named"), format_moment(recall.opened_at)),
        (_("t1: everything affected was known"), _at(recall.traced_at, recall.trace_ms)),
        (_("Every sale was stopped"), _at(recall.held_at, recall.stop_ms)),
        (
            _("From t0 until every sale was stopped"),
            "" if recall.until_held_s is None else spoken_span(recall.until_held_s),
        ),
    ]
    return Part(_("2. How fast"), _said(facts))


def spoken_span(seconds: int) -> str:
    """Return a span as people say it: "2 h 05 min", "3 min 07 s", "48 s"."""
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    if hours:
        return str(_("%(hours)s h %(minutes)s min", hours=hours, minutes=f"{minutes:02d}"))
    if not minutes:
        return str(_("%(seconds)s s", seconds=left))
    return str(_("%(minutes)s min %(seconds)s s", minutes=minutes, seconds=f"{left:02d}"))


def _tenths(percent: float) -> str:
    """Write a percentage as the language of the report does: 99,5 or 99.5."""
    return str(format_decimal(percent, "0.0"))


def _at(at: datetime | None, ms: int | None) -> str:
    if at is None:
        return ""
    return str(_("%(moment)s (%(ms)s ms of the system)", moment=format_moment(at), ms=ms))


def _extent(scope: Scope) -> Part:
    facts = [
        (_("Lots"), str(len(scope.lots))),
        (_("Left out"), str(len(scope.left_out))),
        (_("Offers with stock"), str(len({one.listing_id for one in scope.stock}))),
        (_("Carts"), str(scope.cart_count)),
        (_("Open orders"), str(scope.open_orders)),
        (_("Orders sent or delivered"), str(scope.gone_orders)),
        (_("Buyers to be told"), str(scope.buyers)),
    ]
    return Part(_("3. What is affected"), facts)


def _lots(scope: Scope, lang: str) -> Part:
    heads = [_("Lot"), _("Product"), _("Vendor"), _("Made"), _("Accounted for, percent")]
    shown = scope.lots[:MOST_LOTS]
    rest = len(scope.lots) - len(shown)
    return Part(
        _("4. Lots"),
        heads=heads,
        rows=[_lot(scope, lot, lang) for lot in shown],
        more=ngettext(
            "%(num)d more lot stands in the workbook.",
            "%(num)d more lots stand in the workbook.",
            rest,
        )
        if rest
        else "",
    )


def _lot(scope: Scope, lot: ScopeLot, lang: str) -> list[str]:
    return [
        lot.code,
        pick(lot.product, lang),
        scope.vendors[lot.vendor_id].name,
        amount_words(lot.made, lot.unit),
        _tenths(scope.accounts[lot.id].percent),
    ]


def _balance(scope: Scope, tolerance: float) -> Part:
    names = [one.name for one in fields(Account)]
    rows = [
        [_(ACCOUNT_WORDS[name]), "", "", amount_words(getattr(account, name), unit)]
        for unit, account in scope.totals.items()
        for name in names
    ]
    text = _(
        "%(percent)s percent are accounted for; the tolerance declared is %(tolerance)s percent.",
        percent=_tenths(scope.percent),
        tolerance=f"{tolerance:g}",
    )
    return Part(
        _("5. Mass balance"), text=text, heads=[_("Where"), "", "", _("Quantity")], rows=rows
    )


def _reach(recall: RecallCard) -> Part:
    facts = [
        (
            _("Buyers who would have been told") if recall.drill else _("Buyers told"),
            str(recall.told),
        ),
        (_("Reached, percent"), _tenths(recall.reached_percent)),
        (_("Answered, percent"), _tenths(recall.answered_percent)),
    ]
    text = _("A drill writes to nobody: no message was made.") if recall.drill else ""
    return Part(_("6. Who was told"), facts, text=text)


def _ending(recall: RecallCard, actions: Sequence[ActionRow]) -> Part:
    rows = [
        [format_day(row.due_on), row.text, row.who, _("done") if row.done_at else _("open")]
        for row in actions
    ]
    heads = [_("Until"), _("Action"), _("Who"), _("State")]
    facts = [
        (_("What caused it"), recall.cause),
        (_("Closed"), format_moment(recall.closed_at) if recall.closed_at else ""),
    ]
    return Part(_("7. Cause and corrective actions"), _said(facts), heads=heads, rows=rows)


def _said(facts: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, words) for name, words in facts if words]


def amount_words(quantity: int, unit: Unit) -> str:
    """Return an amount as people read it."""
    if unit is Unit.PIECE:
        return str(ngettext("%(num)d piece", "%(num)d pieces", quantity))
    return format_quantity(quantity, unit)
