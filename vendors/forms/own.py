"""Forms of the vendor's own pages."""

from flask_babel import lazy_gettext as _l
from wtforms import (
    SelectField,
    SelectMultipleField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from kernel.web.forms import DayField, Form, PhoneField, TextAreaField, TextField
from vendors.forms.parts import choices, email, required
from vendors.rules import Scheme


class CertificateForm(Form):
    """What is printed on a certificate."""

    scheme = SelectField(_l("Certificate"), [required()], choices=choices(Scheme))
    number = TextField(_l("Number"), [required(), Length(max=80)])
    issuer = TextField(_l("Issued by"), [required(), Length(max=160)])
    product = TextField(_l("Products and area it covers"), [Length(max=200)])
    stars = SelectField(
        _l("OCOP stars"),
        choices=[SelectChoice("", "-"), *map(SelectChoice, "345")],
    )
    valid_from = DayField(_l("Issued on"), [required()])
    last_day = DayField(_l("Valid until"))


class MemberForm(Form):
    """Somebody who is to work with us."""

    contact = TextField(
        _l("Mobile number or e-mail"),
        [required(), Length(max=254)],
        render_kw={"autocomplete": "off", "autocapitalize": "none"},
    )
    roles = SelectMultipleField(
        _l("May do"),
        choices=[
            SelectChoice("owner", _l("Everything, like me")),
            SelectChoice("seller", _l("Offers and orders")),
            SelectChoice("recorder", _l("Farm diary and lots")),
            SelectChoice("finance", _l("Money and payouts")),
        ],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


class ProfileForm(Form):
    """What the public reads about a vendor."""

    story_vi = TextAreaField(_l("Your story in Vietnamese"), [Length(max=4000)])
    story_en = TextAreaField(_l("Your story in English"), [Length(max=4000)])
    phone = PhoneField(_l("Phone number"), [required()])
    email = TextField(
        _l("E-mail"),
        [Optional(), Length(max=254), email()],
        render_kw={"inputmode": "email", "autocomplete": "email"},
    )
