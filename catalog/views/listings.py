"""The vendor's workspace: what is offered, at what price, how much there is."""

from typing import TYPE_CHECKING

from flask import request, url_for
from flask_babel import gettext as _

from accounts import guards
from catalog.errors import EditedMeanwhile
from catalog.forms.listings import GoodsForm, VisitForm, goods_form, visit_form
from catalog.forms.parts import number
from catalog.forms.steps import PressForm, WithdrawForm
from catalog.forms.stock import StockForm
from catalog.forms.terms import asked_of
from catalog.queries import category_tree
from catalog.queries.benches import bench_listings, state_counts
from catalog.queries.categories import shelves_for
from catalog.queries.comparing import comparison
from catalog.queries.labels import needed_fields
from catalog.queries.movements import stock_moves
from catalog.queries.workbench import Work, version_of
from catalog.rules import (
    EDITABLE,
    MAY_NOT_SELL,
    VENDOR_ACTIONS,
    ListingKind,
    ListingState,
    actions,
)
from catalog.services.changes import withdraw_change
from catalog.services.listings import create_listing, edit_listing
from catalog.services.restoring import duplicate_listing
from catalog.services.steps import move_own_listing
from catalog.services.stock import OF_THE_HOUSE, REASONS, adjust_stock
from catalog.views.attributes import offer_attributes
from catalog.views.blueprint import blueprint, sellers
from catalog.views.needs import need_work
from kernel import clock
from kernel.errors import NotFound, need_found
from kernel.web.answers import Answer
from kernel.web.attempts import attempt, lead_on
from kernel.web.pages import page
from kernel.web.paging import page_number
from kernel.web.session import db
from traceability.queries import farms_of, lot_of, open_lots
from vendors.queries.proofs import need_titles
from vendors.rules import Scheme

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

GROUPS: dict[str, tuple[ListingState, ...]] = {
    "all": tuple(state for state in ListingState if state is not ListingState.ARCHIVED),
    "shown": (ListingState.PUBLISHED,),
    "waiting": (ListingState.SUBMITTED,),
    "to_do": (ListingState.DRAFT, ListingState.DECLINED),
    "paused": (ListingState.PAUSED, ListingState.WITHHELD, ListingState.TAKEN_DOWN),
    "archived": (ListingState.ARCHIVED,),
}


@blueprint.get("")
@sellers
def show_listings(vendor_id: str) -> Answer:
    """List what this vendor offers."""
    group = request.args.get("state", "all")
    group = group if group in GROUPS else "all"
    words = request.args.get("q", "").strip()[:80]
    rows = bench_listings(
        db(),
        vendor_id=vendor_id,
        states=GROUPS[group],
        words=words,
        now=clock.now(),
        page=page_number(),
    )
    counts = state_counts(db(), vendor_id=vendor_id, words=words)
    return page(
        "catalog/listings.html",
        vendor_id=vendor_id,
        rows=rows,
        group=group,
        words=words,
        counts={key: sum(counts.get(one, 0) for one in states) for key, states in GROUPS.items()},
    )


@blueprint.get("/new")
@sellers
def choose_kind(vendor_id: str) -> Answer:
    """Ask what is to be offered."""
    return page("catalog/kinds.html", vendor_id=vendor_id, kinds=list(ListingKind))


@blueprint.get("/new/<kind>")
@sellers
def new_listing(vendor_id: str, kind: str) -> Answer:
    """Show the empty form."""
    return _form_page(vendor_id, _kind(kind), None)


@blueprint.post("/new/<kind>")
@sellers
def add_listing(vendor_id: str, kind: str) -> Answer:
    """Write down a new listing."""
    chosen = _kind(kind)
    form = _form(vendor_id, chosen, None)
    return attempt(
        form,
        lambda session: create_listing(
            session,
            vendor_id,
            draft=form.draft(chosen),
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _form_page(vendor_id, chosen, None, form),
        then=lead_on(
            lambda code: _address(vendor_id, code),
            _("Saved. Add a picture, then submit it to the trade office."),
        ),
    )


@blueprint.get("/<code>")
@sellers
def show_listing(vendor_id: str, code: str) -> Answer:
    """Show a listing with what can be done about it."""
    return _listing_page(need_work(vendor_id, code))


@blueprint.get("/<code>/edit")
@sellers
def edit(vendor_id: str, code: str) -> Answer:
    """Show the form, filled in."""
    work = need_work(vendor_id, code)
    return _form_page(vendor_id, work.listing.kind, work)


@blueprint.post("/<code>/edit")
@sellers
def save(vendor_id: str, code: str) -> Answer:
    """Change a listing, unless somebody else did so meanwhile."""
    work = need_work(vendor_id, code)
    form = _form(vendor_id, work.listing.kind, work)

    def change(session: "Session") -> None:
        try:
            edit_listing(
                session,
                vendor_id,
                code=code,
                draft=form.draft(work.listing.kind, work.listing.unit),
                seen_version=number(form.version.data),
                actor=guards.current_actor(),
                now=clock.now(),
            )
        except EditedMeanwhile:
            # The next try is made knowing of the other change.
            form.version.data = str(version_of(session, vendor_id=vendor_id, code=code))
            raise

    return attempt(
        form,
        change,
        again=lambda: _form_page(vendor_id, work.listing.kind, work, form),
        then=lead_on(_address(vendor_id, code), _("Saved.")),
    )


@blueprint.post("/<code>/move")
@sellers
def move(vendor_id: str, code: str) -> Answer:
    """Submit, take back, pause, resume, archive or reopen."""
    form = PressForm()
    return attempt(
        form,
        lambda session: move_own_listing(
            session,
            vendor_id,
            code=code,
            action=form.action.data or "",
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _listing_page(need_work(vendor_id, code), press=form),
        then=lead_on(_address(vendor_id, code), _("Done.")),
    )


@blueprint.post("/<code>/duplicate")
@sellers
def duplicate(vendor_id: str, code: str) -> Answer:
    """Copy a listing into a new draft."""
    form = PressForm()
    return attempt(
        form,
        lambda session: duplicate_listing(
            session, vendor_id, code=code, actor=guards.current_actor(), now=clock.now()
        ),
        again=lambda: _listing_page(need_work(vendor_id, code), press=form),
        then=lead_on(
            lambda made: url_for("catalog.edit", vendor_id=vendor_id, code=made),
            _("Copied into a draft. Change what is different, then submit it."),
        ),
    )


@blueprint.post("/<code>/change/withdraw")
@sellers
def withdraw(vendor_id: str, code: str) -> Answer:
    """Take back a change that waits for the office."""
    form = WithdrawForm()
    return attempt(
        form,
        lambda session: withdraw_change(
            session,
            vendor_id,
            code=code,
            change_id=form.change.data or "",
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _listing_page(need_work(vendor_id, code), press=form),
        then=lead_on(_address(vendor_id, code), _("Done.")),
    )


@blueprint.post("/<code>/stock")
@sellers
def change_stock(vendor_id: str, code: str) -> Answer:
    """Take in or write off."""
    form = StockForm()
    unit = need_found(need_work(vendor_id, code).listing.unit)

    def adjust(session: "Session") -> None:
        change, reason = form.change(unit)
        adjust_stock(
            session,
            vendor_id,
            code=code,
            change=change,
            reason=reason,
            lot_id=form.lot_id.data or None,
            actor=guards.current_actor(),
            now=clock.now(),
        )

    return attempt(
        form,
        adjust,
        again=lambda: _listing_page(need_work(vendor_id, code), stock=form),
        then=lead_on(_address(vendor_id, code), _("The stock is changed.")),
    )


Entry = GoodsForm | VisitForm
Button = PressForm | WithdrawForm


def _kind(kind: str) -> ListingKind:
    try:
        return ListingKind(kind)
    except ValueError:
        raise NotFound from None


def _address(vendor_id: str, code: str) -> str:
    return url_for("catalog.show_listing", vendor_id=vendor_id, code=code)


def _form(vendor_id: str, kind: ListingKind, work: Work | None) -> Entry:
    sent = request.form if request.method == "POST" else None
    if kind is ListingKind.EXPERIENCE:
        form: Entry = visit_form(work, sent)
    else:
        form = goods_form(work, sent)
        form.offer_lots(_lots(vendor_id, work))
        form.needs = needed_fields(db(), kind, on=clock.local_date(clock.now()))
    keep = work.listing.category_id if work else None
    found = shelves_for(category_tree(db()), kind, keep=keep)
    form.offer(found, farms_of(db(), vendor_id=vendor_id))
    offer_attributes(form, vendor_id, kind, work)
    return form


def _lots(vendor_id: str, work: Work | None) -> list:  # type: ignore[type-arg]
    lots = open_lots(db(), vendor_id=vendor_id)
    if work is None:
        return lots
    linked = work.listing.lot_id
    if linked and all(lot.id != linked for lot in lots):
        # A lot on hold stays linked until another is chosen.
        held = lot_of(db(), linked, vendor_id=vendor_id)
        lots += [held] if held else []
    return [lot for lot in lots if lot.unit is work.listing.unit or work.listing.by_weight]


def _form_page(
    vendor_id: str, kind: ListingKind, work: Work | None, form: Entry | None = None
) -> str:
    return page(
        "catalog/edit.html",
        vendor_id=vendor_id,
        kind=kind,
        work=work,
        form=form or _form(vendor_id, kind, work),
        label_fields=asked_of(kind),
    )


def _listing_page(
    work: Work, *, press: Button | None = None, stock: StockForm | None = None
) -> str:
    listing = work.listing
    stock = stock or StockForm(formdata=None)
    stock.offer(_lots(listing.vendor_id, work) if listing.unit else ())
    causes = need_titles(db(), listing.withheld_for, on=clock.local_date(clock.now()))
    return page(
        "catalog/listing.html",
        work=work,
        may_not_sell=MAY_NOT_SELL,
        causes=list(causes.values()),
        listing=listing,
        actions=actions(listing.state, VENDOR_ACTIONS),
        editable=listing.state in EDITABLE,
        press=press or PressForm(formdata=None),
        stock=stock,
        moves=stock_moves(db(), listing.bucket_id),
        why=REASONS | OF_THE_HOUSE,
        compared=comparison(db(), work) if work.change else None,
        schemes={scheme.value: scheme for scheme in Scheme},
    )
