"""Refusals of the catalogue."""

from kernel.errors import Conflict, Invalid
from kernel.messages import msg


class EditedMeanwhile(Conflict):
    """Somebody else saved the listing while this form was open."""

    code = "edited_meanwhile"
    message = msg(
        "Somebody else changed this listing while you were writing. "
        "Your words are kept below: compare, then save again."
    )


class VendorClosed(Conflict):
    """The vendor may not sell now, so nothing of it can be shown."""

    code = "vendor_closed"
    message = msg("The vendor may not sell now.")


class ProofFallen(Conflict):
    """What must be proved to sell the goods is not proved any more."""

    code = "proof_fallen"
    message = msg(
        "This cannot be shown: a certificate it needs has lapsed or was revoked. "
        "It can be once the trade office has verified a new one."
    )


class BaseMoved(Conflict):
    """What a proposed change was to replace is not what is shown any more."""

    code = "base_moved"
    message = msg(
        "What this change was to replace has changed meanwhile. "
        "Decline it: the vendor can propose it again."
    )


class ChangeGone(Conflict):
    """The proposed change that was looked at does not wait any more."""

    code = "change_gone"
    message = msg(
        "The vendor replaced or took back this change, or a colleague decided it. "
        "Look at the listing again."
    )


class Flagged(Conflict):
    """The checks found something: this listing wants a look of its own."""

    code = "flagged"
    message = msg("The checks found something in %(code)s: look at it by itself.")


class RowEdited(Conflict):
    """A row of the table was changed by somebody else while it was written."""

    code = "row_edited"
    message = msg("Somebody else changed this row meanwhile. It is shown as it is now.")


class ShelfEditedMeanwhile(Conflict):
    """A colleague saved the category or attribute while this form was open."""

    code = "shelf_edited_meanwhile"
    message = msg(
        "A colleague changed this while you were writing. "
        "Your words are kept below: compare, then save again."
    )


class SheetMoved(Conflict):
    """A table would change something else now than what was shown before."""

    code = "sheet_moved"
    message = msg(
        "Something was changed on the market meanwhile, so nothing was saved. "
        "Look the file through once more."
    )


class NamesNoLot(Invalid):
    """More of a stock that comes from lots was written without saying from which one."""

    code = "names_no_lot"
    message = msg(
        "Its stock comes from lots: on the page of the offer, say from which lot "
        "more of it is taken in."
    )
