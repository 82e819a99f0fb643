"""Views of the queue that an officer keeps for the next day: one's own, and not too many."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kernel.actor import Actor
from kernel.errors import Conflict, NotFound
from kernel.messages import msg
from vendors.models import SavedView
from vendors.rules.queueing import need_room_for_view, need_view_name


def save_view(
    session: Session, *, name: str, filters: Mapping[str, str], actor: Actor, now: datetime
) -> str:
    """Keep the filters of the queue under a name; return the view's id.

    :raises Invalid: without a name.
    :raises Conflict: when the officer has a view of this name, or as many as are kept.
    """
    actor.need("reviewer", "approver")
    text = need_view_name(name)
    own = sa.select(sa.func.count()).where(SavedView.user_id == actor.user_id)
    need_room_for_view(session.scalar(own) or 0)
    view = SavedView(user_id=actor.user_id, name=text, filters=dict(filters), created_at=now)
    _write(session, view)
    return view.id


def rename_view(session: Session, view_id: str, *, name: str, actor: Actor) -> None:
    """Give a view another name.

    :raises NotFound: when the officer has no such view.
    :raises Invalid: without a name.
    :raises Conflict: when another one has this name.
    """
    view = _own(session, view_id, actor)
    view.name = need_view_name(name)
    _write(session, view)


def delete_view(session: Session, view_id: str, *, actor: Actor) -> None:
    """Forget a view.

    :raises NotFound: when the officer has no such view.
    """
    session.delete(_own(session, view_id, actor))
    session.flush()


def _own(session: Session, view_id: str, actor: Actor) -> SavedView:
    actor.need("reviewer", "approver")
    view = session.get(SavedView, view_id)
    if view is None or view.user_id != actor.user_id:
        raise NotFound
    return view


def _write(session: Session, view: SavedView) -> None:
    try:
        with session.begin_nested():
            session.add(view)
            session.flush()
    except IntegrityError:
        raise Conflict(msg("You have a view of this name already."), field="name") from None
