"""From a form of the diary to what was done: shared by writing and correcting."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from wtforms.fields import SelectChoice

from kernel import clock
from kernel.clock import HANOI
from kernel.errors import DomainError, Invalid
from kernel.i18n import format_quantity
from kernel.messages import msg
from kernel.web.language import current_language
from kernel.web.session import db
from traceability import queries
from traceability.forms import EntryForm, day_of, texts
from traceability.queries import ProductName, SeasonCard
from traceability.queries.water import source_names
from traceability.rules import Activity, EntryStatus
from traceability.services.diary import EntryFacts
from traceability.services.findings import NO_WORK
from traceability.services.foreseeing import Foresight, foresee_entering, foresee_spray
from traceability.services.judging import find_product

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def note_of(text: str) -> dict[str, str]:
    """Return a note in the language it was written in."""
    return {current_language(): text} if text else {}


def filled_in(product: str | None, ingredient: str | None) -> str:
    """Return what a form keeps of the product that is filled in, to tell it from another."""
    return f"{product or ''}|{ingredient or ''}"


def names_in(text: str) -> tuple[str, ...]:
    """Return the names of a list with commas between."""
    return tuple(name for part in text.split(",") if (name := part.strip()[:120]))


def with_batches(form: EntryForm, vendor_id: str) -> EntryForm:
    """Offer the batches of a vendor's shed, and its sources of water."""
    names = source_names(db(), vendor_id=vendor_id)
    form.water.choices = [*form.water.choices[:1], *(SelectChoice(*one) for one in names)]
    form.batch.choices = [
        *form.batch.choices[:1],
        *(
            SelectChoice(one.id, f"{one.name} · {format_quantity(one.left, one.unit)}")
            for one in queries.batches(db(), vendor_id=vendor_id)
            if not one.is_packaging
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
        active_ingredient=form.ingredient,
        dose=said["dose"],
        phi_days=form.phi_days.data if activity is Activity.SPRAY else None,
        product_ids=_further(session, said["more_names"]),
        input_batch_id=form.batch.data or None,
        water_id=form.water.data or None,
        quantities=(form.measured,) if form.measured else (),
    )


def foreseen(
    form: EntryForm, season_id: str, activity: Activity, entry_root: str = ""
) -> Foresight | None:
    """Return what follows from a spraying as it stands in a form that was looked through; else None."""
    if activity is not Activity.SPRAY or not isinstance(form.done_on.data, date):
        return None
    if form.phi_days.errors:
        return None
    try:
        facts = entry_facts(db(), form, activity)
        if facts.status is EntryStatus.ABANDONED:
            return None
        return foresee_spray(db(), season_id, facts=facts, entry_root=entry_root)
    except (DomainError, ValueError, OverflowError):
        return None


def shown_first(
    form: EntryForm, season_id: str, activity: Activity, entry_root: str = ""
) -> Foresight | None:
    """Return what the farmer has to see before a spraying is written; None: write it.

    It is shown once; what was done is a fact all the same.
    """
    if activity is not Activity.SPRAY or not form.validate_on_submit():
        return None
    found = foreseen(form, season_id, activity, entry_root)
    if found is None or not (form.look.data or (found.is_grave and not form.seen.data)):
        return None
    form.seen.data = "1" if found.is_grave else ""
    return found


def entering(season: SeasonCard, activity: Activity, day: date) -> tuple[str, datetime] | None:
    """Return for which product nobody may be on a plot on a day, and until when."""
    if activity in NO_WORK or not season.started_on <= day <= clock.local_date(clock.now()):
        return None
    return foresee_entering(db(), season.id, day=day)


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
