"""Facts about vendors that the rest of the house hears of."""

from dataclasses import dataclass

from kernel.events import Event


@dataclass(frozen=True)
class VendorSubmitted(Event):
    """A dossier waits for the office."""

    vendor_id: str


@dataclass(frozen=True)
class VendorCancelled(Event):
    """The applicant took the application back."""

    vendor_id: str


@dataclass(frozen=True)
class VendorTaken(Event):
    """An officer works on the dossier."""

    vendor_id: str


@dataclass(frozen=True)
class VendorInformationRequested(Event):
    """The office asked for more."""

    vendor_id: str


@dataclass(frozen=True)
class VendorApproved(Event):
    """A vendor may sell."""

    vendor_id: str


@dataclass(frozen=True)
class VendorRejected(Event):
    """An application was refused."""

    vendor_id: str


@dataclass(frozen=True)
class VendorSuspended(Event):
    """A vendor may not sell for the time being."""

    vendor_id: str


@dataclass(frozen=True)
class VendorReinstated(Event):
    """A suspended vendor may sell again."""

    vendor_id: str


@dataclass(frozen=True)
class VendorTerminated(Event):
    """A suspended vendor may not sell any more."""

    vendor_id: str


@dataclass(frozen=True)
class VendorAppealed(Event):
    """A vendor appeals against a decision."""

    vendor_id: str


@dataclass(frozen=True)
class VendorAppealAllowed(Event):
    """An appeal was allowed: the dossier is reviewed again."""

    vendor_id: str


@dataclass(frozen=True)
class VendorAppealDismissed(Event):
    """An appeal was dismissed for good."""

    vendor_id: str


@dataclass(frozen=True)
class VendorRenewalCalled(Event):
    """A recognition ends soon: the vendor has to renew it."""

    vendor_id: str


@dataclass(frozen=True)
class VendorRenewed(Event):
    """A recognition holds for another term."""

    vendor_id: str


@dataclass(frozen=True)
class VendorLapsed(Event):
    """A recognition ended without renewal: the vendor may not sell."""

    vendor_id: str


@dataclass(frozen=True)
class VendorClosed(Event):
    """A vendor ended its account."""

    vendor_id: str


@dataclass(frozen=True)
class VendorForgotten(Event):
    """What was kept of a closed vendor lost its name: copies of it go, too."""

    vendor_id: str


@dataclass(frozen=True)
class VendorChanged(Event):
    """What the public sees of a vendor is different now."""

    vendor_id: str


@dataclass(frozen=True)
class CertificateVerified(Event):
    """The office stands behind a certificate: its badge appears."""

    vendor_id: str
    certificate_id: str


@dataclass(frozen=True)
class CertificateWithdrawn(Event):
    """The office no longer stands behind a certificate: its badge is gone."""

    vendor_id: str
    certificate_id: str


@dataclass(frozen=True)
class AuthorityTakeDown(Event):
    """An authority orders a listing off the shelves; whoever does it reports on the order."""

    order_id: str
    listing_code: str
    reason: str


@dataclass(frozen=True)
class CertificateBegun(Event):
    """A certificate verified ahead of its first day counts from today on."""

    vendor_id: str
    certificate_id: str


@dataclass(frozen=True)
class CertificateEnding(Event):
    """A certificate counts for so many days after today, and nothing follows it yet."""

    vendor_id: str
    certificate_id: str
    days_left: int


@dataclass(frozen=True)
class CertificateLapsed(Event):
    """A certificate that the office stood behind counts no more: its last day is over."""

    vendor_id: str
    certificate_id: str


@dataclass(frozen=True)
class RequirementJudged(Event):
    """The office accepted, rejected or waived a line of a vendor's checklist."""

    vendor_id: str
    key: str
    verdict: str
