"""The pages of one recall: its scope, who was told, and what was found and done."""

from typing import Any

from accounts import guards
from kernel import clock
from kernel.web.pages import page
from kernel.web.session import db
from orders.queries.affected import parts_of
from shop.recalling.forms import ActionForm, AnswerForm, CloseForm, CountForm, LotForm, MeasureForm
from shop.recalling.place import Place
from shop.recalling.report import spoken_span
from shop.recalling.scope import Scope, scope_of
from shop.recalling.tables import ACCOUNT_WORDS
from traceability.queries.recalls.cases import RecallCard, actions_of, counts_of, notices_of
from traceability.queries.recalls.progress import progress_of
from vendors.queries import vendor_cards

MOST_SHOWN = 100
"""Lines of a list on the page: the whole of it stands in the workbook."""


def recall_page(place: Place, recall: RecallCard, sent: Any = None) -> str:
    """Return the scope; ``sent`` is a form that was refused, shown with what is wrong."""
    scope = scope_of(db(), recall, actor=guards.current_actor())
    return page(
        "shop/recalling/recall.html",
        place=place,
        recall=recall,
        scope=scope,
        forms=_forms(sent, measure=MeasureForm, lot=LotForm),
        units={lot.id: lot.unit for lot in scope.lots},
        most=MOST_SHOWN,
        progress=progress_of(db(), recall.id) if recall.is_active else None,
        span=spoken_span,
    )


def told_page(place: Place, recall: RecallCard, sent: Any = None) -> str:
    """Return who was told and what they answered."""
    notices = notices_of(db(), recall.id, vendor_id=place.vendor_id, limit=MOST_SHOWN)
    return page(
        "shop/recalling/told.html",
        place=place,
        recall=recall,
        notices=notices,
        parts=parts_of(db(), {row.group_id for row in notices if row.group_id}),
        vendors=vendor_cards(db(), {row.vendor_id for row in notices}),
        forms=_forms(sent, answer=AnswerForm),
        most=MOST_SHOWN,
    )


def closing_page(place: Place, recall: RecallCard, sent: Any = None) -> str:
    """Return where the goods are, what was counted, and what is done against the cause."""
    scope = scope_of(db(), recall, actor=guards.current_actor(), shelves=False)
    forms = _forms(sent, plan=ActionForm, close=CloseForm)
    forms["count"] = sent if isinstance(sent, CountForm) else count_form(scope)
    return page(
        "shop/recalling/closing.html",
        place=place,
        recall=recall,
        scope=scope,
        forms=forms,
        counts=counts_of(db(), recall.id),
        actions=actions_of(db(), recall.id),
        account_words=ACCOUNT_WORDS,
        today=clock.local_date(clock.now()),
        most=MOST_SHOWN,
    )


def count_form(scope: Scope, *, bound: bool = False) -> CountForm:
    """Return the form for counts, with the lots of the scope to choose from."""
    form = CountForm() if bound else CountForm(formdata=None)
    form.lot_id.choices = [(lot.id, scope.names[lot.id]) for lot in scope.own[:1000]]
    return form


def _forms(sent: Any, **kinds: type[Any]) -> dict[str, Any]:
    return {
        name: sent if isinstance(sent, kind) else kind(formdata=None)
        for name, kind in kinds.items()
    }
