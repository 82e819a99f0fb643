"""What is done to a recall besides its one action: one address for each step."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from accounts import guards
from kernel import clock
from kernel.errors import NotFound
from kernel.quantity import Unit, parse_quantity
from kernel.web.answers import Answer
from kernel.web.attempts import attempt, lead_on
from kernel.web.forms import Form
from kernel.web.session import db
from shop.recalling.forms import ActionForm, AnswerForm, CloseForm, LotForm, PressForm
from shop.recalling.place import Place, both
from shop.recalling.scope import Scope, scope_of
from shop.recalling.showing import closing_page, count_form, recall_page, told_page
from traceability.queries.recalls.cases import RecallCard
from traceability.rules.recalls import Answer as Said
from traceability.rules.recalls import Finding
from traceability.services import recalls

CLOSING = frozenset({"count", "plan", "close"})
"""Steps that belong to the page of what was found and done."""

BARE = {Unit.GRAM: "kg", Unit.MILLILITRE: "l"}


@both("/<recall_id>/<step>", method="POST")
def change(place: Place, recall_id: str, step: str) -> Answer:
    """Take a lot out or in, count, plan, note an answer, close, or give up."""
    recall = place.recall(recall_id)
    if step not in STEPS:
        raise NotFound
    act, kind, words = STEPS[step]
    form = kind(recall)
    closing = step in CLOSING
    shown, view = (closing_page, "show_closing") if closing else (recall_page, "show_recall")
    return attempt(
        form,
        lambda session: act(session, recall, form),
        again=lambda: shown(place, recall, form),
        then=lead_on(place.url(view, recall_id=recall_id), str(words)),
    )


@both("/<recall_id>/actions/<action_id>/done", method="POST")
def finish(place: Place, recall_id: str, action_id: str) -> Answer:
    """Note a planned action as done."""
    recall, form = place.recall(recall_id), PressForm()
    return attempt(
        form,
        lambda session: recalls.finish_action(
            session, action_id, recall_id=recall.id, actor=guards.current_actor(), now=clock.now()
        ),
        again=lambda: closing_page(place, recall, form),
        then=lead_on(place.url("show_closing", recall_id=recall_id), _("Saved.")),
    )


@both("/<recall_id>/notices/<notice_id>", method="POST")
def note_answer(place: Place, recall_id: str, notice_id: str) -> Answer:
    """Note what a buyer said on the telephone."""
    recall, form = place.recall(recall_id), AnswerForm()
    return attempt(
        form,
        lambda session: recalls.note_answer(
            session,
            notice_id,
            recall_id=recall.id,
            answer=Said(form.answer.data),
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: told_page(place, recall, form),
        then=lead_on(place.url("show_told", recall_id=recall_id), _("Saved.")),
    )


def _take_out(session: Session, recall: RecallCard, form: Any) -> None:
    recalls.take_out(
        session,
        recall.id,
        lot_id=form.lot_id.data,
        reason=form.reason.data or "",
        actor=guards.current_actor(),
        now=clock.now(),
    )


def _put_back(session: Session, recall: RecallCard, form: Any) -> None:
    recalls.put_back(
        session,
        recall.id,
        lot_id=form.lot_id.data,
        actor=guards.current_actor(),
        now=clock.now(),
    )


def _drop(session: Session, recall: RecallCard, form: Any) -> None:
    del form
    recalls.drop_recall(session, recall.id, actor=guards.current_actor(), now=clock.now())


def _count(session: Session, recall: RecallCard, form: Any) -> None:
    scope = _scope(session, recall)
    unit = next((lot.unit for lot in scope.lots if lot.id == form.lot_id.data), Unit.GRAM)
    recalls.count_goods(
        session,
        recall.id,
        lot_id=form.lot_id.data,
        finding=Finding(form.finding.data),
        quantity=read_amount(form.quantity.data, unit),
        note=form.note.data or "",
        actor=guards.current_actor(),
        now=clock.now(),
    )


def read_amount(text: str, unit: Unit) -> int:
    """Return an amount in base units; that nothing was found is an amount, too.

    :raises Invalid: naming the field, for anything else.
    """
    if text.strip() in {"0", "0 kg", "0 l"}:
        return 0
    return parse_quantity(text, unit, bare=BARE.get(unit, ""))


def _plan(session: Session, recall: RecallCard, form: Any) -> None:
    recalls.add_action(
        session,
        recall.id,
        text=form.text.data,
        who=form.who.data,
        due_on=form.due_on.data,
        actor=guards.current_actor(),
        now=clock.now(),
    )


def _close(session: Session, recall: RecallCard, form: Any) -> None:
    scope = _scope(session, recall)
    recalls.close_recall(
        session,
        recall.id,
        cause=form.cause.data,
        figures={
            "lots": len(scope.lots),
            "left_out": len(scope.left_out),
            "percent": round(scope.percent, 2),
            "told": recall.told,
            "reached_percent": round(recall.reached_percent, 1),
            "answered_percent": round(recall.answered_percent, 1),
        },
        actor=guards.current_actor(),
        now=clock.now(),
    )


def _scope(session: Session, recall: RecallCard) -> Scope:
    return scope_of(session, recall, actor=guards.current_actor(), shelves=False)


def _counting(recall: RecallCard) -> Form:
    return count_form(_scope(db(), recall), bound=True)


STEPS: Mapping[str, tuple[Callable[..., None], Callable[[RecallCard], Form], Any]] = {
    "out": (_take_out, lambda _recall: LotForm(), _l("The lot is left out.")),
    "in": (_put_back, lambda _recall: LotForm(), _l("The lot belongs to it again.")),
    "drop": (_drop, lambda _recall: PressForm(), _l("Not carried out. Nothing was changed.")),
    "count": (_count, _counting, _l("Saved.")),
    "plan": (_plan, lambda _recall: ActionForm(), _l("Saved.")),
    "close": (_close, lambda _recall: CloseForm(), _l("Closed.")),
}
"""Each step: what it does, its form, and what is said afterwards."""
