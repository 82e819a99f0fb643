"""Refusals of the basket and the checkout."""

from kernel.errors import Conflict, Invalid
from kernel.messages import msg


class EmptyBasket(Conflict):
    """There is nothing to order."""

    code, message = "empty_basket", msg("Your basket is empty.")


class BasketFull(Conflict):
    """A basket has a bound."""

    code, message = "basket_full", msg("A basket holds at most %(most)s different things.")


class NotForSale(Conflict):
    """It was taken off the shelf, or its day has passed."""

    code, message = "not_for_sale", msg("This is no longer for sale.")


class SellerAway(Conflict):
    """The seller is away for some days."""

    code = "seller_away"
    message = msg("The seller is away and sells again from %(day)s.")


class NotEnoughLeft(Conflict):
    """``left`` says how many packs or seats there are for this buyer."""

    code = "not_enough_left"

    def __init__(self, left: int) -> None:
        message = msg("Not enough is left: you can have %(left)s.") if left else msg("Sold out.")
        super().__init__(message, field="quantity", left=left)
        self.left = left


class PricesChanged(Conflict):
    """The total is no longer the one the buyer saw."""

    code = "prices_changed"
    message = msg("The total has changed meanwhile. Please look at it and place the order again.")


class OverOrderLimit(Conflict):
    """One order may hold so much of it; ``most`` is written in both languages."""

    code = "over_order_limit"
    message = msg("At most %(most)s of “%(title)s” can be had in one order.")


class OverBuyerLimit(Conflict):
    """One buyer may have so much of it within some days."""

    code = "over_buyer_limit"
    message = msg(
        "One buyer can have at most %(most)s of “%(title)s” within %(days)s days: "
        "you can still have %(left)s."
    )


class NotDelivered(Invalid):
    """It is not brought to this commune."""

    code = "not_delivered"
    message = msg(
        "“%(title)s” is not delivered to %(place)s. Choose another address, fetch the order at a "
        "collection point, or take it out of the basket."
    )


class OnlyFetched(Invalid):
    """It is brought nowhere."""

    code = "only_fetched"
    message = msg(
        "“%(title)s” is not delivered: fetch the order at a collection point, or take it out of "
        "the basket."
    )


class MethodNotOffered(Invalid):
    """This basket cannot be paid in this way."""

    code, message = "method_not_offered", msg("This basket cannot be paid in this way.")


class CannotCancel(Conflict):
    """It is too late for the buyer to cancel alone."""

    code = "cannot_cancel"
    message = msg("This order can no longer be cancelled here. Please call the seller.")


class PayTimeOver(Conflict):
    """Nothing is waiting for a payment any more."""

    code = "pay_time_over"
    message = msg("This order is not waiting for a payment any more.")


class LotStopped(Conflict):
    """A lot in the order was held or recalled."""

    code = "lot_stopped"
    message = msg("Lot %(lot)s may not be sold now. Please wait for the office or cancel.")


class LotsHoldLess(Conflict):
    """The lots of an offer hold less than a line needs; the vendor chooses others, or counts."""

    code = "lots_hold_less"
    message = msg(
        "The lots of “%(title)s” hold %(missing)s less than was ordered: choose other lots, or "
        "correct what they hold."
    )


class LotsDiffer(Invalid):
    """What was chosen of lots is not what was ordered."""

    code = "lots_differ"
    message = msg("Of “%(title)s” %(wanted)s go out, but %(chosen)s were chosen.")
