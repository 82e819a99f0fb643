"""Looking at papers: what proves somebody's identity opens for few, and each look is noted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.errors import NotAllowed, NotFound
from kernel.messages import msg
from kernel.sealing import Sealer
from vendors import queries
from vendors.errors import PaperErased
from vendors.models import Vendor, VendorIdentity
from vendors.queries import PaperCard
from vendors.rules import sees_identity


@dataclass(frozen=True)
class Numbers:
    """The sealed values of a vendor, opened; empty where none is kept."""

    full_name: str
    number: str
    birthday: date | None
    registration_no: str

    @property
    def held(self) -> bool:
        """Tell whether anything is kept still."""
        return bool(self.number or self.birthday or self.registration_no)


def look_at_paper(
    session: Session, paper_id: str, *, vendor_id: str, actor: Actor, now: datetime
) -> PaperCard:
    """Return a paper to be shown to somebody; a look at an identity paper is noted.

    :raises NotFound: when the dossier holds no such paper, or is a draft of others.
    :raises NotAllowed: when it is an identity paper and not theirs to look at.
    :raises PaperErased: when it was erased after the decision.
    """
    vendor = _seen_vendor(session, vendor_id, actor)
    paper = queries.paper(session, paper_id, vendor_id=vendor_id)
    if paper is None:
        raise NotFound
    if paper.is_sensitive:
        _need_sight(vendor, actor)
    if paper.erased_on is not None:
        raise PaperErased
    if paper.is_sensitive:
        note_look(session, vendor_id, what=[paper.kind.value], paper=paper_id, actor=actor, now=now)
    return paper


def look_at_numbers(
    session: Session, vendor_id: str, *, sealer: Sealer, actor: Actor, now: datetime
) -> Numbers:
    """Return the personal numbers of a vendor for one look, which is noted.

    :raises NotFound: when there is no such vendor, or it is a draft of others.
    :raises NotAllowed: when they are not theirs to look at.
    """
    vendor = _seen_vendor(session, vendor_id, actor)
    _need_sight(vendor, actor)
    row = session.get(VendorIdentity, vendor_id)
    birthday = sealer.open_text(row.birthday_sealed) if row else ""
    found = Numbers(
        full_name=row.full_name if row else vendor.representative,
        number=sealer.open_text(row.number_sealed) if row else "",
        birthday=date.fromisoformat(birthday) if birthday else None,
        registration_no=sealer.open_text(vendor.personal.number_sealed) if vendor.personal else "",
    )
    note_look(session, vendor_id, what=["number"], actor=actor, now=now)
    return found


def note_download(session: Session, vendor_id: str, *, actor: Actor, now: datetime) -> None:
    """Note that an owner took away everything that is held, identity papers among it.

    :raises NotFound, NotAllowed: unless the actor is an owner.
    """
    actor.need_at(vendor_id, "owner")
    subject = ("vendor", vendor_id)
    audit.record(session, "vendor.downloaded", actor=actor, subject=subject, now=now)


def note_look(
    session: Session,
    vendor_id: str,
    *,
    what: Sequence[str],
    actor: Actor,
    now: datetime,
    paper: str = "",
) -> None:
    """Note in the log that somebody looked at what is sealed."""
    audit.record(
        session,
        "vendor.identity_seen",
        actor=actor,
        subject=("vendor", vendor_id),
        now=now,
        what=list(what),
        paper=paper,
    )


def _seen_vendor(session: Session, vendor_id: str, actor: Actor) -> Vendor:
    vendor = session.get(Vendor, vendor_id)
    if vendor is None or (vendor.submitted_at is None and vendor_id not in actor.memberships):
        raise NotFound
    return vendor


def _need_sight(vendor: Vendor, actor: Actor) -> None:
    if not sees_identity(actor, vendor.id, vendor.state, vendor.reviewer_id):
        raise NotAllowed(
            msg("Identity papers open only for the officer in charge of this dossier.")
        )
