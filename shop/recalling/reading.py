"""What the pages of recalls are filled with besides the recall itself."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from kernel.errors import Invalid, NotFound
from kernel.i18n import format_day
from kernel.messages import LABELS, msg
from shop.recalling.forms import OpenForm, PickForm
from traceability.queries.recalls import choices
from traceability.rules.recalls import NAMED_BY_CODE, Origin
from vendors.queries import VendorCard, certificates, vendor_cards

Choice = tuple[str, str]

TYPED = NAMED_BY_CODE | {Origin.COMPLAINT}
"""What is written or handed on; the others are chosen from a list."""


def vendors_with_lots(session: Session) -> list[VendorCard]:
    """Return the vendors whose goods can be recalled, by name."""
    cards = vendor_cards(session, choices.vendors_of_lots(session))
    return sorted(cards.values(), key=lambda card: card.name)


def choices_for(session: Session, origin: Origin, vendor_id: str) -> type[OpenForm]:
    """Return the form of a beginning: with a list where there is one to choose from."""
    if origin in TYPED:
        return OpenForm
    offered = _OFFERS[origin](session, vendor_id)

    class Chosen(PickForm):
        """The form with the choices of one vendor."""

        def __init__(self, *args: Any, **values: Any) -> None:
            super().__init__(*args, **values)
            self.ref.choices = list(offered)

    return Chosen


def _certificates(session: Session, vendor_id: str) -> Sequence[Choice]:
    return [
        (card.id, _certificate(card.scheme, card.number, card.valid_from, card.last_day))
        for card in certificates(session, vendor_id)
    ]


def _named(
    names: Callable[[Session, str], Sequence[str]],
) -> Callable[[Session, str], Sequence[Choice]]:
    """Let names be chosen that say all there is to say."""
    return lambda session, vendor_id: [(name, name) for name in names(session, vendor_id)]


_OFFERS: Mapping[Origin, Callable[[Session, str], Sequence[Choice]]] = {
    Origin.PLOT: choices.plots_of,
    Origin.INPUT: _named(choices.inputs_of),
    Origin.CERTIFICATE: _certificates,
    Origin.WORKER: _named(choices.workers_of),
    Origin.LINE: _named(choices.lines_of),
    Origin.SHIFT: _named(choices.shifts_of),
    Origin.PACKAGING: choices.packaging_of,
    Origin.WATER: choices.waters_of,
}
"""What there is to choose from at a vendor, by what is known."""


def _certificate(scheme: Any, number: str, first: date, last: date) -> str:
    return f"{_(LABELS[scheme])} {number} ({format_day(first)} - {format_day(last)})"


def read_ref(
    session: Session, origin: Origin, vendor_id: str, ref: str, *, own: str | None
) -> tuple[str, str]:
    """Return the vendor and the id that a beginning means; a lot or load is found by its code.

    :raises Invalid: when nothing has this code, or lots of several vendors have it.
    :raises NotFound: when no vendor is chosen.
    """
    if origin not in NAMED_BY_CODE:
        if not vendor_id:
            raise NotFound
        return vendor_id, ref
    named = choices.loads_named if origin is Origin.LOAD else choices.lots_named
    found = named(session, ref.strip(), vendor_id=own)
    if len(found) > 1:
        raise Invalid(
            msg("Several vendors have a lot with this code: write the code under the QR."),
            field="ref",
        )
    if not found:
        raise Invalid(msg("No lot is found with this."), field="ref")
    return found[0][1], found[0][0]


def dashboard(session: Session, vendor_id: str | None, *, on: date) -> dict[str, Any]:
    """Return what is due: complaints that wait, and the next drill of a vendor."""
    return {
        "waiting": choices.open_complaints(session, vendor_id=vendor_id),
        "drill_due": choices.drill_due(session, vendor_id, on=on) if vendor_id else None,
        "today": on,
    }
