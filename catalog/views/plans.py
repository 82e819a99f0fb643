"""Prices for a later day."""

from collections.abc import Callable

from flask import url_for
from flask_babel import gettext as _

from accounts import guards
from catalog.forms.plans import CancelPlanForm, PlanForm
from catalog.queries.plans import plans_of
from catalog.queries.workbench import Work
from catalog.rules import EDITABLE
from catalog.services.plans import cancel_plan, plan_price
from catalog.views.blueprint import blueprint, sellers
from catalog.views.needs import need_work
from kernel import clock
from kernel.web.answers import Answer
from kernel.web.attempts import attempt, lead_on
from kernel.web.pages import page
from kernel.web.session import db


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
    return attempt(
        form,
        lambda session: plan_price(
            session,
            vendor_id,
            code=code,
            draft=form.draft(),
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _plans_page(need_work(vendor_id, code), form),
        then=_saved(vendor_id, code, _("The price is planned. It changes by itself.")),
    )


@blueprint.post("/<code>/plans/<plan_id>/cancel")
@sellers
def drop_plan(vendor_id: str, code: str, plan_id: str) -> Answer:
    """Cancel a planned price; one that holds now goes back."""
    work, form = need_work(vendor_id, code), CancelPlanForm()

    def again() -> str:
        other = _form(work, empty=True)
        other.problem = form.problem
        return _plans_page(need_work(vendor_id, code), other)

    return attempt(
        form,
        lambda session: cancel_plan(
            session,
            vendor_id,
            code=code,
            plan_id=plan_id,
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=again,
        then=_saved(vendor_id, code, _("The planned price is cancelled.")),
    )


def _saved(vendor_id: str, code: str, words: str) -> Callable[[object], Answer]:
    return lead_on(url_for("catalog.show_plans", vendor_id=vendor_id, code=code), words)


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
