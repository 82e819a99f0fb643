"""The form of a task that a diary offers."""

from flask_babel import lazy_gettext
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import Length

from kernel.messages import LABELS
from kernel.web.forms import Form, TextAreaField, TextField
from traceability.forms.shared import required
from traceability.rules import Activity
from traceability.rules.tasks import MOST_TITLE


class TaskForm(Form):
    """Something typically done to a crop."""

    seen = HiddenField()
    title = TextField(_l("What is done"), [required(), Length(max=MOST_TITLE)])
    activity = SelectField(
        _l("What kind of work"),
        choices=[SelectChoice(one.value, lazy_gettext(LABELS[one])) for one in Activity],
        default=Activity.CARE.value,
    )
    crops = TextField(_l("For which crops"), [Length(max=200)])
    input_name = TextField(_l("Product"), [Length(max=120)])
    dose = TextField(_l("Dose"), [Length(max=80)])
    note = TextAreaField(_l("Note"), [Length(max=1000)])

    @property
    def crop_names(self) -> tuple[str, ...]:
        """The names of crops, as they were typed between commas."""
        return tuple(name.strip() for name in (self.crops.data or "").split(",") if name.strip())

    @property
    def seen_version(self) -> int:
        """The version that was looked at; 0 when none was told."""
        told = self.seen.data or ""
        return int(told) if told.isascii() and told.isdecimal() and len(told) < 10 else 0
