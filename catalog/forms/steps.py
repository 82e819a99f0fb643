"""Forms that are buttons, and the office's decisions."""

from flask_babel import lazy_gettext as _l
from wtforms import (
    HiddenField,
)
from wtforms.validators import Length

from catalog.forms.parts import number
from kernel.errors import Invalid
from kernel.messages import msg
from kernel.web.forms import (
    Form,
    MultiCheckboxField,
    TextAreaField,
)

MOST_CHOSEN = 100


class PressForm(Form):
    """A button."""

    action = HiddenField()


class WithdrawForm(Form):
    """A button that takes back the change it was shown with."""

    change = HiddenField()


class RestoreForm(Form):
    """A button that writes an earlier version anew, over the one that was seen."""

    version = HiddenField()


class DecisionForm(Form):
    """What the office decides, and why."""

    action = HiddenField()
    version = HiddenField()
    change = HiddenField()
    reason = TextAreaField(_l("Reason"), [Length(max=500)])

    def seen(self) -> int:
        """Return the version that was looked at; 0 when it cannot be read."""
        return number(self.version.data)


class ApprovalForm(Form):
    """Listings that are approved together, each as "id:version"."""

    listing = MultiCheckboxField(validate_choice=False)

    def chosen(self) -> dict[str, int]:
        """Return the versions that were seen, by id.

        :raises Invalid: when none is chosen.
        """
        pairs = [value.partition(":") for value in (self.listing.data or [])[:MOST_CHOSEN]]
        if not pairs:
            raise Invalid(msg("Choose the listings to approve."))
        return {listing_id: number(version) for listing_id, _colon, version in pairs}
