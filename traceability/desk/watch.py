"""The watch list: what does not fit, dense and calm, decided with a reason."""

from flask import request, url_for
from flask_babel import gettext as _

from accounts import guards
from kernel import clock
from kernel.errors import NotFound
from kernel.web.answers import Answer
from kernel.web.attempts import attempt, lead_on
from kernel.web.pages import page
from kernel.web.paging import page_number
from kernel.web.session import db
from traceability.desk.blueprint import blueprint, officers
from traceability.forms import ReasonForm
from traceability.queries import watch
from traceability.queries.watch import Matter, MatterWish
from traceability.rules import WatchKind, WatchState
from traceability.services.watching import decide_matter
from vendors.queries import vendor_cards

ACTIONS = ("done", "dismiss", "reopen")


@blueprint.get("/watch")
@officers
def show_watch() -> Answer:
    """List the matters an officer asks for."""
    wish, actor = _wish(), guards.current_actor()
    rows = watch.matters(db(), wish, actor=actor, page=page_number())
    return page(
        "traceability/desk_watch.html",
        wish=wish,
        rows=rows,
        names=watch.names_of(db(), rows),
        counts=watch.matter_counts(db(), actor=actor),
        kinds=tuple(WatchKind),
        states=tuple(WatchState),
        sorts=watch.SORTS,
    )


@blueprint.get("/watch/<item_id>")
@officers
def show_matter(item_id: str) -> Answer:
    """Show one matter and what may be done about it."""
    return _matter_page(_need(item_id), ReasonForm())


@blueprint.post("/watch/<item_id>/<action>")
@officers
def decide(item_id: str, action: str) -> Answer:
    """Say that a matter is dealt with, is none, or is to be looked at again."""
    item, form = _need(item_id), ReasonForm()
    if action not in ACTIONS:
        raise NotFound
    actor, now = guards.current_actor(), clock.now()
    return attempt(
        form,
        lambda work: decide_matter(
            work, item.id, action=action, reason=form.reason.data or "", actor=actor, now=now
        ),
        again=lambda: _matter_page(_need(item_id), form),
        then=lead_on(url_for("traceability_desk.show_watch"), _("Noted.")),
    )


def _wish() -> MatterWish:
    said = request.args
    state = next((one for one in WatchState if one.value == said.get("state")), WatchState.OPEN)
    kind = next((one for one in WatchKind if one.value == said.get("kind")), None)
    by = said.get("by", "")
    return MatterWish(state, kind, said.get("vendor", "")[:26], by if by in watch.SORTS else "new")


def _need(item_id: str) -> Matter:
    found = watch.matter(db(), item_id, actor=guards.current_actor())
    if found is None:
        raise NotFound
    return found


def _matter_page(item: Matter, form: ReasonForm) -> str:
    return page(
        "traceability/desk_matter.html",
        item=item,
        form=form,
        vendor=vendor_cards(db(), [item.vendor_id])[item.vendor_id],
    )
