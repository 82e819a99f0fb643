"""A recall of very many lots goes on in the worker, part by part, and says how far it is."""

import time
from datetime import datetime

from sqlalchemy.orm import Session

from kernel import clock
from kernel.actor import Actor
from kernel.db import transaction
from kernel.web.answers import Answer
from kernel.web.pages import page
from kernel.web.session import db
from shop.recalling import acting
from shop.recalling.place import Place, both
from traceability.events import RecallGoesOn
from traceability.queries.recalls.progress import progress_of
from traceability.services import recalls

PAUSE_S = 0.25
"""Between two parts everybody who waits to write has his turn: SQLite tries each 0.1 s."""


def go_on(session: Session, event: RecallGoesOn, now: datetime) -> None:
    """Stop the lots that wait in the name of who pressed the button, each part by itself.

    What was cut short is told of again and begins with the lots that still wait. The times are
    measured: the worker's own is that of when it woke.
    """
    del now
    held = {vendor_id: frozenset(roles) for vendor_id, roles in event.memberships.items()}
    actor = Actor(event.by_id, event.by_name, frozenset(event.roles), held)
    while _part(session, event.recall_id, actor):
        pause()


def pause() -> None:
    """Let others write."""
    time.sleep(PAUSE_S)


def _part(session: Session, recall_id: str, actor: Actor) -> bool:
    """Stop the next lots in a transaction; tell whether some still wait."""
    with transaction(session):
        outcome = acting.go_on(session, recall_id, actor=actor, now=clock.now())
        left = outcome is not None and outcome.acted.left > 0
        if outcome is not None and not left:
            recalls.mark(session, recall_id, "held_at", now=clock.now())
    session.expunge_all()
    return left


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
