"""Who may do something about recalls: owners of the vendor, and the office."""

from sqlalchemy.orm import Session

from kernel.actor import Actor
from kernel.db import lock
from kernel.errors import Conflict, NotFound
from kernel.messages import msg
from traceability.models import Recall
from traceability.rules.recalls import RecallState

OFFICE = ("reviewer", "approver")


def is_office(actor: Actor, vendor_id: str) -> bool:
    """Tell whether somebody acts for the office: nobody decides on a vendor he works for."""
    return actor.has(*OFFICE) and vendor_id not in actor.memberships


def need_part(actor: Actor, vendor_id: str) -> None:
    """Refuse whoever is neither of the office nor an owner of this vendor.

    :raises NotFound: for strangers.
    :raises NotAllowed: for a member without the role.
    """
    if not is_office(actor, vendor_id):
        actor.need_at(vendor_id, "owner")


def is_theirs(actor: Actor, recall: Recall, vendor_id: str) -> bool:
    """Tell whether who has a part in a recall decides on the lots of a vendor in it.

    An owner decides on the own ones, the office on all others.
    """
    return vendor_id == recall.vendor_id or is_office(actor, vendor_id)


def own_recall(session: Session, recall_id: str, actor: Actor, *states: RecallState) -> Recall:
    """Return a recall, locked, for who has a part in it, in one of these states (none: any).

    :raises Conflict: when it is in another state.
    """
    recall = lock(session, Recall, recall_id)
    if recall is None:
        raise NotFound
    need_part(actor, recall.vendor_id)
    if states and recall.state not in states:
        raise Conflict(msg("This cannot be done in the present state of the recall."))
    return recall
