"""Notes that officers write for each other; the vendor never reads them."""

from datetime import datetime

from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.errors import Invalid, NotAllowed, NotFound
from kernel.messages import msg
from vendors.models import Vendor, VendorNote
from vendors.rules import JUDGES

MOST_SIGNS = 4000
"""Length of a note."""


def write_note(session: Session, vendor_id: str, *, text: str, actor: Actor, now: datetime) -> str:
    """Add a note to a dossier and return its id.

    Nothing is read before it is written, so notes of many officers at once all stay. What it
    says is noted in the audit log as a digest, under the note itself: a vendor's trail does
    not name it.

    :raises NotAllowed: without an office role, or about one's own vendor.
    :raises NotFound: when the vendor handed nothing in.
    :raises Invalid: when it is empty or too long.
    """
    actor.need(*JUDGES)
    if vendor_id in actor.memberships:
        raise NotAllowed(msg("You work for this vendor: a colleague has to decide."))
    words = text.strip()
    if not 0 < len(words) <= MOST_SIGNS:
        raise Invalid(msg("Write a note of at most 4,000 letters."), field="text")
    vendor = session.get(Vendor, vendor_id)
    if vendor is None or vendor.submitted_at is None:
        raise NotFound
    author = {"author_id": actor.user_id, "author_name": actor.name}
    note = VendorNote(vendor_id=vendor_id, text=words, at=now, **author)
    session.add(note)
    session.flush()
    audit.record(
        session,
        "vendor_note.written",
        actor=actor,
        subject=("vendor_note", note.id),
        now=now,
        after={"text": words},
        vendor=vendor_id,
    )
    return note.id
