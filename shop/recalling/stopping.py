"""A recall of very many lots goes on in the worker, part by part, and says how far it is."""

from datetime import datetime

from sqlalchemy.orm import Session

from kernel import clock
from kernel.actor import Actor
from kernel.web.answers import Answer
from kernel.web.pages import page
from kernel.web.session import db
from shop.recalling import acting
from shop.recalling.place import Place, both
from traceability.events import RecallGoesOn
from traceability.queries.recalls.cases import progress_of
from traceability.services import recalls


def go_on(session: Session, event: RecallGoesOn, now: datetime) -> None:
    """Stop the next lots in the name of who pressed the button; each part is a transaction."""
    held = {vendor_id: frozenset(roles) for vendor_id, roles in event.memberships.items()}
    actor = Actor(event.by_id, event.by_name, frozenset(event.roles), held)
    outcome = acting.go_on(session, event.recall_id, actor=actor, now=now)
    if outcome is not None and not outcome.acted.left:
        # As measured: the worker's own time is that of when it woke.
        recalls.mark(session, event.recall_id, "held_at", now=clock.now())


@both("/<recall_id>/progress")
def show_progress(place: Place, recall_id: str) -> Answer:
    """Show how many lots are stopped: a part of the page of a recall, asked for again and again."""
    recall = place.recall(recall_id)
    return page(
        "shop/recalling/progress.html",
        place=place,
        recall=recall,
        progress=progress_of(db(), recall.id),
    )
