"""Complaints: told by buyers from an order or a scanned code, worked on by vendor and office."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from accounts import guards
from kernel import clock
from kernel.errors import NotFound
from kernel.i18n import pick
from kernel.web.answers import Answer
from kernel.web.attempts import attempt, lead_on
from kernel.web.language import current_language
from kernel.web.limits import limiter
from kernel.web.pages import page
from kernel.web.paging import page_number
from kernel.web.session import db
from orders.queries.affected import line_lots, order_for_complaint
from orders.queries.groups import Access
from shop.recalling.forms import ComplaintForm, ReplyForm
from shop.recalling.place import Place, both
from traceability.queries import lot_cards
from traceability.queries.codes import lot_of_trace_code
from traceability.queries.recalls.complaints import ComplaintCard, complaint_of, complaints_of
from traceability.rules.recalls import ComplaintKind
from traceability.services import recalls
from traceability.services.recalls import ComplaintFacts
from traceability.services.recalls.belonging import need_part

blueprint = Blueprint("complaints", __name__, url_prefix="/complaints")


@dataclass(frozen=True)
class About:
    """What a complaint may be about: lots with their words, told from an order or a code."""

    lots: Mapping[str, str]
    order_id: str | None
    # Repeated in the form's address, so that sending it finds the same.
    query: Mapping[str, str]


@blueprint.get("/new")
@limiter.limit("60 per minute")
@guards.public
def new_complaint() -> Answer:
    """Ask a buyer what is wrong: ``?lot=`` of a bag, or ``?order=`` with its part and key."""
    about = _about(db())
    return _form_page(_form(about, bound=False), about)


@blueprint.post("/new")
@limiter.limit("10 per hour")
@guards.public
def file_complaint() -> Answer:
    """Keep a complaint and say what becomes of it."""
    about = _about(db())
    form = _form(about, bound=True)
    return attempt(
        form,
        lambda session: recalls.file_complaint(
            session,
            facts=ComplaintFacts(
                lot_id=form.lot_id.data,
                kind=ComplaintKind(form.kind.data),
                text=form.text.data,
                name=form.name.data or "",
                phone=form.phone.data,
                order_id=about.order_id,
                serial=about.query.get("serial", ""),
            ),
            now=clock.now(),
        ),
        again=lambda: _form_page(form, about),
        then=lead_on(lambda code: url_for("complaints.thanks", code=code)),
    )


@blueprint.get("/thanks/<code>")
@guards.public
def thanks(code: str) -> Answer:
    """Tell the number of a complaint; nothing of it is shown."""
    if not (len(code) == 8 and code.isascii() and code.isalnum()):
        raise NotFound
    return page("shop/recalling/thanks.html", code=code)


@both("/complaints")
def show_complaints(place: Place) -> Answer:
    """List complaints, those that wait first."""
    return page(
        "shop/recalling/complaints.html",
        place=place,
        complaints=complaints_of(db(), vendor_id=place.vendor_id, page=page_number()),
    )


@both("/complaints/<complaint_id>")
def show_complaint(place: Place, complaint_id: str) -> Answer:
    """Show one complaint and the ways on from it."""
    return _one(place, _complaint(place, complaint_id), ReplyForm(formdata=None))


@both("/complaints/<complaint_id>", method="POST")
def answer_complaint(place: Place, complaint_id: str) -> Answer:
    """Answer a buyer."""
    complaint, form = _complaint(place, complaint_id), ReplyForm()
    return attempt(
        form,
        lambda session: recalls.answer_complaint(
            session,
            complaint_id,
            text=form.text.data,
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _one(place, complaint, form),
        then=lead_on(
            place.url("show_complaint", complaint_id=complaint_id), _("The buyer is written to.")
        ),
    )


def _complaint(place: Place, complaint_id: str) -> ComplaintCard:
    card = complaint_of(db(), complaint_id)
    if card is None or place.vendor_id not in {None, card.vendor_id}:
        raise NotFound
    need_part(guards.current_actor(), card.vendor_id)
    return card


def _one(place: Place, complaint: ComplaintCard, form: ReplyForm) -> str:
    return page("shop/recalling/complaint.html", place=place, complaint=complaint, form=form)


def _form(about: About, *, bound: bool) -> Any:
    form = ComplaintForm() if bound else ComplaintForm(formdata=None)
    form.lot_id.choices = list(about.lots.items())
    return form


def _form_page(form: ComplaintForm, about: About) -> str:
    return page(
        "shop/recalling/complain.html",
        form=form,
        about=about,
        action=f"{url_for('complaints.file_complaint')}?{urlencode(about.query)}",
    )


def _about(session: Session) -> About:
    """Return what the address says a complaint is about.

    :raises NotFound: for an unknown code, and for an order that the reader may not open.
    """
    code, order = request.args.get("lot", ""), request.args.get("order", "")
    if order:
        return _of_order(session, order)
    card = lot_of_trace_code(session, code.upper())
    if card is None:
        raise NotFound
    words = f"{pick(card.product, current_language())}, {card.code}"
    query = {"lot": card.trace_code, "serial": request.args.get("serial", "")[:20]}
    return About({card.id: words}, None, {key: text for key, text in query.items() if text})


def _of_order(session: Session, code: str) -> About:
    key = request.args.get("key", "")
    access = Access(request.args.get("group", ""), key, guards.current_actor().user_id)
    order_id = order_for_complaint(session, access, order_code=code)
    lots = line_lots(session, order_id=order_id)
    cards = lot_cards(session, list(lots))
    words = {
        lot_id: f"{pick(title, current_language())}, {cards[lot_id].code}"
        for lot_id, title in lots.items()
    }
    query = {"order": code, "group": access.code, "key": key}
    return About(words, order_id, {name: text for name, text in query.items() if text})
