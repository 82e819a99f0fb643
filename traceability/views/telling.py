"""From a form of the diary to what was done: shared by writing and correcting."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from wtforms.fields import SelectChoice

from kernel.clock import HANOI
from kernel.errors import Invalid
from kernel.i18n import format_quantity
from kernel.messages import msg
from kernel.web.language import current_language
from kernel.web.session import db
from traceability import queries
from traceability.forms import EntryForm, day_of, texts
from traceability.queries import ProductName, SeasonCard
from traceability.rules import Activity, EntryStatus
from traceability.services.diary import EntryFacts
from traceability.services.judging import find_product

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def note_of(text: str) -> dict[str, str]:
    """Return a note in the language it was written in."""
    return {current_language(): text} if text else {}


def names_in(text: str) -> tuple[str, ...]:
    """Return the names of a list with commas between."""
    return tuple(name for part in text.split(",") if (name := part.strip()[:120]))


def with_batches(form: EntryForm, vendor_id: str) -> EntryForm:
    """Offer the batches of a vendor's shed."""
    form.batch.choices = [
        *form.batch.choices[:1],
        *(
            SelectChoice(one.id, f"{one.name} · {format_quantity(one.left, one.unit)}")
            for one in queries.batches(db(), vendor_id=vendor_id)
        ),
    ]
    return form


def offered(season: SeasonCard, today: date) -> list[ProductName]:
    """Return the products of the list with their waiting time for a season's crop."""
    crop_id = queries.crop_of_season(db(), season.id)
    return queries.product_names(db(), crop_id=crop_id, on=today)


def entry_facts(session: "Session", form: EntryForm, activity: Activity) -> EntryFacts:
    """Return what a form tells.

    :raises Invalid: for a further product that is not on the list.
    """
    said = texts(form)
    done_on, last = day_of(form.done_on), form.ended_on.data or day_of(form.done_on)
    return EntryFacts(
        client_key=form.client_key.data,
        activity=activity,
        done_on=done_on,
        ended_on=form.ended_on.data,
        happened_at=datetime.combine(last, form.clock, HANOI) if form.clock else None,
        status=EntryStatus(form.status.data or "done"),
        note=note_of(said["note"]),
        worker=said["worker"],
        people=names_in(said["people"]),
        input_name=said["input_name"],
        active_ingredient=said["active_ingredient"],
        dose=said["dose"],
        phi_days=form.phi_days.data if activity is Activity.SPRAY else None,
        product_ids=_further(session, said["more_names"]),
        input_batch_id=form.batch.data or None,
        quantities=(form.measured,) if form.measured else (),
    )


def _further(session: "Session", text: str) -> tuple[str, ...]:
    found = []
    for name in names_in(text):
        product_id = find_product(session, name)
        if product_id is None:
            raise Invalid(
                msg("%(name)s is not on the list: write it down as a spraying of its own."),
                field="more_names",
                name=name,
            )
        found.append(product_id)
    return tuple(found)
