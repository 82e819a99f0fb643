"""Refusals of the catalogue."""

from kernel.errors import Conflict
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
