"""Words planted wherever a vendor keeps something that is nobody else's to read."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Listing, ListingStep
from catalog.rules import ListingState
from kernel.db import transaction
from kernel.sealing import Sealer
from kernel.storage import Storage
from orders.models import Order, OrderGroup, OrderStep
from tests.conftest import DATA_KEY, FINGERPRINT_KEY, NOW
from tests.world import World
from vendors.models import (
    BankAccount,
    Certificate,
    DecisionDocument,
    Invitation,
    Vendor,
    VendorDocument,
    VendorIdentity,
    VendorMember,
    VendorRequirement,
    VendorStep,
)
from vendors.rules import DocumentKind, RequirementState, Scheme, VendorState
from vendors.rules.decisions import DecisionKind, DecisionState

SEALER = Sealer([DATA_KEY], FINGERPRINT_KEY)
NUMBER, BIRTHDAY, ACCOUNT = "030987650123", "1971-03-09", "9704229201234567"


class Secrets:
    """Plants one word in each private place of a vendor and remembers where."""

    def __init__(self) -> None:
        self.words: dict[str, str] = {"number": NUMBER, "account": ACCOUNT}

    def word(self, place: str) -> str:
        """Return a word that stands nowhere else."""
        return self.words.setdefault(place, f"Xq{len(self.words):02d}zv{place[:6]}")

    def found(self, text: str | bytes) -> list[str]:
        """Return the places whose words stand in an answer."""
        data = text if isinstance(text, bytes) else text.encode()
        return [place for place, word in self.words.items() if word.encode() in data]


def plant(world: World, letter: str) -> Secrets:
    """Fill everything private of a vendor with words of its own; ids of new things are added."""
    made, ids = Secrets(), world.ids[letter]
    with world.session() as session, transaction(session):
        _in_the_dossier(session, made, ids)
        _in_the_papers(world, session, made, ids)
        _at_the_office(session, made, ids)
        _behind_the_counter(session, made, ids)
    world.keep()
    return made


def _in_the_dossier(session: Session, made: Secrets, ids: dict[str, str]) -> None:
    vendor_id = ids["vendor_id"]
    vendor = session.get_one(Vendor, vendor_id)
    vendor.email, vendor.old_address = f"{made.word('email')}@b.example", made.word("old address")
    vendor.reviewer_name = made.word("reviewer")
    vendor.submitted_at = NOW
    session.add(
        VendorIdentity(
            vendor_id=vendor_id,
            full_name=made.word("person"),
            number_sealed=SEALER.seal_text(NUMBER),
            birthday_sealed=SEALER.seal_text(BIRTHDAY),
            fingerprint=SEALER.fingerprint(NUMBER),
            last4=NUMBER[-4:],
            head_office=made.word("head office"),
            saved_at=NOW,
        )
    )
    _money_and_people(session, made, ids)


def _money_and_people(session: Session, made: Secrets, ids: dict[str, str]) -> None:
    vendor_id = ids["vendor_id"]
    session.add(
        BankAccount(
            vendor_id=vendor_id,
            bank_bin="970422",
            number_sealed=SEALER.seal_text(ACCOUNT),
            fingerprint=SEALER.fingerprint(ACCOUNT),
            last4=ACCOUNT[-4:],
            holder=made.word("holder"),
            entered_at=NOW,
            holds_from=NOW,
        )
    )
    session.add(
        VendorRequirement(
            vendor_id=vendor_id,
            key="identity",
            state=RequirementState.REJECTED,
            reason=made.word("line"),
            updated_at=NOW,
        )
    )
    invitation = session.get_one(Invitation, ids["invitation_id"])
    invitation.contact = f"{made.word('invited')}@b.example"
    for member in session.scalars(
        sa.select(VendorMember).where(VendorMember.vendor_id == vendor_id)
    ):
        session.execute(
            sa.text('UPDATE "user" SET email = :email WHERE id = :id'),
            {"email": f"{made.word('member').lower()}@b.example", "id": member.user_id},
        )
    made.words["member"] = made.words["member"].lower()


def _in_the_papers(world: World, session: Session, made: Secrets, ids: dict[str, str]) -> None:
    storage = world.app.extensions[Storage.__qualname__]
    paper = session.get_one(VendorDocument, ids["paper_id"])
    paper.file_name = f"{made.word('file name')}.pdf"
    storage.put(paper.storage_key, f"%PDF-1.4 {made.word('paper')}".encode(), "application/pdf")
    key = f"private/sealed/vendors/{ids['vendor_id']}/card.jpg"
    storage.put(key, made.word("card").encode(), "image/jpeg")
    card = VendorDocument(
        vendor_id=ids["vendor_id"],
        kind=DocumentKind.IDENTITY,
        file_name=f"{made.word('card name')}.jpg",
        media_type="image/jpeg",
        storage_key=key,
        size_bytes=10,
        uploaded_at=NOW,
    )
    session.add(card)
    session.flush()
    ids["card_id"] = card.id


def _at_the_office(session: Session, made: Secrets, ids: dict[str, str]) -> None:
    session.add(
        VendorStep(
            vendor_id=ids["vendor_id"],
            action="request_information",
            state=VendorState.INFORMATION_REQUESTED,
            actor_name=made.word("officer"),
            reason=made.word("reason"),
            at=NOW - timedelta(days=3),
        )
    )
    draft = DecisionDocument(
        vendor_id=ids["vendor_id"],
        kind=DecisionKind.REJECTION,
        type_code="QĐ",
        state=DecisionState.DRAFTED,
        subject=made.word("draft"),
        grounds=[made.word("ground")],
        articles=[made.word("article")],
        recipients=[],
        lookup_code="DRAFTOFB",
        created_at=NOW,
    )
    session.add(draft)
    session.add(
        Certificate(
            vendor_id=ids["vendor_id"],
            scheme=Scheme.ORGANIC,
            number=made.word("unverified"),
            issuer=made.word("issuer"),
            valid_from=NOW.date(),
            valid_to=NOW.date() + timedelta(days=300),
        )
    )
    session.flush()
    ids["draft_id"], ids["draft_code"] = draft.id, draft.lookup_code


def _behind_the_counter(session: Session, made: Secrets, ids: dict[str, str]) -> None:
    """What is not on the shelves yet, why something was refused, and who bought."""
    shown = session.get_one(Listing, ids["listing_id"])
    hidden = _copy(shown, code="HIDDEN-B", slug="giau", state=ListingState.DRAFT)
    hidden.title = {"vi": made.word("draft title"), "en": made.word("draft title")}
    hidden.description = {"vi": made.word("draft words")}
    hidden.bucket_id, hidden.photos = None, []
    session.add(hidden)
    session.flush()
    ids["hidden_code"] = hidden.code
    declined = ListingStep(
        listing_id=hidden.id,
        action="decline",
        state=ListingState.DRAFT,
        actor_name="x",
        reason=made.word("declined"),
        at=NOW,
    )
    session.add(declined)
    for order in session.scalars(sa.select(Order).where(Order.vendor_id == ids["vendor_id"])):
        group = session.get_one(OrderGroup, order.group_id)
        group.contact_name, group.note = made.word("buyer"), made.word("note")
        group.contact_email = f"{made.word('buyer mail')}@x.example"
        group.address = made.word("street")
        session.add(
            OrderStep(
                order_id=order.id,
                action="confirm",
                state="confirmed",
                actor_name="x",
                reason=made.word("order step"),
                at=NOW,
            )
        )


def _copy(row: Listing, **other: object) -> Listing:
    skipped = {"id", "version"}
    values = {c.key: getattr(row, c.key) for c in sa.inspect(Listing).column_attrs}
    return Listing(**{k: v for k, v in values.items() if k not in skipped} | other)
