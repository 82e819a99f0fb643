"""The queue of dossiers."""

from typing import Any

from flask import request

from kernel import clock
from kernel.web.answers import Answer
from kernel.web.pages import page
from kernel.web.session import db
from vendors import queries
from vendors.desk.blueprint import blueprint, officers
from vendors.queries import QueueFilter
from vendors.rules import WAITING, VendorState

FILTERS: dict[str, tuple[VendorState, ...]] = {
    "waiting": WAITING,
    "asked": (VendorState.INFORMATION_REQUESTED,),
    "approved": (VendorState.APPROVED, VendorState.RENEWAL_DUE),
    "suspended": (VendorState.SUSPENDED,),
    "rejected": (VendorState.REJECTED, VendorState.DECIDED, VendorState.TERMINATED),
}
ALL = tuple(state for state in VendorState if state is not VendorState.DRAFT)


@blueprint.get("/office/vendors")
@officers
def show_queue() -> Answer:
    """List dossiers, the longest waiting first."""
    return page("vendors/queue.html", **queue_part())


def queue_part() -> dict[str, Any]:
    """Return the part of the queue that the address asks for, as templates show it."""
    chosen = request.args.get("state", "waiting")
    wanted = QueueFilter(
        states=FILTERS.get(chosen, ALL),
        text=request.args.get("q", "")[:80],
        page=min(max(request.args.get("page", 1, type=int), 1), 10_000),
    )
    return {
        "rows": queries.queue(db(), wanted, on=clock.local_date(clock.now())),
        "chosen": chosen if chosen in FILTERS else "all",
        "words": wanted.text,
    }
