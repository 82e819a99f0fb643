"""Forms of the office."""

from flask_babel import lazy_gettext as _l
from wtforms import (
    HiddenField,
    SelectField,
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


class LineForm(Form):
    """What an officer says of one line of the checklist; a reason unless it is accepted."""

    version = HiddenField()
    verdict = HiddenField()
    reason = TextAreaField(_l("Reason for the vendor"), [Length(max=2000)])


class NoteForm(Form):
    """A note for colleagues."""

    text = TextAreaField(_l("Note for colleagues"), [required(), Length(max=4000)])


class HandOverForm(Form):
    """To whom a dossier is given."""

    version = HiddenField()
    to = SelectField(_l("Colleague"), [required()], validate_choice=False)


class ChargeForm(Form):
    """The button that takes a dossier again, or gives it back."""

    version = HiddenField()


class PressForm(Form):
    """A button."""
