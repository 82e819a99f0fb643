"""A vendor tells the public about itself."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.errors import Conflict
from kernel.events import emit
from kernel.messages import msg
from vendors.events import VendorChanged
from vendors.rules import ENDED
from vendors.services.steps import locked_vendor


@dataclass(frozen=True)
class Profile:
    """What a vendor may change by itself, without the office; ``phone`` is E.164."""

    phone: str
    email: str | None
    story: dict[str, str] = field(default_factory=dict)


def save_profile(
    session: Session, vendor_id: str, *, profile: Profile, actor: Actor, now: datetime
) -> None:
    """Change story and contact.

    :raises Conflict: when the dossier is closed.
    """
    actor.need_at(vendor_id, "owner")
    vendor = locked_vendor(session, vendor_id)
    if vendor.state in ENDED:
        raise Conflict(msg("This dossier is closed."))
    before = {"phone": vendor.phone, "email": vendor.email, "story": vendor.story}
    after = {"phone": profile.phone, "email": profile.email, "story": profile.story}
    vendor.phone, vendor.email, vendor.story = profile.phone, profile.email, profile.story
    session.flush()
    audit.record(
        session,
        "vendor.profile_changed",
        actor=actor,
        subject=("vendor", vendor_id),
        now=now,
        before=before,
        after=after,
    )
    emit(session, VendorChanged(vendor_id), now=now)
