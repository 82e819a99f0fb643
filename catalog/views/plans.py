"""Prices for a later day."""

from typing import TYPE_CHECKING

from flask import flash, url_for
from flask_babel import gettext as _

from accounts import guards
from catalog.forms.plans import CancelPlanForm, PlanForm
from catalog.queries.plans import plans_of
from catalog.queries.workbench import Work
from catalog.rules import EDITABLE
from catalog.services.plans import cancel_plan, plan_price
from catalog.views.attempt import attempt, need_work
from catalog.views.blueprint import blueprint, sellers
from kernel import clock
from kernel.web.answers import Answer, go
from kernel.web.pages import page
from kernel.web.session import db

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@blueprint.get("/<code>/plans")
@sellers
def show_plans(vendor_id: str, code: str) -> Answer:
    """List the planned prices of a listing, with the form for another."""
    work = need_work(vendor_id, code)
    return _plans_page(work, _form(work, empty=True))


@blueprint.post("/<code>/plans")
@sellers
def add_plan(vendor_id: str, code: str) -> Answer:
    """Plan a price."""
    work = need_work(vendor_id, code)
    form = _form(work)

    def plan(session: "Session") -> str:
        return plan_price(
            session,
            vendor_id,
            code=code,
            draft=form.draft(),
            actor=guards.current_actor(),
            now=clock.now(),
        )

    done, status = attempt(form, plan)
    if not done:
        return _plans_page(need_work(vendor_id, code), form), status
    flash(_("The price is planned. It changes by itself."))
    return go(url_for("catalog.show_plans", vendor_id=vendor_id, code=code))


@blueprint.post("/<code>/plans/<plan_id>/cancel")
@sellers
def drop_plan(vendor_id: str, code: str, plan_id: str) -> Answer:
    """Cancel a planned price; one that holds now goes back."""
    work, form = need_work(vendor_id, code), CancelPlanForm()

    def cancel(session: "Session") -> bool:
        cancel_plan(
            session,
            vendor_id,
            code=code,
            plan_id=plan_id,
            actor=guards.current_actor(),
            now=clock.now(),
        )
        return True

    done, status = attempt(form, cancel)
    if not done:
        again = _form(work, empty=True)
        again.problem = form.problem
        return _plans_page(need_work(vendor_id, code), again), status
    flash(_("The planned price is cancelled."))
    return go(url_for("catalog.show_plans", vendor_id=vendor_id, code=code))


def _form(work: Work, *, empty: bool = False) -> PlanForm:
    form = PlanForm(formdata=None) if empty else PlanForm()
    form.offer(work.packs)
    return form


def _plans_page(work: Work, form: PlanForm) -> str:
    return page(
        "catalog/plans.html",
        work=work,
        listing=work.listing,
        form=form,
        plans=plans_of(db(), work.listing.id),
        editable=work.listing.state in EDITABLE,
    )
