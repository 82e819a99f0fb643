"""Forms of the office about links of codes."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from traceability.forms import ReasonForm


class TakeDownForm(ReasonForm):
    """Why a link is taken down, and where its code leads then; the choices are set by the page."""

    heir_id = SelectField(_l("Where the code leads then"), validate_choice=False)
