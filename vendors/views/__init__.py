"""Pages for vendors: apply, people, certificates, profile."""

from collections.abc import Iterable

from accounts.guards import ME_LINKS, MeLink
from accounts.services.leaving import NEEDED_BY
from kernel.actor import Actor
from kernel.messages import msg
from vendors.services.leaving import needs_account
from vendors.views import (
    absence,
    applying,
    banking,
    decisions,
    handing_in,
    joining,
    noticing,
    own,
    practising,
    proving,
    visiting,
)
from vendors.views.blueprint import blueprint

__all__ = [
    "absence",
    "applying",
    "banking",
    "blueprint",
    "decisions",
    "handing_in",
    "joining",
    "noticing",
    "own",
    "practising",
    "proving",
    "visiting",
]


def _ways(actor: Actor) -> Iterable[MeLink]:
    """Offer the way to one's own vendors, or to become one."""
    words = msg("Your stalls") if actor.memberships else msg("Sell here")
    return [MeLink("shop", words, "/apply")]


ME_LINKS.append(_ways)
NEEDED_BY.append(needs_account)
