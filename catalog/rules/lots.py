"""Stock that comes from several lots: first to expire, first to be sent.

How much of which lot is left is never counted by itself: the claims ledger knows how
much of a listing is unsold, and what was sold is taken to have come from the lots that
expire first. So the ledger stays the one guard, and the lots follow it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Share:
    """So much of one lot that was taken into a listing's stock, in the listing's unit."""

    lot_id: str
    quantity: int
    best_before: date | None = None
    # So much more was taken out while the lot is on hold or recalled.
    set_aside: int = 0


@dataclass(frozen=True)
class Rest:
    """What is left of a share."""

    share: Share
    left: int


def is_past(best_before: date | None, on: date) -> bool:
    """Tell whether a day lies after the last good one."""
    return best_before is not None and on > best_before


def rests(shares: Iterable[Share], unsold: int) -> tuple[Rest, ...]:
    """Return what is left of each share, the one to be sent next first.

    ``unsold`` is what the ledger has on hand beyond what is sold. It fills the shares from
    the one that keeps longest: what is gone came from those that expire first.
    """
    queue = sorted(shares, key=lambda share: (share.best_before or date.max, share.lot_id))
    found: list[Rest] = []
    for share in reversed(queue):
        left = min(share.quantity, max(unsold, 0))
        unsold -= left
        found.append(Rest(share, left))
    return tuple(reversed(found))


def past_left(queue: Iterable[Rest], on: date) -> int:
    """Return how much of the stock is past its best-before day, in the listing's unit."""
    return sum(rest.left for rest in queue if is_past(rest.share.best_before, on))


def next_share(queue: Iterable[Rest], on: date) -> Share | None:
    """Return the share that would be sent next on a day, if any can be."""
    sendable = (
        rest.share for rest in queue if rest.left > 0 and not is_past(rest.share.best_before, on)
    )
    return next(sendable, None)
