"""Conditions of a sale: how much one buyer may have, where it is brought, when it is ready."""

import enum
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from kernel import places
from kernel.errors import Invalid
from kernel.messages import LABELS, msg

MOST_COMMUNES = 120
MOST_BUYER_DAYS = 366


class DeliveryArea(enum.Enum):
    """Where goods are brought; PICK_UP: they are fetched, nowhere brought."""

    EVERYWHERE = "everywhere"
    # The former province, of which the market is.
    PROVINCE = "province"
    COMMUNES = "communes"
    PICK_UP = "pick_up"


def delivered_to(area: DeliveryArea, chosen: Collection[str]) -> frozenset[str] | None:
    """Return the keys of the communes that goods are brought to; None: wherever one lives."""
    if area is DeliveryArea.EVERYWHERE:
        return None
    if area is DeliveryArea.PROVINCE:
        return frozenset(place.key for place in places.communes(former_hai_duong_only=True))
    return frozenset(chosen if area is DeliveryArea.COMMUNES else ())


def reaches(area: DeliveryArea, chosen: Collection[str], commune: str) -> bool:
    """Tell whether goods are brought to a commune (by key)."""
    where = delivered_to(area, chosen)
    return where is None or commune in where


def need_area(area: DeliveryArea, chosen: Iterable[str]) -> tuple[DeliveryArea, list[str]]:
    """Return an area with its communes in order; other areas have none.

    :raises Invalid: when communes are to be chosen and none, too many or an unknown one is.
    """
    if area is not DeliveryArea.COMMUNES:
        return area, []
    keys = sorted(set(chosen))
    if not 0 < len(keys) <= MOST_COMMUNES:
        raise Invalid(msg("Choose the communes it is brought to."), field="area_communes")
    for key in keys:
        try:
            places.commune(key)
        except Invalid as refusal:
            raise Invalid(refusal.message, field="area_communes") from None
    return area, keys


@dataclass(frozen=True)
class Limits:
    """The most of a listing for one order, and for one buyer within ``days`` (listing's unit)."""

    order_most: int | None = None
    buyer_most: int | None = None
    days: int | None = None

    def room(self, bought: int = 0) -> int | None:
        """Return how much an order may still hold, after so much within the days; None: no end."""
        bounds = [] if self.order_most is None else [self.order_most]
        if self.buyer_most is not None:
            bounds.append(max(self.buyer_most - bought, 0))
        return min(bounds, default=None)


NO_LIMITS = Limits()


def need_limits(limits: Limits) -> Limits:
    """Return limits that can be.

    :raises Invalid: when one is nothing, or the days stand without a quantity or the other way.
    """
    if (limits.buyer_most is None) != (limits.days is None):
        raise Invalid(
            msg("Give both: how much one buyer may have, and within how many days."),
            field="buyer_days",
        )
    if limits.days is not None and not 1 <= limits.days <= MOST_BUYER_DAYS:
        raise Invalid(
            msg("The number must be between %(least)s and %(most)s."),
            field="buyer_days",
            least=1,
            most=MOST_BUYER_DAYS,
        )
    for name, most in (("order_most", limits.order_most), ("buyer_most", limits.buyer_most)):
        if most is not None and most <= 0:
            raise Invalid(msg("Write an amount such as 2 kg or 0,5 kg."), field=name)
    return limits


@dataclass(frozen=True)
class Preorder:
    """Orders ahead of the harvest: first and last day they are taken, and days of delivery.

    ``cap`` is how much at most, in the listing's unit; None: what is in stock.
    """

    opens: date | None = None
    until: date | None = None
    cap: int | None = None
    deliver_from: date | None = None
    deliver_until: date | None = None

    def is_open(self, on: date) -> bool:
        """Tell whether orders are taken ahead on a day (``until`` is the last one)."""
        return self.opens is not None and self.until is not None and self.opens <= on <= self.until


def need_preorder(preorder: Preorder) -> Preorder:
    """Return a pre-order that can be.

    :raises Invalid: naming the field that is missing or out of order.
    """
    first, last = preorder.opens, preorder.until
    if (first is None) != (last is None) or (first and last and last < first):
        raise Invalid(msg("Give the first and the last day of pre-orders."), field="preorder_until")
    if preorder.cap is not None and preorder.cap <= 0:
        raise Invalid(msg("Write an amount such as 2 kg or 0,5 kg."), field="preorder_cap")
    begins, ends = preorder.deliver_from, preorder.deliver_until
    if (begins is None) != (ends is None) or (begins and ends and ends < begins):
        raise Invalid(msg("Give the first and the last day of delivery."), field="deliver_until")
    if first is None and (begins or preorder.cap is not None):
        raise Invalid(msg("Give the first and the last day of pre-orders."), field="preorder_until")
    if first and begins and begins < first:
        raise Invalid(msg("Delivery cannot begin before pre-orders open."), field="deliver_from")
    return preorder


LABELS.update(
    {
        DeliveryArea.EVERYWHERE: msg("Everywhere"),
        DeliveryArea.PROVINCE: msg("Within the former province of Hải Dương"),
        DeliveryArea.COMMUNES: msg("In chosen communes"),
        DeliveryArea.PICK_UP: msg("Not delivered: it is fetched"),
    }
)
