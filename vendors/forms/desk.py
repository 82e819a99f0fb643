"""Forms of the office."""

from flask_babel import lazy_gettext as _l
from wtforms import (
    HiddenField,
)
from wtforms.validators import Length

from kernel.web.forms import Form, TextAreaField
from vendors.forms.parts import required


class DecisionForm(Form):
    """What an officer does with the dossier, and why."""

    version = HiddenField()
    action = HiddenField()
    reason = TextAreaField(_l("Reason for the vendor"), [Length(max=2000)])


class ReasonForm(Form):
    """Why a certificate is withdrawn."""

    reason = TextAreaField(_l("Reason for the vendor"), [required(), Length(max=2000)])


class PressForm(Form):
    """A button."""
