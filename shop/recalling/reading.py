"""What the pages of recalls are filled with besides the recall itself."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from kernel.errors import Invalid, NotFound
from kernel.i18n import format_day
from kernel.messages import LABELS, msg
from shop.recalling.forms import OpenForm, PickForm
from traceability.queries.recalls import choices
from traceability.rules.recalls import Origin
from vendors.queries import VendorCard, certificates, vendor_cards

Choice = tuple[str, str]


def vendors_with_lots(session: Session) -> list[VendorCard]:
    """Return the vendors whose goods can be recalled, by name."""
    cards = vendor_cards(session, choices.vendors_of_lots(session))
    return sorted(cards.values(), key=lambda card: card.name)


def choices_for(session: Session, origin: Origin, vendor_id: str) -> type[OpenForm]:
    """Return the form of a beginning: with a list where there is one to choose from."""
    if origin in {Origin.LOT, Origin.COMPLAINT}:
        return OpenForm
    offered = _offered(session, origin, vendor_id)

    class Chosen(PickForm):
        """The form with the choices of one vendor."""

        def __init__(self, *args: Any, **values: Any) -> None:
            super().__init__(*args, **values)
            self.ref.choices = list(offered)

    return Chosen


def _offered(session: Session, origin: Origin, vendor_id: str) -> Sequence[Choice]:
    if origin is Origin.PLOT:
        return choices.plots_of(session, vendor_id)
    if origin is Origin.INPUT:
        return [(name, name) for name in choices.inputs_of(session, vendor_id)]
    if origin is Origin.WORKER:
        return [(name, name) for name in choices.workers_of(session, vendor_id)]
    return [
        (card.id, _certificate(card.scheme, card.number, card.valid_from, card.last_day))
        for card in certificates(session, vendor_id)
    ]


def _certificate(scheme: Any, number: str, first: date, last: date) -> str:
    return f"{_(LABELS[scheme])} {number} ({format_day(first)} - {format_day(last)})"


def read_ref(
    session: Session, origin: Origin, vendor_id: str, ref: str, *, own: str | None
) -> tuple[str, str]:
    """Return the vendor and the id that a beginning means; a lot is found by what its bag says.

    :raises Invalid: when several vendors have a lot of this code.
    :raises NotFound: when no vendor is chosen.
    """
    if origin is not Origin.LOT:
        if not vendor_id:
            raise NotFound
        return vendor_id, ref
    found = choices.lots_named(session, ref, vendor_id=own)
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
