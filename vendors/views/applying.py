"""The application, step by step: who, which person, where."""

from typing import Any

from flask import request, url_for

from accounts import guards
from kernel import clock, places
from kernel.db import transaction
from kernel.errors import DomainError
from kernel.places import Commune
from kernel.rules_table import rule
from kernel.sealing import Sealer
from kernel.web.answers import Answer, go
from kernel.web.forms import form_error
from kernel.web.language import current_language
from kernel.web.pages import page
from kernel.web.session import db, part
from vendors import queries
from vendors.forms import OffersForm, PersonForm, WhereForm, WhoForm, day_in
from vendors.forms.resuming import keeps_typed, typed_before
from vendors.queries import Dossier
from vendors.rules import ORGANISATIONS, LegalForm, Offer
from vendors.services import applying
from vendors.services.identity import Person
from vendors.views.blueprint import blueprint
from vendors.views.dossiers import dossier_of, next_step, open_dossier


@blueprint.get("/apply")
@guards.public
def show_welcome() -> Answer:
    """Tell what is needed, and list one's own applications."""
    user_id = guards.current_actor().user_id
    mine = queries.applications_of(db(), user_id) if user_id else []
    days = rule(db(), "vendor.answer_working_days", on=clock.local_date(clock.now())).value
    return page("vendors/welcome.html", mine=mine, days=days)


@blueprint.get("/apply/new")
@guards.signed_in
def show_start() -> Answer:
    """Ask who applies."""
    form = WhoForm(typed_before())
    form.code.data = form.code.data or applying.fresh_code()
    return _who_page(form)


@blueprint.post("/apply/new")
@keeps_typed
@guards.signed_in
def start_application() -> Answer:
    """Open the dossier."""
    form = WhoForm()
    if not form.validate():
        return _who_page(form), 422
    try:
        with transaction(db()) as work:
            vendor_id = applying.start_application(
                work,
                who_of(form),
                actor=guards.current_actor(),
                now=clock.now(),
                lang=current_language(),
                code=form.code.data or "",
            )
    except DomainError as refusal:
        form_error(form, refusal)
        return _who_page(form), refusal.status
    return go(url_for("vendors.show_person", vendor_id=vendor_id))


@blueprint.get("/apply/<vendor_id>/who")
@guards.member("owner")
def show_who(vendor_id: str) -> Answer:
    """Show who applies, for changing."""
    dossier = open_dossier(vendor_id)
    typed = typed_before()
    form = WhoForm(typed, obj=dossier)
    if typed is None:
        form.legal_form.data = dossier.legal_form.value
    return _who_page(form, dossier)


@blueprint.post("/apply/<vendor_id>/who")
@keeps_typed
@guards.member("owner")
def save_who(vendor_id: str) -> Answer:
    """Change who applies."""
    form = WhoForm()
    if not form.validate():
        return _who_page(form, dossier_of(vendor_id)), 422
    try:
        with transaction(db()) as work:
            applying.save_who(
                work, vendor_id, who=who_of(form), actor=guards.current_actor(), now=clock.now()
            )
    except DomainError as refusal:
        form_error(form, refusal)
        return _who_page(form, dossier_of(vendor_id)), refusal.status
    return go(next_step("vendors.show_person", vendor_id))


@blueprint.get("/apply/<vendor_id>/sells")
@guards.member("owner")
def show_offers(vendor_id: str) -> Answer:
    """Ask a vendor whom the office entered what it sells."""
    dossier = dossier_of(vendor_id)
    return page("vendors/steps/offers.html", form=OffersForm(obj=dossier), dossier=dossier)


@blueprint.post("/apply/<vendor_id>/sells")
@guards.member("owner")
def save_offers(vendor_id: str) -> Answer:
    """Say what is sold."""
    form = OffersForm()
    if not form.validate():
        dossier = dossier_of(vendor_id)
        return page("vendors/steps/offers.html", form=form, dossier=dossier), 422
    with transaction(db()) as work:
        applying.save_offers(
            work,
            vendor_id,
            offers=[Offer(value) for value in form.sells.data or []],
            actor=guards.current_actor(),
            now=clock.now(),
        )
    return go(url_for("vendors.show_status", vendor_id=vendor_id))


@blueprint.get("/apply/<vendor_id>/person")
@guards.member("owner")
def show_person(vendor_id: str) -> Answer:
    """Ask who answers for the vendor."""
    dossier = open_dossier(vendor_id)
    typed = typed_before()
    return _person_page(PersonForm(typed), dossier, fill=typed is None)


@blueprint.post("/apply/<vendor_id>/person")
@keeps_typed
@guards.member("owner")
def save_person(vendor_id: str) -> Answer:
    """Write down who answers; number and birthday are sealed."""
    form = PersonForm()
    if not form.validate():
        return _person_page(form, open_dossier(vendor_id)), 422
    try:
        with transaction(db()) as work:
            applying.save_person(
                work,
                vendor_id,
                person=person_of(form),
                sealer=part(Sealer),
                actor=guards.current_actor(),
                now=clock.now(),
            )
    except DomainError as refusal:
        form_error(form, refusal)
        return _person_page(form, open_dossier(vendor_id)), refusal.status
    return go(next_step("vendors.show_where", vendor_id))


@blueprint.get("/apply/<vendor_id>/where")
@guards.member("owner")
def show_where(vendor_id: str) -> Answer:
    """Ask for place and contact."""
    return _where_page(WhereForm(typed_before(), obj=open_dossier(vendor_id)), vendor_id)


@blueprint.post("/apply/<vendor_id>/where")
@keeps_typed
@guards.member("owner")
def save_where(vendor_id: str) -> Answer:
    """Narrow the communes down, or save place and contact."""
    form = WhereForm()
    if request.form.get("do") == "find":
        return _where_page(form, vendor_id)
    settle_commune(form)
    if not form.validate():
        return _where_page(form, vendor_id), 422
    try:
        with transaction(db()) as work:
            applying.save_where(
                work, vendor_id, where=where_of(form), actor=guards.current_actor(), now=clock.now()
            )
    except DomainError as refusal:
        form_error(form, refusal)
        return _where_page(form, vendor_id), refusal.status
    return go(next_step("vendors.show_papers", vendor_id))


@blueprint.get("/apply/communes")
@guards.public
def show_communes() -> Answer:
    """Return the communes that a text may mean, for a page that is open already."""
    form = WhereForm(request.args, meta={"csrf": False})
    return page("vendors/steps/communes_part.html", **communes_for(form))


def who_of(form: WhoForm) -> applying.Who:
    """Return what the first step says."""
    return applying.Who(
        name=form.name.data or "",
        legal_form=LegalForm(form.legal_form.data),
        registration_no=form.registration_no.data or "",
        sells=[Offer(value) for value in form.sells.data or []],
    )


def person_of(form: PersonForm) -> Person:
    """Return who answers."""
    return Person(
        full_name=form.full_name.data or "",
        number=form.number.data or "",
        birthday=day_in(form.birthday),
        head_office=form.head_office.data or "",
    )


def where_of(form: WhereForm) -> applying.Where:
    """Return place and contact."""
    return applying.Where(
        commune=form.commune.data or "",
        address=form.address.data or "",
        phone=form.phone.data or "",
        email=form.email.data or None,
        old_address=form.old_address.data or "",
    )


def settle_commune(form: WhereForm) -> None:
    """Choose the commune that what was typed means, when it means one."""
    found = _narrowed(form)
    if not form.commune.data and len(found) == 1:
        form.commune.data = found[0].key


def communes_for(form: WhereForm) -> dict[str, Any]:
    """Return the communes that the page offers."""
    asked = bool(form.commune_search.data or form.old_address.data)
    return {
        "form": form,
        "asked": asked,
        "found": _narrowed(form),
        "near": places.communes(former_hai_duong_only=True),
        "far": [place for place in places.communes() if not place.in_former_hai_duong],
    }


def _who_page(form: WhoForm, dossier: Dossier | None = None) -> str:
    return page("vendors/steps/who.html", form=form, dossier=dossier, step="who")


def _person_page(form: PersonForm, dossier: Dossier, *, fill: bool = False) -> str:
    known = queries.person_of(db(), dossier.id)
    if fill:
        form.full_name.data = known.full_name if known else dossier.representative
        form.head_office.data = known.head_office if known else ""
        if known is None and dossier.legal_form is LegalForm.INDIVIDUAL:
            form.number.data = dossier.registration_no
    return page(
        "vendors/steps/person.html",
        form=form,
        dossier=dossier,
        known=known,
        has_head_office=dossier.legal_form in ORGANISATIONS,
        step="person",
    )


def _narrowed(form: WhereForm) -> list[Commune]:
    """Return the communes that what was typed may mean; all of them for nothing typed."""
    by_name = places.find(form.commune_search.data or "")
    by_old = places.resolve_line(form.old_address.data or "")
    return [*by_name, *(place for place in by_old if place not in by_name)]


def _where_page(form: WhereForm, vendor_id: str) -> str:
    return page(
        "vendors/steps/where.html",
        dossier=open_dossier(vendor_id),
        step="where",
        city=places.CITY,
        **communes_for(form),
    )
