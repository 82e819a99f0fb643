"""Prices and stock of everything that is offered, in one table."""

from flask import flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from accounts import guards
from catalog.forms.grid import (
    GridForm,
    Typed,
    price_name,
    read_rows,
    sent_codes,
    written_price,
    written_stock,
)
from catalog.queries.benches import grid_page, grid_rows
from catalog.services.grid import Saved, save_grid
from catalog.views.blueprint import blueprint, sellers
from kernel import clock
from kernel.claims import SoldOut
from kernel.db import end_reading, transaction
from kernel.errors import DomainError
from kernel.web.answers import Answer, go
from kernel.web.forms import form_error, refusal_text
from kernel.web.pages import page
from kernel.web.paging import page_number
from kernel.web.session import db


@blueprint.get("/prices")
@sellers
def show_grid(vendor_id: str) -> Answer:
    """Show prices and stock as a table to write in."""
    return _grid_page(vendor_id, GridForm(formdata=None), Typed({}))


@blueprint.post("/prices")
@sellers
def save_prices(vendor_id: str) -> Answer:
    """Save the rows that were changed; those that cannot be are shown again with the reason."""
    form, typed = GridForm(), Typed({})
    try:
        saved = _save(vendor_id, form, typed) if form.validate() else Saved((), {})
    except DomainError as refusal:
        if refusal.status in {403, 404}:
            raise
        form_error(form, refusal)
        return _grid_page(vendor_id, form, Typed(request.form)), refusal.status
    if saved.codes:
        flash(ngettext("%(num)d row is saved.", "%(num)d rows are saved.", len(saved.codes)))
    typed.errors |= {code: _reason(why) for code, why in saved.refused.items()}
    if not typed.errors and not form.errors:
        return go(url_for("catalog.show_grid", vendor_id=vendor_id, page=_number()))
    stands = {row.code for row in grid_rows(db(), vendor_id=vendor_id, codes=list(typed.errors))}
    lost = {code: why for code, why in typed.errors.items() if code not in stands}
    form.problem = " ".join(f"{code}: {why}" for code, why in lost.items())
    return _grid_page(vendor_id, form, typed), 409 if saved.refused else 422


def _save(vendor_id: str, form: GridForm, typed: Typed) -> Saved:
    codes = sent_codes(request.form.getlist("code"))
    rows = grid_rows(db(), vendor_id=vendor_id, codes=codes)
    drafts = read_rows(request.form, rows, typed)
    end_reading(db())
    with transaction(db()) as session:
        saved = save_grid(
            session,
            vendor_id,
            rows=drafts,
            reason=form.reason.data,
            actor=guards.current_actor(),
            now=clock.now(),
        )
    wrong = {*typed.errors, *saved.refused}
    # What was typed into rows that could not be saved stays there; the others show what is saved.
    typed.words = {
        name: words
        for row in rows
        if row.code in wrong
        for name, words in request.form.items()
        if name == f"stock-{row.code}" or name in {price_name(row, p.id) for p in row.packs}
    }
    return saved


def _reason(refusal: DomainError) -> str:
    if isinstance(refusal, SoldOut):
        return str(_("More than this is sold already."))
    return refusal_text(refusal)


def _number() -> int:
    return page_number()


def _grid_page(vendor_id: str, form: GridForm, typed: Typed) -> str:
    return page(
        "catalog/grid.html",
        vendor_id=vendor_id,
        form=form,
        typed=typed,
        rows=grid_page(db(), vendor_id=vendor_id, page=_number()),
        price_name=price_name,
        written_price=written_price,
        written_stock=written_stock,
    )
