"""What is handed out of a recall: the report, the workbook, and the buyers' contacts (noted)."""

from flask import Response
from flask_babel import gettext as _

from accounts import guards
from kernel import audit, clock
from kernel.db import transaction
from kernel.errors import Conflict
from kernel.messages import msg
from kernel.settings import Settings
from kernel.sheets import XLSX
from kernel.web.answers import Answer, private_bytes
from kernel.web.language import current_language
from kernel.web.pages import page
from kernel.web.session import db, part
from orders.queries.affected import contacts_of
from shop.recalling.place import Place, both
from shop.recalling.report import Head, report_pdf
from shop.recalling.scope import Scope, scope_of
from shop.recalling.tables import workbook
from traceability.queries.recalls.cases import RecallCard, actions_of, notices_of


@both("/<recall_id>/report.pdf")
def report(place: Place, recall_id: str) -> Answer:
    """Hand out the report: figures and lots, no buyer's name."""
    recall = place.recall(recall_id)
    scope = scope_of(db(), recall, actor=guards.current_actor())
    actions = () if recall.is_draft else actions_of(db(), recall.id)
    data = report_pdf(recall, scope, actions, _head(place, recall, scope), lang=current_language())
    return private_bytes(
        data, media_type="application/pdf", name=f"{_name(recall)}-{recall.code}.pdf"
    )


@both("/<recall_id>/scope.xlsx", method="POST")
def table(place: Place, recall_id: str) -> Answer:
    """Hand out everything as a workbook; that contacts were taken is noted."""
    recall = place.recall(recall_id)
    scope = _noted(recall, "table")
    contacts = {} if recall.drill else contacts_of(db(), {one.group_id for one in scope.sold})
    notices = {
        (row.group_id, row.vendor_id): row
        for row in notices_of(db(), recall.id, vendor_id=place.vendor_id)
        if row.group_id
    }
    data = workbook(recall, scope, contacts=contacts, notices=notices, lang=current_language())
    return private_bytes(data, media_type=XLSX, name=f"{_name(recall)}-{recall.code}.xlsx")


@both("/<recall_id>/buyers", method="POST")
def buyers(place: Place, recall_id: str) -> Answer:
    """Show how buyers are reached: for the recall alone, and noted.

    :raises Conflict: in a drill.
    """
    recall = place.recall(recall_id)
    if recall.drill:
        raise Conflict(msg("A drill shows nobody's contacts."))
    scope = _noted(recall, "page")
    response = Response(
        page(
            "shop/recalling/buyers.html",
            place=place,
            recall=recall,
            scope=scope,
            contacts=contacts_of(db(), {one.group_id for one in scope.sold}),
        ),
        mimetype="text/html",
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _noted(recall: RecallCard, how: str) -> Scope:
    """Return the scope, and note who looks at whose buyers."""
    actor = guards.current_actor()
    scope = scope_of(db(), recall, actor=actor)
    with transaction(db()) as session:
        audit.record(
            session,
            "recall.contacts_seen",
            actor=actor,
            subject=("recall", recall.id),
            now=clock.now(),
            code=recall.code,
            how=how,
            drill=recall.drill,
            buyers=0 if recall.drill else scope.buyers,
        )
    return scope


def _head(place: Place, recall: RecallCard, scope: Scope) -> Head:
    settings, actor = part(Settings), guards.current_actor()
    if place.vendor_id is None:
        return Head(
            governing=settings.market_office_governing,
            issuing=settings.market_office_short,
            place=settings.market_office_place,
            signer=_("Officer"),
            signer_name=actor.name,
        )
    vendor = scope.vendors[recall.vendor_id]
    return Head(
        governing="",
        issuing=vendor.name,
        place=settings.market_office_place,
        signer=_("For the vendor"),
        signer_name=actor.name,
    )


def _name(recall: RecallCard) -> str:
    return "dien-tap" if recall.drill else "thu-hoi"
