"""One try of a form: in order, it acts and leads on; else its page is shown again."""

from collections.abc import Callable
from typing import TypeVar

from flask import flash
from sqlalchemy.orm import Session

from kernel.db import transaction
from kernel.errors import DomainError, NotFound
from kernel.web.answers import Answer, go
from kernel.web.forms import Form, form_error
from kernel.web.session import db

Result = TypeVar("Result")


def attempt(
    form: Form,
    act: Callable[[Session], Result],
    *,
    again: Callable[[], str],
    then: Callable[[Result], Answer],
) -> Answer:
    """Run a use case in one transaction if the form is in order, and answer with what follows.

    A refusal is shown on the field it names: by the form's own page (``again``), with the
    status of the refusal. What is not there is no matter of the form and goes on its way.
    """
    if not form.validate():
        return again(), 422
    try:
        with transaction(db()) as work:
            result = act(work)
    except NotFound:
        raise
    except DomainError as refusal:
        form_error(form, refusal)
        return again(), refusal.status
    return then(result)


def lead_on(address: str | Callable[[Result], str], words: str = "") -> Callable[[Result], Answer]:
    """Return what follows a change: a message, and the way to the next page.

    The address may hang on what the use case returned, such as the id of a new row.
    """

    def follow(result: Result) -> Answer:
        if words:
            flash(words)
        return go(address if isinstance(address, str) else address(result))

    return follow
