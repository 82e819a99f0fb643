"""The input shed and the lab tests of a vendor."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from flask import Response, url_for
from flask_babel import gettext as _

from accounts import guards
from kernel import clock
from kernel.errors import DomainError, NotFound
from kernel.quantity import Unit, parse_quantity
from kernel.rules_table import rule
from kernel.storage import Storage
from kernel.web.answers import Answer
from kernel.web.attempts import attempt, lead_on
from kernel.web.forms import form_error
from kernel.web.pages import page
from kernel.web.session import db, part
from traceability import queries
from traceability.forms import day_of, texts
from traceability.forms.records import BatchForm, CountForm, LabTestForm, read_results
from traceability.queries import BatchCard, TestCard
from traceability.rules import Verdict
from traceability.services import shed, testing
from traceability.services.shed import BatchFacts
from traceability.services.testing import Report, TestFacts
from traceability.views.blueprint import blueprint, everybody, recorders
from traceability.views.needs import need_lot, need_season
from traceability.views.water import need_source

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_BARE = {Unit.GRAM: "kg", Unit.MILLILITRE: "l", Unit.PIECE: ""}


@blueprint.get("/inputs")
@everybody
def show_inputs(vendor_id: str) -> Answer:
    """List the batches of the shed with what is left."""
    return page(
        "traceability/inputs.html",
        vendor_id=vendor_id,
        batches=queries.batches(db(), vendor_id=vendor_id),
        today=_today(),
    )


@blueprint.get("/inputs/new")
@recorders
def new_batch(vendor_id: str) -> Answer:
    """Ask what was bought."""
    return _batch_form(vendor_id, BatchForm(data={"bought_on": _today()}))


@blueprint.post("/inputs/new")
@recorders
def add_batch(vendor_id: str) -> Answer:
    """Put a batch into the shed."""
    form = BatchForm()
    return attempt(
        form,
        lambda session: shed.add_batch(
            session,
            vendor_id=vendor_id,
            facts=_batch_facts(form),
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _batch_form(vendor_id, form),
        then=lead_on(lambda made: _address_of(vendor_id, made), _("Put into the shed.")),
    )


@blueprint.get("/inputs/<input_batch_id>")
@everybody
def show_input_batch(vendor_id: str, input_batch_id: str) -> Answer:
    """Show a batch and how its stock changed."""
    return _batch_page(vendor_id, _batch(vendor_id, input_batch_id), CountForm())


@blueprint.post("/inputs/<input_batch_id>/count")
@recorders
def count_batch(vendor_id: str, input_batch_id: str) -> Answer:
    """Bring the stock to what was counted."""
    batch, form = _batch(vendor_id, input_batch_id), CountForm()

    def act(session: "Session") -> None:
        text = form.quantity.data or ""
        counted = (
            0 if text.strip() == "0" else parse_quantity(text, batch.unit, bare=_BARE[batch.unit])
        )
        actor, now = guards.current_actor(), clock.now()
        note = form.note.data or ""
        shed.count_batch(session, input_batch_id, counted=counted, note=note, actor=actor, now=now)

    return attempt(
        form,
        act,
        again=lambda: _batch_page(vendor_id, batch, form),
        then=lead_on(_address_of(vendor_id, input_batch_id), _("Saved.")),
    )


@blueprint.get("/tests")
@everybody
def show_tests(vendor_id: str) -> Answer:
    """List the lab tests."""
    tests = queries.lab_tests(db(), vendor_id=vendor_id)
    return page("traceability/tests.html", vendor_id=vendor_id, tests=tests)


@blueprint.get("/tests/<test_id>")
@everybody
def show_test(vendor_id: str, test_id: str) -> Answer:
    """Show what a laboratory found."""
    test = _test(vendor_id, test_id)
    return page(
        "traceability/test.html",
        vendor_id=vendor_id,
        test=test,
        results=queries.results_of(db(), test.id),
    )


@blueprint.get("/tests/<test_id>/report")
@everybody
def download_report(vendor_id: str, test_id: str) -> Answer:
    """Hand out the file of a report."""
    test = _test(vendor_id, test_id)
    try:
        data = part(Storage).get(test.file_key)
    except KeyError:
        raise NotFound from None
    ending = test.file_key.rpartition(".")[2]
    return Response(
        data,
        mimetype=test.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="report-{test.sampled_on}.{ending}"',
            "Cache-Control": "private, no-store",
        },
    )


@blueprint.get("/lots/<lot_id>/tests/new")
@recorders
def new_test(vendor_id: str, lot_id: str) -> Answer:
    """Ask what a laboratory found in a lot."""
    form = LabTestForm(data={"sampled_on": _today()})
    return _test_form(_of_lot(vendor_id, lot_id), form)


@blueprint.post("/lots/<lot_id>/tests/new")
@recorders
def record_test(vendor_id: str, lot_id: str) -> Answer:
    """Record a lab test of a lot with its report."""
    return _record(_of_lot(vendor_id, lot_id))


@blueprint.get("/seasons/<season_id>/tests/new")
@recorders
def new_soil_test(vendor_id: str, season_id: str) -> Answer:
    """Ask what a laboratory found in the soil or the water of a season."""
    form = LabTestForm(data={"sampled_on": _today()})
    return _test_form(_of_season(vendor_id, season_id), form)


@blueprint.post("/seasons/<season_id>/tests/new")
@recorders
def record_soil_test(vendor_id: str, season_id: str) -> Answer:
    """Record a lab test of soil or water with its report."""
    return _record(_of_season(vendor_id, season_id))


@blueprint.get("/water/<source_id>/tests/new")
@recorders
def new_water_test(vendor_id: str, source_id: str) -> Answer:
    """Ask what a laboratory found in the water of a source."""
    form = LabTestForm(data={"sampled_on": _today()})
    return _test_form(_of_source(vendor_id, source_id), form)


@blueprint.post("/water/<source_id>/tests/new")
@recorders
def record_water_test(vendor_id: str, source_id: str) -> Answer:
    """Record a lab test of water with its report."""
    return _record(_of_source(vendor_id, source_id))


@dataclass(frozen=True)
class _Tested:
    """What a test is of: a lot, soil and water of a season, a source; where its page leads back to."""

    vendor_id: str
    name: str
    product: dict[str, str]
    back: str
    lot_id: str | None = None
    season_id: str | None = None
    source_id: str | None = None


def _of_lot(vendor_id: str, lot_id: str) -> _Tested:
    lot = need_lot(vendor_id, lot_id)
    back = url_for("traceability.show_lot", vendor_id=vendor_id, lot_id=lot_id)
    return _Tested(vendor_id, lot.code, lot.product, back, lot_id=lot_id)


def _of_season(vendor_id: str, season_id: str) -> _Tested:
    season = need_season(vendor_id, season_id)
    back = url_for("traceability.show_season", vendor_id=vendor_id, season_id=season_id)
    return _Tested(vendor_id, _("Soil and water"), season.crop, back, season_id=season_id)


def _of_source(vendor_id: str, source_id: str) -> _Tested:
    source = need_source(vendor_id, source_id)
    back = url_for("traceability.show_source", vendor_id=vendor_id, source_id=source_id)
    return _Tested(vendor_id, _("Water"), {"vi": source.name}, back, source_id=source_id)


def _record(about: _Tested) -> Answer:
    vendor_id, form = about.vendor_id, LabTestForm()
    report = _kept_report(form, vendor_id) if form.validate() else None
    if report is None:
        return _test_form(about, form), 422

    def again() -> str:
        part(Storage).delete(report.key)
        return _test_form(about, form)

    return attempt(
        form,
        lambda session: testing.record_test(
            session,
            vendor_id=vendor_id,
            facts=_test_facts(form, about, report),
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=again,
        then=lead_on(about.back, _("The lab test is recorded.")),
    )


def _kept_report(form: LabTestForm, vendor_id: str) -> Report | None:
    """Store the file before the transaction; None when it has to be chosen again."""
    most = int(rule(db(), "upload.max_mb", on=_today()).value) * 1024**2
    data = form.file.data.read(most + 1)
    name = form.file.data.filename
    try:
        return testing.keep_report(part(Storage), vendor_id, data, name, most_bytes=most)
    except DomainError as refusal:
        form_error(form, refusal)
        return None


def _test_facts(form: LabTestForm, about: _Tested, report: Report) -> TestFacts:
    said = texts(form)
    return TestFacts(
        lab=said["lab"],
        sampled_on=day_of(form.sampled_on),
        results=read_results(said["results"], Verdict(form.verdict.data)),
        report=report,
        lot_id=about.lot_id,
        season_id=about.season_id,
        source_id=about.source_id,
        report_no=said["report_no"],
        note=said["note"],
    )


def _batch_facts(form: BatchForm) -> BatchFacts:
    said = texts(form)
    return BatchFacts(
        name=said["name"],
        bought_on=day_of(form.bought_on),
        unit=form.unit,
        quantity=form.amount,
        active_ingredient=said["active_ingredient"],
        supplier=said["supplier"],
        lot_code=said["lot_code"],
        made_on=form.made_on.data,
        expires_on=form.expires_on.data,
        is_packaging=form.is_packaging.data,
    )


def _address_of(vendor_id: str, batch_id: str) -> str:
    return url_for("traceability.show_input_batch", vendor_id=vendor_id, input_batch_id=batch_id)


def _batch(vendor_id: str, batch_id: str) -> BatchCard:
    found = queries.batches(db(), vendor_id=vendor_id, among=[batch_id])
    if not found:
        raise NotFound
    return found[0]


def _test(vendor_id: str, test_id: str) -> TestCard:
    found = queries.lab_tests(db(), vendor_id=vendor_id, test_id=test_id)
    if not found:
        raise NotFound
    return found[0]


def _today() -> date:
    return clock.local_date(clock.now())


def _batch_form(vendor_id: str, form: BatchForm) -> str:
    products = queries.product_names(db(), crop_id=None, on=_today())
    return page("traceability/batch_form.html", vendor_id=vendor_id, form=form, products=products)


def _batch_page(vendor_id: str, batch: BatchCard, form: CountForm) -> str:
    return page(
        "traceability/batch.html",
        vendor_id=vendor_id,
        batch=batch,
        form=form,
        moves=queries.batch_moves(db(), batch.id),
        warnings=queries.warnings_of(db(), vendor_id=vendor_id, batch_id=batch.id),
        today=_today(),
        may_count=guards.current_actor().serves(vendor_id, "recorder"),
    )


def _test_form(about: _Tested, form: LabTestForm) -> str:
    return page("traceability/test_form.html", vendor_id=about.vendor_id, about=about, form=form)
