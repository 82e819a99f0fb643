"""The form of the packing house beside its thermometer."""

from datetime import time

from flask_babel import lazy_gettext as _l
from wtforms.validators import Length

from kernel.web.forms import DayField, Form, TextField
from traceability.forms.shared import read_hour, reading, required
from traceability.rules.keeping import MOST_STORE, read_celsius


class KeepForm(Form):
    """How warm, when and where."""

    celsius = TextField(_l("Temperature in °C"), [required(), Length(max=12)])
    day = DayField(_l("Day"), [required()])
    hour = TextField(_l("Hour"), [required(), Length(max=5)])
    store = TextField(_l("Cold store"), [Length(max=MOST_STORE)])

    degrees: float = 0.0
    clock: time = time()

    def validate_celsius(self, field: TextField) -> None:
        """Read degrees such as 4 or -18,5."""
        self.degrees = reading(lambda: read_celsius(field.data or ""))

    def validate_hour(self, field: TextField) -> None:
        """Read an hour such as 09:30."""
        self.clock = read_hour(field.data or "")
