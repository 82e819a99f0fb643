"""Forms of the application."""

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    MultipleFileField,
    RadioField,
    SelectField,
    StringField,
)
from wtforms.validators import InputRequired, Length, Optional

from kernel.web.forms import Form, PhoneField, TextField
from vendors.forms.parts import choices, email, required
from vendors.rules import DocumentKind, LegalForm

NARROWS = {
    "hx-get": "/apply/communes",
    "hx-trigger": "input changed delay:400ms",
    "hx-target": "#communes",
    "hx-swap": "outerHTML",
    "hx-include": "#commune_search, #old_address",
}
"""With JavaScript the list of communes narrows down while somebody types."""

TAKEN = "application/pdf,image/jpeg,image/png,image/webp"


class WhoForm(Form):
    """Step 1: who applies."""

    legal_form = RadioField(_l("You sell as"), [required()], choices=choices(LegalForm))
    name = TextField(
        _l("Name of the farm, cooperative or business"),
        [required(), Length(min=3, max=120)],
        render_kw={"autocomplete": "organization"},
    )
    registration_no = TextField(
        _l("Tax code, or personal number of an individual"),
        [required(), Length(max=20)],
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    representative = TextField(
        _l("Full name of the person who answers for it"),
        [required(), Length(min=3, max=120)],
        render_kw={"autocomplete": "name"},
    )


class WhereForm(Form):
    """Step 2: where it is and how to reach it; the commune is drawn by the page."""

    commune_search = TextField(
        _l("Find your xã or phường"),
        [Length(max=80)],
        render_kw={"autocomplete": "off", "enterkeyhint": "search", **NARROWS},
    )
    old_address = TextField(
        _l("Your address before July 2025"),
        [Length(max=200)],
        render_kw={"autocomplete": "off", **NARROWS},
    )
    commune = StringField(_l("Xã or phường"))
    address = TextField(
        _l("Village, house number, street"),
        [required(), Length(max=200)],
        render_kw={"autocomplete": "street-address"},
    )
    phone = PhoneField(_l("Phone number"), [required()])
    email = TextField(
        _l("E-mail"),
        [Optional(), Length(max=254), email()],
        render_kw={"inputmode": "email", "autocomplete": "email"},
    )


class PapersForm(Form):
    """Step 3: papers, one kind at a time."""

    kind = SelectField(_l("What is it?"), [required()], choices=choices(DocumentKind))
    file = MultipleFileField(
        _l("Photo or PDF"), [required()], render_kw={"accept": TAKEN, "multiple": True}
    )


class SubmitForm(Form):
    """Step 4: hand it in."""

    declares = BooleanField(
        _l("What I wrote is true, and the papers are mine to show."),
        [InputRequired(_l("Please confirm this."))],
    )
    # Never ticked beforehand; the page shows the text of the rule beside each.
    consent = BooleanField(
        _l("I agree to the check of my data."), [InputRequired(_l("Please confirm this."))]
    )
    marketing = BooleanField(_l("Send me news of the market."))
