"""Visits of the trade office as the vendor's status page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kernel import clock
from kernel.web.session import db
from vendors.forms.visits import ObjectionForm
from vendors.queries.visits import VisitCard, visits_of


@dataclass(frozen=True)
class OwnVisits:
    """A vendor's visits, and the form in which it says that a date does not suit."""

    visits: Sequence[VisitCard]
    form: ObjectionForm
    today: date


def own_visits(vendor_id: str, form: ObjectionForm | None = None) -> OwnVisits:
    """Return the visits of a vendor as ``vendors/visits/own.html`` shows them."""
    shown = ObjectionForm(formdata=None) if form is None else form
    return OwnVisits(visits_of(db(), vendor_id), shown, clock.local_date(clock.now()))
