"""What buyers say of what they have received: one review for each line."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from catalog.services.reviews import add_review
from kernel.errors import Conflict, NotFound
from kernel.messages import msg
from orders.models import Order, OrderGroup, OrderLine
from orders.queries.groups import Access, group_id_of
from orders.rules import FulfilmentState


@dataclass(frozen=True)
class Opinion:
    """A rating from 1 to 5 and, if they like, some words in their language."""

    rating: int
    body: str
    lang: str


def write_review(
    session: Session, access: Access, *, line_id: str, opinion: Opinion, now: datetime
) -> None:
    """Publish a buyer's opinion of a line that was delivered.

    :raises NotFound: for a line of another order.
    :raises Conflict: before it was delivered.
    """
    group = session.get_one(OrderGroup, group_id_of(session, access))
    line = session.get(OrderLine, line_id)
    order = session.get(Order, line.order_id) if line else None
    if line is None or order is None or order.group_id != group.id:
        raise NotFound
    if order.fulfilment is not FulfilmentState.DELIVERED:
        raise Conflict(msg("You can write a review once you have received it."))
    add_review(
        session,
        listing_id=line.listing_id,
        line_ref=line.id,
        author_name=group.contact_name,
        rating=opinion.rating,
        body=opinion.body,
        lang=opinion.lang,
        now=now,
    )
