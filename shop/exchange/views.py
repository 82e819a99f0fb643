"""Pages that hand out a season's book, take in a filled diary, and fetch one from farmOS."""

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import PasswordField, RadioField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from accounts import guards
from kernel import clock
from kernel.db import end_reading, transaction
from kernel.errors import DomainError, NotFound
from kernel.i18n import format_day
from kernel.settings import Settings
from kernel.sheets import XLSX, as_book
from kernel.web.answers import Answer, go, private_bytes
from kernel.web.forms import REQUIRED, DayField, Form, TextField, form_error
from kernel.web.language import current_language
from kernel.web.pages import page
from kernel.web.session import db, part
from shop.exchange.book import Book, book_of
from shop.exchange.farmos import mapping
from shop.exchange.farmos.fetching import Server
from shop.exchange.farmos.reading import Pulled
from shop.exchange.farmos.taking import Outcome, take_logs
from shop.exchange.sheet import Taken, empty_table, take_table
from shop.exchange.typeset import pdf_of
from shop.importing.cli import describe
from traceability.queries import holdings
from traceability.queries import season_of as find_season
from traceability.queries.book import SeasonBook, season_book
from traceability.rules import Activity
from traceability.services.pulls import Pull, find_pull, keep_pull, note_taken
from vendors.queries import vendor_cards

blueprint = Blueprint("exchange", __name__, url_prefix="/work/<vendor_id>/farm")

everybody = guards.member("owner", "recorder", "seller")
recorders = guards.member("owner", "recorder")

MOST_SHOWN = 200


class SheetForm(Form):
    """A filled diary."""

    file = FileField(
        _l("Table"), [FileRequired(_l("Choose a file."))], render_kw={"accept": ".xlsx,.xlsm,.csv"}
    )

    def sent(self) -> tuple[str, bytes]:
        """Return the name and the bytes of the file that was sent."""
        return self.file.data.filename, self.file.data.read()


class PullForm(Form):
    """A farmOS server, and who asks; the password is not kept."""

    address = TextField(_l("Address of the server"), [InputRequired(REQUIRED), Length(max=200)])
    user = TextField(_l("User name there"), [InputRequired(REQUIRED), Length(max=120)])
    password = PasswordField(_l("Password there"), [InputRequired(REQUIRED), Length(max=200)])
    since = DayField(_l("Since"), [Optional()])


class MapForm(Form):
    """What inputs are; the season of each place stands in fields named after it."""

    inputs_are = RadioField(
        _l("Inputs of farmOS are"),
        choices=[
            SelectChoice("", _l("sprayed or spread, as their method says")),
            SelectChoice(Activity.FERTILISER.value, _l("fertiliser")),
            SelectChoice(Activity.SPRAY.value, _l("sprayings")),
        ],
        default="",
    )

    @property
    def inputs(self) -> Activity | None:
        """What inputs are, if one says."""
        return Activity(self.inputs_are.data) if self.inputs_are.data else None


@blueprint.get("/seasons/<season_id>/book")
@everybody
def show_book(vendor_id: str, season_id: str) -> Answer:
    """Offer the book of a season as a file, and take a filled diary."""
    return _book_page(vendor_id, season_id, SheetForm(formdata=None))


@blueprint.get("/seasons/<season_id>/book.<any(pdf, xlsx):ending>")
@everybody
def download_book(vendor_id: str, season_id: str, ending: str) -> Response:
    """Hand out the book of a season."""
    found = season_book(db(), season_id, vendor_id=vendor_id)
    if found is None:
        raise NotFound
    book, name = _written(found, vendor_id), f"{found.season.code}.{ending}"
    end_reading(db())
    if ending == "xlsx":
        facts = (_("Season"), (_("What"), _("Value")), book.facts)
        tables = ((one.title, one.heads, one.rows) for one in book.sections)
        return private_bytes(as_book([facts, *tables]), media_type=XLSX, name=name)
    foot = _(
        "Printed on %(day)s from the records at %(address)s",
        day=format_day(clock.now()),
        address=part(Settings).public_url,
    )
    data = pdf_of(book, lang=current_language(), foot=foot, nothing=_("Nothing was written down."))
    return private_bytes(data, media_type="application/pdf", name=name)


@blueprint.get("/diary-table.xlsx")
@everybody
def download_table(vendor_id: str) -> Response:
    """Hand out an empty diary to be filled in."""
    del vendor_id
    return private_bytes(empty_table(), media_type=XLSX, name=f"{_('diary')}.xlsx")


@blueprint.post("/seasons/<season_id>/book")
@recorders
def take_book(vendor_id: str, season_id: str) -> Answer:
    """Look through a filled diary, or take it in."""
    _need_season(vendor_id, season_id)
    form, keep = SheetForm(), "keep" in request.form
    if not form.validate():
        return _book_page(vendor_id, season_id, form), 422
    end_reading(db())
    try:
        name, data = form.sent()
        taken = take_table(
            db(),
            season_id,
            name=name,
            data=data,
            keep=keep,
            actor=guards.current_actor(),
            now=clock.now(),
        )
    except DomainError as refusal:
        if refusal.status in {403, 404}:
            raise
        form_error(form, refusal)
        return _book_page(vendor_id, season_id, form), refusal.status
    if keep and not taken.findings:
        flash(_("Written down: %(new)s new, %(known)s before.", new=taken.new, known=taken.known))
        return go(url_for("traceability.show_season", vendor_id=vendor_id, season_id=season_id))
    answer = _book_page(vendor_id, season_id, SheetForm(formdata=None), taken)
    return answer, 422 if taken.findings else 200


@blueprint.get("/farmos")
@recorders
def ask_server(vendor_id: str) -> Answer:
    """Ask for a farmOS server."""
    return _server_page(vendor_id, PullForm())


@blueprint.post("/farmos")
@recorders
def pull(vendor_id: str) -> Answer:
    """Fetch the logs of a server and show what they would become."""
    form = PullForm()
    if not form.validate_on_submit():
        return _server_page(vendor_id, form), 422
    end_reading(db())
    server = Server(str(form.address.data), nearby=part(Settings).testing)
    try:
        pulled = server.pull(form.user.data, form.password.data, since=form.since.data)
        with transaction(db()) as session:
            made = keep_pull(
                session,
                vendor_id=vendor_id,
                server=server.address,
                content=pulled.as_json(),
                actor=guards.current_actor(),
                now=clock.now(),
            )
    except DomainError as refusal:
        if refusal.status in {403, 404}:
            raise
        form_error(form, refusal)
        return _server_page(vendor_id, form), refusal.status
    return go(url_for("exchange.show_pull", vendor_id=vendor_id, pull_id=made))


@blueprint.get("/farmos/<pull_id>")
@recorders
def show_pull(vendor_id: str, pull_id: str) -> Answer:
    """Show what was fetched and what it would become; the choices stand in the address."""
    found = find_pull(db(), pull_id, vendor_id=vendor_id)
    return _pull_page(vendor_id, found, MapForm(formdata=request.args))


@blueprint.post("/farmos/<pull_id>")
@recorders
def take_pull(vendor_id: str, pull_id: str) -> Answer:
    """Write what was fetched into the diaries that were chosen."""
    found = find_pull(db(), pull_id, vendor_id=vendor_id)
    form = MapForm()
    if not form.validate_on_submit():
        return _pull_page(vendor_id, found, form), 422
    pulled = Pulled.from_json(found.content)
    choices = _choices(vendor_id, pulled)
    planned = mapping.plan(pulled, choices, inputs_are=form.inputs)
    actor, now = guards.current_actor(), clock.now()
    with transaction(db()) as session:
        outcome = take_logs(session, planned, actor=actor, now=now)
        note_taken(session, pull_id, vendor_id=vendor_id, choices=choices, actor=actor, now=now)
    return _pull_page(vendor_id, found, form, outcome)


def _written(found: SeasonBook, vendor_id: str) -> Book:
    vendor = vendor_cards(db(), [vendor_id])[vendor_id]
    return book_of(
        found, vendor_name=vendor.name, vendor_address=vendor.address, lang=current_language()
    )


def _need_season(vendor_id: str, season_id: str) -> None:
    if find_season(db(), season_id, vendor_id=vendor_id) is None:
        raise NotFound


def _book_page(vendor_id: str, season_id: str, form: SheetForm, taken: Taken | None = None) -> str:
    found = season_book(db(), season_id, vendor_id=vendor_id)
    if found is None:
        raise NotFound
    return page(
        "shop/exchange/book.html",
        vendor_id=vendor_id,
        season=found.season,
        sections=_written(found, vendor_id).sections,
        form=form,
        taken=taken,
        problems=[describe(one) for one in taken.findings.shown] if taken else [],
    )


def _server_page(vendor_id: str, form: PullForm) -> str:
    return page("shop/exchange/server.html", vendor_id=vendor_id, form=form)


def _choices(vendor_id: str, pulled: Pulled) -> dict[str, str]:
    """Return the season chosen for each place: as was sent, else as it was guessed."""
    held = holdings(db(), vendor_id=vendor_id)
    own = {season.id for one in held for plot in one.plots for season in plot.seasons}
    seen = mapping.places_of(pulled)
    guessed = mapping.guess(seen, held)
    sent = {place.uuid: request.values.get(f"place-{place.uuid}") for place in seen}
    chosen = {key: guessed.get(key, "") if value is None else value for key, value in sent.items()}
    return {key: value for key, value in chosen.items() if value in own}


def _pull_page(vendor_id: str, found: Pull, form: MapForm, outcome: Outcome | None = None) -> str:
    pulled = Pulled.from_json(found.content)
    choices = _choices(vendor_id, pulled)
    planned = mapping.plan(pulled, choices, inputs_are=form.inputs)
    return page(
        "shop/exchange/pull.html",
        vendor_id=vendor_id,
        pull=found,
        form=form,
        places=mapping.places_of(pulled),
        choices=choices,
        holdings=holdings(db(), vendor_id=vendor_id),
        counts=mapping.count(planned),
        planned=planned[:MOST_SHOWN],
        total=len(planned),
        outcome=outcome,
    )
