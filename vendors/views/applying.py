"""The application, step by step."""

from contextlib import closing
from typing import Any

from flask import flash, request, url_for
from flask_babel import gettext as _

from accounts import guards
from accounts.queries import consent_texts
from accounts.services.consents import give_consents
from kernel import clock, places
from kernel.db import transaction
from kernel.errors import Conflict, DomainError, NotFound
from kernel.places import Commune
from kernel.rules_table import rule
from kernel.storage import Storage
from kernel.web.answers import Answer, go, private_file
from kernel.web.forms import form_error
from kernel.web.language import current_language
from kernel.web.pages import page
from kernel.web.session import db, part
from vendors import queries
from vendors.forms import PapersForm, PressForm, SubmitForm, WhereForm, WhoForm
from vendors.queries import Dossier
from vendors.rules import (
    EDITABLE,
    NEEDED_PAPER,
    DocumentKind,
    LegalForm,
    missing,
    need_editable,
)
from vendors.services import applying, papers
from vendors.views.blueprint import blueprint


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
    return _who_page(WhoForm())


@blueprint.post("/apply/new")
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
                _who(form),
                actor=guards.current_actor(),
                now=clock.now(),
                lang=current_language(),
            )
    except DomainError as refusal:
        form_error(form, refusal)
        return _who_page(form), refusal.status
    return go(url_for("vendors.show_where", vendor_id=vendor_id))


@blueprint.get("/apply/<vendor_id>")
@guards.member()
def show_status(vendor_id: str) -> Answer:
    """Show where the application stands and what comes next."""
    dossier = _dossier(vendor_id)
    return page(
        "vendors/status.html",
        dossier=dossier,
        editable=dossier.state in EDITABLE,
        form=PressForm(),
    )


@blueprint.get("/apply/<vendor_id>/who")
@guards.member("owner")
def show_who(vendor_id: str) -> Answer:
    """Show who applies, for changing."""
    dossier = _open_dossier(vendor_id)
    form = WhoForm(obj=dossier)
    form.legal_form.data = dossier.legal_form.value
    return _who_page(form, dossier)


@blueprint.post("/apply/<vendor_id>/who")
@guards.member("owner")
def save_who(vendor_id: str) -> Answer:
    """Change who applies."""
    form = WhoForm()
    if not form.validate():
        return _who_page(form, _dossier(vendor_id)), 422
    try:
        with transaction(db()) as work:
            applying.save_who(
                work, vendor_id, who=_who(form), actor=guards.current_actor(), now=clock.now()
            )
    except DomainError as refusal:
        form_error(form, refusal)
        answer = _who_page(form, _dossier(vendor_id))
        return answer, refusal.status
    return go(_next("vendors.show_where", vendor_id))


@blueprint.get("/apply/<vendor_id>/where")
@guards.member("owner")
def show_where(vendor_id: str) -> Answer:
    """Ask for place and contact."""
    return _where_page(WhereForm(obj=_open_dossier(vendor_id)), vendor_id)


@blueprint.post("/apply/<vendor_id>/where")
@guards.member("owner")
def save_where(vendor_id: str) -> Answer:
    """Narrow the communes down, or save place and contact."""
    form = WhereForm()
    if request.form.get("do") == "find":
        return _where_page(form, vendor_id)
    found = _narrowed(form)
    if not form.commune.data and len(found) == 1:
        form.commune.data = found[0].key
    if not form.validate():
        return _where_page(form, vendor_id), 422
    try:
        with transaction(db()) as work:
            applying.save_where(
                work, vendor_id, where=_where(form), actor=guards.current_actor(), now=clock.now()
            )
    except DomainError as refusal:
        form_error(form, refusal)
        return _where_page(form, vendor_id), refusal.status
    return go(_next("vendors.show_papers", vendor_id))


@blueprint.get("/apply/communes")
@guards.public
def show_communes() -> Answer:
    """Return the communes that a text may mean, for a page that is open already."""
    form = WhereForm(request.args, meta={"csrf": False})
    return page("vendors/steps/communes_part.html", **_communes(form))


@blueprint.get("/apply/<vendor_id>/papers")
@guards.member("owner")
def show_papers(vendor_id: str) -> Answer:
    """Ask for papers."""
    return _papers_page(PapersForm(), vendor_id)


@blueprint.post("/apply/<vendor_id>/papers")
@guards.member("owner")
def add_papers(vendor_id: str) -> Answer:
    """Take papers in: judged and stored first, then written into the dossier."""
    form = PapersForm()
    storage = part(Storage)
    kept: list[applying.Paper] = []
    try:
        if not form.validate():
            return _papers_page(form, vendor_id), 422
        kept = _kept_uploads(form, vendor_id, storage)
        with transaction(db()) as work:
            applying.add_papers(
                work, vendor_id, papers=kept, actor=guards.current_actor(), now=clock.now()
            )
    except DomainError as refusal:
        for paper in kept:
            storage.delete(paper.storage_key)
        form_error(form, refusal)
        return _papers_page(form, vendor_id), refusal.status
    flash(_("Saved."))
    return go(url_for("vendors.show_papers", vendor_id=vendor_id))


@blueprint.post("/apply/<vendor_id>/papers/<paper_id>/remove")
@guards.member("owner")
def remove_paper(vendor_id: str, paper_id: str) -> Answer:
    """Take a paper out."""
    with transaction(db()) as work:
        applying.remove_paper(
            work,
            vendor_id,
            paper_id=paper_id,
            forget=part(Storage).delete,
            actor=guards.current_actor(),
            now=clock.now(),
        )
    return go(url_for("vendors.show_papers", vendor_id=vendor_id))


@blueprint.get("/apply/<vendor_id>/papers/<paper_id>")
@guards.member()
def show_paper(vendor_id: str, paper_id: str) -> Answer:
    """Hand a paper back to those who brought it."""
    paper = queries.paper(db(), paper_id, vendor_id=vendor_id)
    if paper is None:
        raise NotFound
    return private_file(paper.storage_key, media_type=paper.media_type, name=paper.file_name)


@blueprint.get("/apply/<vendor_id>/check")
@guards.member("owner")
def show_check(vendor_id: str) -> Answer:
    """Show everything once more before it goes to the office."""
    return _check_page(SubmitForm(), vendor_id)


@blueprint.post("/apply/<vendor_id>/check")
@guards.member("owner")
def submit_application(vendor_id: str) -> Answer:
    """Hand the dossier in."""
    form = SubmitForm()
    if not form.validate():
        return _check_page(form, vendor_id), 422
    try:
        with transaction(db()) as work:
            applying.submit_application(
                work, vendor_id, actor=guards.current_actor(), now=clock.now()
            )
            give_consents(
                work,
                ["vetting", *(["marketing"] if form.marketing.data else [])],
                subject=("vendor", vendor_id),
                lang=current_language(),
                channel="application",
                actor=guards.current_actor(),
                now=clock.now(),
            )
    except Conflict:
        # Sent twice: the first one counts, and its page says so.
        return go(url_for("vendors.show_status", vendor_id=vendor_id))
    except DomainError as refusal:
        form_error(form, refusal)
        return _check_page(form, vendor_id), refusal.status
    flash(_("Your application is with the trade office now."))
    return go(url_for("vendors.show_status", vendor_id=vendor_id))


@blueprint.post("/apply/<vendor_id>/cancel")
@guards.member("owner")
def cancel_application(vendor_id: str) -> Answer:
    """Take the application back."""
    with transaction(db()) as work:
        applying.cancel_application(work, vendor_id, actor=guards.current_actor(), now=clock.now())
    flash(_("The application is withdrawn."))
    return go(url_for("vendors.show_status", vendor_id=vendor_id))


def _dossier(vendor_id: str) -> Dossier:
    dossier = queries.dossier(db(), vendor_id)
    if dossier is None:
        raise NotFound
    return dossier


def _open_dossier(vendor_id: str) -> Dossier:
    dossier = _dossier(vendor_id)
    need_editable(dossier.state)
    return dossier


def _who_page(form: WhoForm, dossier: Dossier | None = None) -> str:
    return page("vendors/steps/who.html", form=form, dossier=dossier, number=1)


def _who(form: WhoForm) -> applying.Who:
    return applying.Who(
        name=form.name.data,
        legal_form=LegalForm(form.legal_form.data),
        registration_no=form.registration_no.data,
        representative=form.representative.data,
    )


def _where(form: WhereForm) -> applying.Where:
    return applying.Where(
        commune=form.commune.data or "",
        address=form.address.data,
        phone=form.phone.data or "",
        email=form.email.data or None,
        old_address=form.old_address.data or "",
    )


def _narrowed(form: WhereForm) -> list[Commune]:
    """Return the communes that what was typed may mean; all of them for nothing typed."""
    by_name = places.find(form.commune_search.data or "")
    by_old = places.resolve_line(form.old_address.data or "")
    return [*by_name, *(place for place in by_old if place not in by_name)]


def _communes(form: WhereForm) -> dict[str, Any]:
    asked = bool(form.commune_search.data or form.old_address.data)
    found = _narrowed(form)
    return {
        "form": form,
        "asked": asked,
        "found": found,
        "near": places.communes(former_hai_duong_only=True),
        "far": [place for place in places.communes() if not place.in_former_hai_duong],
    }


def _where_page(form: WhereForm, vendor_id: str) -> str:
    dossier = _open_dossier(vendor_id)
    return page(
        "vendors/steps/where.html", dossier=dossier, number=2, city=places.CITY, **_communes(form)
    )


def _kept_uploads(form: PapersForm, vendor_id: str, storage: Storage) -> list[applying.Paper]:
    most_bytes = _most_mb() * 1024**2
    contents = []
    for file in form.file.data:
        with closing(file):
            # One byte more than allowed is enough to know.
            data = file.read(most_bytes + 1)
        contents.append((file.filename or "", papers.read_upload(data, most_bytes=most_bytes)))
    kind = DocumentKind(form.kind.data)
    return [
        papers.keep_paper(storage, vendor_id, kind=kind, file_name=name, content=content)
        for name, content in contents
    ]


def _most_mb() -> int:
    return int(rule(db(), "upload.max_mb", on=clock.local_date(clock.now())).value)


def _papers_page(form: PapersForm, vendor_id: str) -> str:
    dossier = _open_dossier(vendor_id)
    needed = NEEDED_PAPER[dossier.legal_form]
    held = {paper.kind for paper in dossier.papers}
    if request.method == "GET" and needed not in held:
        form.kind.data = needed.value
    return page(
        "vendors/steps/papers.html",
        number=3,
        form=form,
        dossier=dossier,
        needed=needed,
        needed_held=needed in held,
        most_mb=_most_mb(),
        press=PressForm(),
    )


def _check_page(form: SubmitForm, vendor_id: str) -> str:
    dossier = _open_dossier(vendor_id)
    open_steps = missing(
        commune=dossier.commune,
        address=dossier.address,
        phone=dossier.phone,
        form=dossier.legal_form,
        papers=[paper.kind for paper in dossier.papers],
    )
    return page(
        "vendors/steps/check.html",
        number=4,
        form=form,
        dossier=dossier,
        open_steps=open_steps,
        consents=consent_texts(db(), on=clock.local_date(clock.now())),
    )


def _next(endpoint: str, vendor_id: str) -> str:
    """Return the next step; whoever came from the last step goes back there."""
    back = request.args.get("back") == "check"
    return url_for("vendors.show_check" if back else endpoint, vendor_id=vendor_id)
