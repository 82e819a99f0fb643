"""The page of one recall, whatever form of it was sent."""

from typing import Any

from accounts import guards
from kernel import clock
from kernel.rules_table import rule, rules_of
from kernel.web.pages import page
from kernel.web.session import db
from shop.recalling.forms import ActionForm, AnswerForm, CloseForm, CountForm, LotForm, MeasureForm
from shop.recalling.place import Place
from shop.recalling.report import spoken_span
from shop.recalling.scope import Scope, scope_of
from shop.recalling.tables import ACCOUNT_WORDS
from traceability.queries.recalls.cases import (
    RecallCard,
    actions_of,
    counts_of,
    notices_of,
    reach_of,
)
from traceability.rules.recalls import ANSWER_DAYS, HOURS, TOLERANCE

MOST_SHOWN = 100
"""Lines of a list on the page: the whole of it stands in the workbook."""


def tolerance_of(recall: RecallCard) -> float:
    """Return what may be missing, in percent, by the rule of the day it was opened."""
    day = clock.local_date(recall.opened_at)
    return float(rule(db(), TOLERANCE, on=day).value)


def count_form(scope: Scope, *, bound: bool = False) -> CountForm:
    """Return the form for counts, with the lots of the scope to choose from."""
    form = CountForm() if bound else CountForm(formdata=None)
    form.lot_id.choices = [(lot.id, lot.code) for lot in scope.lots[:1000]]
    return form


def recall_page(place: Place, recall: RecallCard, sent: Any = None) -> str:
    """Return the page; ``sent`` is a form that was refused, shown with what is wrong."""
    scope = scope_of(db(), recall, actor=guards.current_actor())
    day = clock.local_date(recall.opened_at)
    rules = rules_of(db(), [TOLERANCE, HOURS, ANSWER_DAYS], on=day)
    told = notices_of(db(), recall.id, vendor_id=place.vendor_id, limit=MOST_SHOWN)
    forms = {
        "measure": MeasureForm,
        "lot": LotForm,
        "plan": ActionForm,
        "answer": AnswerForm,
        "close": CloseForm,
    }
    shown: dict[str, Any] = {
        name: sent if isinstance(sent, kind) else kind(formdata=None)
        for name, kind in forms.items()
    }
    shown["count"] = sent if isinstance(sent, CountForm) else count_form(scope)
    return page(
        "shop/recalling/recall.html",
        place=place,
        recall=recall,
        scope=scope,
        forms=shown,
        reach=reach_of(db(), recall.id),
        notices=told,
        units={lot.id: lot.unit for lot in scope.lots},
        orders={(one.group_id, one.vendor_id): one for one in scope.sold},
        counts=counts_of(db(), recall.id),
        actions=actions_of(db(), recall.id),
        rules={key.removeprefix("recall."): one.value for key, one in rules.items()},
        account_words=ACCOUNT_WORDS,
        most=MOST_SHOWN,
        span=spoken_span,
        today=clock.local_date(clock.now()),
    )
