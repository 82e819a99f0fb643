"""Pages for vendors: apply, people, certificates, profile."""

from collections.abc import Iterable

from accounts.guards import ME_LINKS, MeLink
from kernel.actor import Actor
from kernel.messages import msg
from vendors.views import applying, decisions, own
from vendors.views.blueprint import blueprint

__all__ = ["applying", "blueprint", "decisions", "own"]


def _ways(actor: Actor) -> Iterable[MeLink]:
    """Offer the way to one's own vendors, or to become one."""
    words = msg("Your stalls") if actor.memberships else msg("Sell here")
    return [MeLink("shop", words, "/apply")]


ME_LINKS.append(_ways)
