"""What the farm's pages share: one try of a form, and things that must be the vendor's own."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from kernel.db import transaction
from kernel.errors import DomainError, NotFound
from kernel.web.forms import Form, form_error
from kernel.web.session import db
from traceability import queries
from traceability.queries import LotCard, SeasonCard

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Result = TypeVar("Result")


def attempt(form: Form, act: "Callable[[Session], Result]") -> Result | None:
    """Run a use case if the form is in order; None when it has to be shown again.

    What is not there or not allowed is no matter of the form and goes on its way.
    """
    if not form.validate_on_submit():
        return None
    try:
        with transaction(db()) as session:
            return act(session)
    except DomainError as refusal:
        if refusal.status in {403, 404}:
            raise
        form_error(form, refusal)
        return None


def need_season(vendor_id: str, season_id: str) -> SeasonCard:
    """Return a season of a vendor.

    :raises NotFound: when it has no such season.
    """
    season = queries.season_of(db(), season_id, vendor_id=vendor_id)
    if season is None:
        raise NotFound
    return season


def need_lot(vendor_id: str, lot_id: str) -> LotCard:
    """Return a lot of a vendor.

    :raises NotFound: when it has no such lot.
    """
    lot = queries.lot_of(db(), lot_id, vendor_id=vendor_id)
    if lot is None:
        raise NotFound
    return lot
