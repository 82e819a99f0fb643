"""The register of authorities' orders: to enter, to carry out, to take away."""

from flask import Response, request, url_for
from flask_babel import gettext as _

from accounts import guards
from kernel import clock, sheets
from kernel.errors import NotFound
from kernel.i18n import format_moment
from kernel.messages import LABELS
from kernel.web.answers import Answer
from kernel.web.attempts import attempt, lead_on
from kernel.web.pages import page
from kernel.web.paging import page_number
from kernel.web.session import db
from vendors.desk.blueprint import blueprint, officers
from vendors.forms.authority import HowForm, OrderForm
from vendors.queries import authority as reads
from vendors.queries.authority import OrderCard
from vendors.rules.orders import ORDER_ROLES, OrderKind
from vendors.services import authority
from vendors.services.authority import NewOrder


@blueprint.get("/office/authority")
@officers
def show_orders() -> Answer:
    """List what authorities ask for, the late first."""
    number = page_number()
    unfinished = request.args.get("show") == "open"
    return page(
        "vendors/authority/list.html",
        orders=reads.authority_orders(db(), unfinished=unfinished, year=_year(), page=number),
        unfinished=unfinished,
        now=clock.now(),
    )


@blueprint.get("/office/authority/new")
@officers
def new_order() -> Answer:
    """Show the form of an order; its moment is now unless it came before."""
    form, now = OrderForm(formdata=None), clock.local(clock.now())
    form.received_on.data, form.received_time.data = now.date(), f"{now:%H:%M}"
    kind = request.args.get("kind", "")
    form.kind.data = kind if kind in {one.value for one in OrderKind} else form.kind.data
    form.subject.data = request.args.get("subject", "")[:40]
    return page("vendors/authority/new.html", form=form)


@blueprint.post("/office/authority")
@officers
def register_order() -> Answer:
    """Enter an order; its clock runs from the moment it was received."""
    form = OrderForm()
    return attempt(
        form,
        lambda work: authority.register_order(
            work, _new(form), actor=guards.current_actor(), now=clock.now()
        ),
        again=lambda: page("vendors/authority/new.html", form=form),
        then=lead_on(_order, _("Entered: the clock runs.")),
    )


@blueprint.get("/office/authority/<order_id>")
@officers
def show_order(order_id: str) -> Answer:
    """Show one order and how it is carried out."""
    return _order_page(order_id, HowForm(formdata=None), HowForm(formdata=None))


@blueprint.post("/office/authority/<order_id>/carry-out")
@officers
def carry_out_order(order_id: str) -> Answer:
    """Do what the order asks for."""
    form = HowForm()
    return attempt(
        form,
        lambda work: authority.carry_out_order(
            work,
            order_id,
            how=form.how.data or "",
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _order_page(order_id, form, HowForm(formdata=None)),
        then=lead_on(_order(order_id), _("Done.")),
    )


@blueprint.post("/office/authority/<order_id>/set-aside")
@officers
def set_aside_order(order_id: str) -> Answer:
    """Close an order that cannot be carried out."""
    form = HowForm()
    return attempt(
        form,
        lambda work: authority.set_aside_order(
            work,
            order_id,
            why=form.how.data or "",
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _order_page(order_id, HowForm(formdata=None), form),
        then=lead_on(_order(order_id), _("Saved.")),
    )


def _order(order_id: str) -> str:
    return url_for("vendors_desk.show_order", order_id=order_id)


@blueprint.get("/office/authority.xlsx")
@officers
def orders_xlsx() -> Answer:
    """Hand the register out as a table."""
    heads = [
        str(_("Number")),
        str(_("What is asked for")),
        str(_("Number of the document")),
        str(_("Authority")),
        str(_("What the document asks for")),
        str(_("Subject")),
        str(_("Received")),
        str(_("Due")),
        str(_("State")),
        str(_("Done")),
        str(_("Officer")),
        str(_("How")),
    ]
    lines = reads.whole_authority_register(db(), year=_year())
    data = sheets.as_xlsx(str(_("Register of orders")), heads, map(_table_row, lines))
    return Response(
        data,
        content_type=sheets.XLSX,
        headers={
            "Content-Disposition": 'attachment; filename="so-yeu-cau.xlsx"',
            "Cache-Control": "private, no-store",
        },
    )


def outcome_words(order: OrderCard) -> str:
    """Return how an order ended; what the shelves report is a word, the rest was typed."""
    reported = {
        "taken_down": str(_("The listing was taken down.")),
        "already_down": str(_("The listing had been taken down already.")),
        "not_shown": str(_("The listing was not on the shelves.")),
        "no_listing": str(_("No listing has this code: correct it in a new line.")),
    }
    if order.kind is OrderKind.TAKE_DOWN:
        return reported.get(order.outcome, order.outcome)
    return order.outcome


def _table_row(order: OrderCard) -> list[sheets.Value]:
    return [
        order.label,
        str(_(LABELS[order.kind])),
        order.document_no,
        order.authority,
        order.text,
        order.vendor_name or order.listing_code,
        format_moment(order.received_at),
        format_moment(order.due_at),
        str(_(LABELS[order.state])),
        format_moment(order.done_at) if order.done_at else "",
        order.done_by_name,
        outcome_words(order),
    ]


def _order_page(order_id: str, form: HowForm, aside: HowForm) -> str:
    order, actor = reads.authority_order(db(), order_id), guards.current_actor()
    if order is None:
        raise NotFound
    may = actor.has(*ORDER_ROLES[order.kind]) and order.vendor_id not in actor.memberships
    return page(
        "vendors/authority/one.html",
        order=order,
        outcome=outcome_words(order),
        form=form,
        aside=aside,
        may=may,
        now=clock.now(),
    )


def _new(form: OrderForm) -> NewOrder:
    return NewOrder(
        kind=OrderKind(form.kind.data),
        document_no=form.document_no.data,
        authority=form.authority.data,
        text=form.text.data,
        subject=form.subject.data or "",
        received_at=form.received_at(),
    )


def _year() -> int | None:
    year = request.args.get("year", type=int)
    return year if year and 2000 <= year <= 2999 else None
