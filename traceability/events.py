"""Facts of traceability, in the past tense."""

from dataclasses import dataclass

from kernel.events import Event


@dataclass(frozen=True)
class LotCreated(Event):
    """A harvest became a lot."""

    lot_id: str
    vendor_id: str


@dataclass(frozen=True)
class LotHeld(Event):
    """A lot may not be sold, labelled or shipped until it is released."""

    lot_id: str
    vendor_id: str
    # The lot that it was packed from, where that one was meant and its vendor is told of it.
    cause_id: str = ""


@dataclass(frozen=True)
class LotReleased(Event):
    """A lot that was held may be sold again."""

    lot_id: str
    vendor_id: str
    # The lot that it was packed from, where that one was meant and its vendor is told of it.
    cause_id: str = ""


@dataclass(frozen=True)
class LotRecalled(Event):
    """A lot was called back: nobody may sell it, and who has it should not eat it."""

    lot_id: str
    vendor_id: str
    # The lot that it was packed from, where that one was meant and its vendor is told of it.
    cause_id: str = ""


@dataclass(frozen=True)
class SprayToldLate(Event):
    """A spraying was told, or judged anew, after lots were there that it forbids: they are held."""

    vendor_id: str
    product: str
    # ISO 8601, the last day of spraying.
    sprayed_on: str
    lot_ids: list[str]


@dataclass(frozen=True)
class LotChanged(Event):
    """What is known of a lot was brought up to date by a table."""

    lot_id: str
    vendor_id: str


@dataclass(frozen=True)
class LotShrank(Event):
    """A lot holds less than before, whatever the reason: what is offered of it may be too much."""

    lot_id: str
    vendor_id: str


@dataclass(frozen=True)
class PicturesLeft(Event):
    """A diary shows some pictures no more: their files go where nobody else names them."""

    digests: list[str]


@dataclass(frozen=True)
class CopySuspected(Event):
    """Scans of a code look as if its label was copied."""

    alert_id: str
    lot_id: str
    vendor_id: str


@dataclass(frozen=True)
class RecallActed(Event):
    """Every lot of a recall is stopped; ``of_others`` lots of other vendors wait for the office."""

    recall_id: str
    vendor_id: str
    of_others: int = 0


@dataclass(frozen=True)
class RecallGoesOn(Event):
    """Lots of a recall still wait to be stopped; who pressed the button, and in which roles."""

    recall_id: str
    by_id: str | None
    by_name: str
    roles: list[str]
    # By vendor.
    memberships: dict[str, list[str]]


@dataclass(frozen=True)
class ComplaintFiled(Event):
    """A buyer complained of a lot."""

    complaint_id: str
    vendor_id: str


@dataclass(frozen=True)
class SubscriptionGivenUp(Event):
    """A partner's server was out of reach for days: nothing is sent to it any more."""

    subscription_id: str
    vendor_id: str


@dataclass(frozen=True)
class LinkTakenDown(Event):
    """The office took a link of a code down."""

    barred_id: str
    vendor_id: str
