"""The two places of one set of pages: the office's desk and a vendor's workspace."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Blueprint, url_for

from accounts import guards
from kernel.errors import NotFound
from kernel.web.answers import Answer
from kernel.web.session import db
from traceability.queries.recalls.cases import RecallCard, recall_card
from traceability.services.recalls.belonging import need_part

office = Blueprint("recalls_desk", __name__, url_prefix="/office/recalls")
work = Blueprint("recalls", __name__, url_prefix="/work/<vendor_id>/recalls")

officers = guards.needs("reviewer", "approver")
owners = guards.member("owner")

View = Callable[..., Answer]


@dataclass(frozen=True)
class Place:
    """Where a page is shown; ``vendor_id`` of the workspace, None at the office."""

    vendor_id: str | None = None

    @property
    def layout(self) -> str:
        """Return the template that the pages extend."""
        return "shop/recalling/work.html" if self.vendor_id else "shop/recalling/office.html"

    def url(self, view: str, **values: Any) -> str:
        """Return the address of one of these pages."""
        if self.vendor_id:
            return url_for(f"recalls.{view}", vendor_id=self.vendor_id, **values)
        return url_for(f"recalls_desk.{view}", **values)

    def lot_url(self, lot_id: str) -> str:
        """Return the address of the page of a lot."""
        if self.vendor_id:
            return url_for("traceability.show_lot", vendor_id=self.vendor_id, lot_id=lot_id)
        return url_for("traceability_desk.show_lot", lot_id=lot_id)

    def recall(self, recall_id: str) -> RecallCard:
        """Return a recall that may be seen here.

        :raises NotFound: for another vendor's, and for an officer's own vendor.
        """
        card = recall_card(db(), recall_id)
        if card is None or self.vendor_id not in {None, card.vendor_id}:
            raise NotFound
        need_part(guards.current_actor(), card.vendor_id)
        return card


def both(rule: str, *, method: str = "GET") -> Callable[[View], View]:
    """Give a page to the office and to owners; it is called with its place first."""

    def register(view: View) -> View:
        @wraps(view)
        def at_office(**values: Any) -> Answer:
            return view(Place(), **values)

        @wraps(view)
        def at_work(vendor_id: str, **values: Any) -> Answer:
            return view(Place(vendor_id), **values)

        office.add_url_rule(rule, view.__name__, officers(at_office), methods=[method])
        work.add_url_rule(rule, view.__name__, owners(at_work), methods=[method])
        return view

    return register
