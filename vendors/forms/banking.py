"""The form of a bank account."""

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from kernel.banks import BANKS
from kernel.web.forms import Form, TextField
from vendors.forms.parts import required


class BankForm(Form):
    """Where payouts go, and the password of who says so."""

    bank_bin = SelectField(
        _l("Bank"),
        [required()],
        choices=[
            SelectChoice("", _l("Choose")),
            *(
                SelectChoice(number, name)
                for number, name in sorted(BANKS.items(), key=lambda b: b[1])
            ),
        ],
    )
    account_number = TextField(
        _l("Account number"),
        [required(), Length(max=30)],
        render_kw={"autocomplete": "off", "inputmode": "numeric", "autocapitalize": "characters"},
    )
    holder = TextField(
        _l("Account holder"),
        [required(), Length(max=120)],
        render_kw={"autocomplete": "off"},
    )
    current = PasswordField(
        _l("Your password"), [required()], render_kw={"autocomplete": "current-password"}
    )
