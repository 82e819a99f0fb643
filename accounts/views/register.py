"""The office's register of requests about personal data."""

from flask import flash, request, url_for
from flask_babel import gettext as _

from accounts import guards, queries
from accounts.forms import AnswerForm
from accounts.rules import REQUEST_WORDS, request_actions
from accounts.services.requests import act_on_request
from accounts.views import steps
from accounts.views.blueprint import blueprint
from accounts.views.entrance import Answer
from kernel import clock
from kernel.db import transaction
from kernel.errors import DomainError, NotFound
from kernel.web.forms import form_error
from kernel.web.pages import page
from kernel.web.paging import page_number
from kernel.web.session import db

officers = guards.needs("operator", "approver")


@blueprint.get("/office/privacy")
@officers
def show_requests() -> Answer:
    """List requests, the most pressing first."""
    closed = request.args.get("state") == "closed"
    number = page_number()
    return page(
        "accounts/register.html",
        rows=queries.request_queue(db(), closed=closed, page=number),
        closed=closed,
        today=clock.local_date(clock.now()),
    )


@blueprint.get("/office/privacy/<request_id>")
@officers
def show_request(request_id: str) -> Answer:
    """Show one request and what can be done."""
    return _request_page(request_id, AnswerForm())


@blueprint.post("/office/privacy/<request_id>")
@officers
def act_on(request_id: str) -> Answer:
    """Take a request one step further."""
    form = AnswerForm()
    try:
        if not form.validate():
            return _request_page(request_id, form), 422
        with transaction(db()) as work:
            act_on_request(
                work,
                request_id,
                action=form.action.data or "",
                answer=form.answer.data or "",
                actor=guards.current_actor(),
                now=clock.now(),
            )
    except NotFound:
        raise
    except DomainError as refusal:
        form_error(form, refusal)
        return _request_page(request_id, form), refusal.status
    flash(_("Done. The person is told."))
    return steps.go(url_for("accounts.show_request", request_id=request_id))


def _request_page(request_id: str, form: AnswerForm) -> str:
    one = queries.data_request(db(), request_id)
    if one is None:
        raise NotFound
    actions = request_actions(one.state, extended=one.extended)
    return page(
        "accounts/register_one.html",
        one=one,
        form=form,
        actions=[(action, REQUEST_WORDS[action]) for action in actions],
        today=clock.local_date(clock.now()),
    )
