"""What the vendor's pages share: one try of a form, and the listing it is about."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from catalog.queries.workbench import Work, work_of
from kernel import clock
from kernel.db import transaction
from kernel.errors import DomainError, NotFound
from kernel.web.forms import form_error
from kernel.web.session import db

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
from kernel.web.forms import Form


def attempt(form: Form, act: "Callable[[Session], object]") -> tuple:  # type: ignore[type-arg]
    """Run a use case if the form is in order; without a result, the status says why not."""
    if not form.validate():
        return None, 422
    try:
        with transaction(db()) as session:
            return act(session), 303
    except DomainError as refusal:
        if refusal.status in {403, 404}:
            raise
        form_error(form, refusal)
        return None, refusal.status


def need_work(vendor_id: str, code: str) -> Work:
    """Return a listing of a vendor with what can be done about it.

    :raises NotFound: when it has no such listing.
    """
    work = work_of(db(), vendor_id=vendor_id, code=code, now=clock.now())
    if work is None:
        raise NotFound
    return work
