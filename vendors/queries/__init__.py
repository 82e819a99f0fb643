"""What others and the pages read about vendors."""

from vendors.queries.cards import (
    Badge,
    CertificateCard,
    VendorCard,
    VendorPage,
    badges,
    memberships,
    open_vendor_ids,
    public_vendor,
    vendor_cards,
    vendor_ids_by_code,
)
from vendors.queries.desk import Checklist, DeskLine, colleagues, desk_lines
from vendors.queries.dossiers import (
    Application,
    Dossier,
    MemberCard,
    PaperCard,
    PersonCard,
    applications_of,
    certificates,
    dossier,
    members,
    paper,
    papers,
)
from vendors.queries.history import Note, Step
from vendors.queries.invitations import InvitationCard, invitation, open_invitations
from vendors.queries.likenesses import Likeness, likenesses
from vendors.queries.queueing import QueueFilter, QueueRow, ViewCard, queue, saved_views
from vendors.queries.requirements import Line, needs_of
from vendors.queries.standing import (
    Standing,
    appeal_until,
    person_of,
    standing_of,
    standing_of_dossier,
)

__all__ = [
    "Application",
    "Badge",
    "CertificateCard",
    "Checklist",
    "DeskLine",
    "Dossier",
    "InvitationCard",
    "Likeness",
    "Line",
    "MemberCard",
    "Note",
    "PaperCard",
    "PersonCard",
    "QueueFilter",
    "QueueRow",
    "Standing",
    "Step",
    "VendorCard",
    "VendorPage",
    "ViewCard",
    "appeal_until",
    "applications_of",
    "badges",
    "certificates",
    "colleagues",
    "desk_lines",
    "dossier",
    "invitation",
    "likenesses",
    "members",
    "memberships",
    "needs_of",
    "open_invitations",
    "open_vendor_ids",
    "paper",
    "papers",
    "person_of",
    "public_vendor",
    "queue",
    "saved_views",
    "standing_of",
    "standing_of_dossier",
    "vendor_cards",
    "vendor_ids_by_code",
]
