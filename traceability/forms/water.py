"""Forms of water: a source, and a plot that draws from it."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.validators import Length

from kernel.web.forms import DayField, Form, TextField
from traceability.forms.shared import required


class SourceForm(Form):
    """A well, pond, canal or pipe."""

    name = TextField(_l("What do you call it?"), [required(), Length(max=120)])


class DrawForm(Form):
    """A plot that draws from it; the page sets the choices."""

    plot = SelectField(_l("Plot"), [required()])
    since = DayField(_l("Since"), [required()])


class LeaveForm(Form):
    """Since when a plot does no more."""

    until = DayField(_l("No more from"), [required()])
