"""The queue of dossiers: filters in the address, views kept of it, several taken at once."""

from typing import Any

from flask import flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from accounts import guards
from kernel import clock
from kernel.db import transaction
from kernel.errors import DomainError
from kernel.web.answers import Answer, go
from kernel.web.attempts import attempt, lead_on
from kernel.web.forms import form_error
from kernel.web.pages import page
from kernel.web.paging import page_number
from kernel.web.session import db
from vendors import queries
from vendors.desk.blueprint import blueprint, officers
from vendors.forms import PressForm
from vendors.forms.queueing import QueueForm, ViewForm
from vendors.queries import QueueFilter
from vendors.queries.queueing import MOST_PAGES
from vendors.rules import LegalForm, Offer
from vendors.rules.queueing import STATES_OF, Keeper, Pressure, QueueGroup, QueueOrder
from vendors.services import saved_views, taking

QUEUE_ARGS = ("state", "q", "commune", "form", "offer", "who", "due", "order", "page")
"""What an address says of the queue."""


@blueprint.get("/office/vendors")
@officers
def show_queue() -> Answer:
    """List dossiers as the address asks, at first the longest waiting."""
    return _queue_page(ViewForm(formdata=None))


@blueprint.post("/office/vendors/take")
@officers
def take_dossiers() -> Answer:
    """Take the chosen dossiers for review."""
    chosen = [one for one in request.form.getlist("dossier") if one.isalnum()]
    try:
        with transaction(db()) as work:
            taken = taking.take_dossiers(
                work, chosen, actor=guards.current_actor(), now=clock.now()
            )
    except DomainError as refusal:
        form = ViewForm(formdata=None)
        form_error(form, refusal)
        return _queue_page(form), refusal.status
    flash(ngettext("You took %(num)d dossier.", "You took %(num)d dossiers.", taken))
    if taken < len(set(chosen)):
        flash(_("The others had been taken already, or are not yours to judge."))
    return go(_back())


@blueprint.post("/office/vendors/views")
@officers
def save_view() -> Answer:
    """Keep the filters of this address under a name."""
    form = ViewForm()
    return attempt(
        form,
        lambda work: saved_views.save_view(
            work,
            name=form.name.data or "",
            filters=_unpaged(),
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _queue_page(form),
        then=lead_on(_back(), _("Saved.")),
    )


@blueprint.post("/office/vendors/views/<view_id>/rename")
@officers
def rename_view(view_id: str) -> Answer:
    """Give one's own view another name."""
    form = ViewForm()
    return attempt(
        form,
        lambda work: saved_views.rename_view(
            work, view_id, name=form.name.data or "", actor=guards.current_actor()
        ),
        again=lambda: _queue_page(form),
        then=lead_on(_back(), _("Saved.")),
    )


@blueprint.post("/office/vendors/views/<view_id>/delete")
@officers
def delete_view(view_id: str) -> Answer:
    """Forget one's own view."""
    with transaction(db()) as work:
        saved_views.delete_view(work, view_id, actor=guards.current_actor())
    flash(_("Deleted."))
    return go(_back())


def queue_part() -> dict[str, Any]:
    """Return the part of the queue that the address asks for, as templates show it."""
    return _part(_found())


def queue_args() -> dict[str, Any]:
    """Return what the address, or the form that was sent, says of the queue."""
    given = request.args
    return {name: given[name][:80] for name in QUEUE_ARGS if given.get(name, "").strip()}


def _part(find: QueueForm) -> dict[str, Any]:
    rows = queries.queue(db(), _wanted(find), on=clock.local_date(clock.now()))
    return {"rows": rows, "queue_args": queue_args()}


def _queue_page(view: ViewForm) -> str:
    find = _found()
    unpaged = _unpaged()
    return page(
        "vendors/queue.html",
        find=find,
        groups=list(QueueGroup),
        view=view,
        views=queries.saved_views(db(), guards.current_actor().user_id or ""),
        press=PressForm(),
        narrowed=len([name for name in unpaged if name not in {"state", "q", "order"}]),
        unpaged=unpaged,
        last_page=MOST_PAGES,
        **_part(find),
    )


def _unpaged() -> dict[str, Any]:
    return {name: value for name, value in queue_args().items() if name != "page"}


def _found() -> QueueForm:
    """Return the filters of the address; what means nothing is left out."""
    form = QueueForm(request.args)
    if not form.validate():
        for name in form.errors:
            form[name].data = form[name].default or ""
            form[name].errors = ()
        if "state" in request.args and form.state.data not in request.args.getlist("state"):
            form.state.data = QueueGroup.ALL.value
    return form


def _wanted(form: QueueForm) -> QueueFilter:
    return QueueFilter(
        states=STATES_OF[QueueGroup(form.state.data)],
        text=form.q.data or "",
        commune=form.commune.data or "",
        legal_form=LegalForm(form.form.data) if form.form.data else None,
        offer=Offer(form.offer.data) if form.offer.data else None,
        keeper=Keeper(form.who.data) if form.who.data else None,
        user_id=guards.current_actor().user_id,
        pressure=Pressure(form.due.data) if form.due.data else None,
        order=QueueOrder(form.order.data),
        page=page_number(),
    )


def _back() -> str:
    return url_for("vendors_desk.show_queue", **queue_args())
