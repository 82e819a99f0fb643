"""What everybody sees of recalls: the list, a calm page each, and the link of a notice."""

from typing import Any

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from flask_babel import gettext as _

from accounts import guards
from catalog.queries.affected import pictures_of
from kernel import clock
from kernel.errors import NotFound
from kernel.settings import Settings
from kernel.web.answers import Answer
from kernel.web.attempts import attempt, lead_on
from kernel.web.limits import limiter
from kernel.web.pages import page
from kernel.web.paging import page_number
from kernel.web.session import db, part
from shop.recalling.forms import AnswerForm
from shop.seo.head import DESCRIPTION_MOST, bounded
from traceability.queries.recalls.cases import (
    NoticeRow,
    RecallCard,
    ScopeLot,
    notice_recall,
    public_recall,
    public_recalls,
    scope_lots,
)
from traceability.queries.recalls.told import goods_told
from traceability.rules.recalls import Answer as Said
from traceability.services import recalls
from traceability.services.recalls.telling import digest
from vendors.queries import vendor_cards

blueprint = Blueprint("public_recalls", __name__)

MOST_LOTS = 300
MOST_PICTURES = 6


@blueprint.get("/recalls")
@guards.public
def show_all() -> Answer:
    """List recalls, the newest first."""
    found = public_recalls(db(), page=page_number())
    vendors = vendor_cards(db(), {one.vendor_id for one in found.items})
    return _fresh(page("shop/recalling/public_list.html", recalls=found, vendors=vendors))


@blueprint.get("/recalls/<code>")
@guards.public
def show(code: str) -> Answer:
    """Say what is recalled, why, and what to do; it has one address, in capitals."""
    recall, lots = _recall(code)
    if code != recall.code:
        return redirect(url_for("public_recalls.show", code=recall.code), 301)
    return _fresh(
        page(
            "shop/recalling/public.html",
            recall=recall,
            recall_words=bounded(recall.reason, DESCRIPTION_MOST),
            lots=lots[:MOST_LOTS],
            more=max(len(lots) - MOST_LOTS, 0),
            looked_for=_looked_for(lots),
            pictures=pictures_of(db(), [lot.id for lot in lots])[:MOST_PICTURES],
            vendors=vendor_cards(db(), {lot.vendor_id for lot in lots} | {recall.vendor_id}),
        )
    )


@blueprint.get("/recalls/<code>.json")
@guards.public
def status(code: str) -> Answer:
    """Say the same for programs: what a link of the type ``gs1:recallStatus`` leads to."""
    recall, lots = _recall(code)
    root = part(Settings).public_url
    vendors = vendor_cards(db(), {lot.vendor_id for lot in lots})
    response = jsonify(
        {
            "recall": recall.code,
            "status": recall.state.value,
            "reason": recall.reason,
            "hazard": recall.hazard.value,
            "since": recall.acted_at.isoformat() if recall.acted_at else None,
            "page": root + url_for("public_recalls.show", code=recall.code),
            "lots": [
                {
                    "lot": lot.code,
                    "vendor": vendors[lot.vendor_id].name,
                    "code": lot.trace_code,
                    "link": f"{root}/t/{lot.trace_code}",
                }
                for lot in lots
            ],
        }
    )
    response.headers["Access-Control-Allow-Origin"] = "*"
    return _uncached(response)


@blueprint.get("/r/<token>")
@limiter.limit("60 per minute")
@guards.public
def show_notice(token: str) -> Answer:
    """Show a buyer what his notice is about, and ask what became of the goods."""
    recall, notice = _notice(token)
    form = AnswerForm(formdata=None)
    form.answer.data = notice.answer.value if notice.answer else None
    return _notice_page(token, recall, notice, form)


@blueprint.post("/r/<token>")
@limiter.limit("30 per minute")
@guards.public
def answer_notice(token: str) -> Answer:
    """Keep what a buyer answers."""
    recall, notice = _notice(token)
    form = AnswerForm()
    return attempt(
        form,
        lambda session: recalls.answer_notice(
            session, token, answer=Said(form.answer.data), now=clock.now()
        ),
        again=lambda: _notice_page(token, recall, notice, form),
        then=lead_on(
            url_for("public_recalls.show_notice", token=token),
            _("Thank you: your answer is noted."),
        ),
    )


def _recall(code: str) -> tuple[RecallCard, list[ScopeLot]]:
    recall = public_recall(db(), code.upper())
    if recall is None:
        raise NotFound
    return recall, [lot for lot in scope_lots(db(), recall.id) if lot.is_in and lot.moved]


def _looked_for(lots: list[ScopeLot]) -> list[ScopeLot]:
    """Return the lots with the code that the reader typed from his bag: vendors count alike."""
    words = request.args.get("code", "").strip().upper()
    return [lot for lot in lots if words and words in {lot.code, lot.trace_code}]


def _notice(token: str) -> tuple[RecallCard, NoticeRow]:
    found = notice_recall(db(), digest(token))
    if found is None:
        raise NotFound
    return found


def _notice_page(token: str, recall: RecallCard, notice: NoticeRow, form: Any) -> str:
    return page(
        "shop/recalling/notice.html",
        token=token,
        recall=recall,
        notice=notice,
        form=form,
        told=goods_told(db(), notice.id),
        vendor=vendor_cards(db(), [notice.vendor_id])[notice.vendor_id],
    )


def _fresh(text: str) -> Response:
    return _uncached(Response(text, mimetype="text/html"))


def _uncached(response: Response) -> Response:
    # A recall must show at once: no copy is used without asking.
    response.headers["Cache-Control"] = "private, no-cache"
    return response
