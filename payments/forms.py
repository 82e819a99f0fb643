"""Forms of the finance desk."""

from flask_babel import lazy_gettext as _l
from wtforms.validators import InputRequired, Length

from kernel.web.forms import REQUIRED, Form, TextField


class ConfirmTransferForm(Form):
    """The bank's own number of a transfer that was seen on the account."""

    bank_ref = TextField(
        _l("Bank's transfer number"),
        [InputRequired(REQUIRED), Length(min=4, max=60)],
        render_kw={"autocomplete": "off", "autocapitalize": "characters"},
    )
