"""Forms of the application, the desk and the vendor's own pages."""

import enum
from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    HiddenField,
    MultipleFileField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Email, InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from kernel.messages import LABELS
from kernel.web.forms import REQUIRED, DayField, Form, PhoneField, TextAreaField, TextField
from vendors.rules import DocumentKind, LegalForm, Scheme

NARROWS = {
    "hx-get": "/apply/communes",
    "hx-trigger": "input changed delay:400ms",
    "hx-target": "#communes",
    "hx-swap": "outerHTML",
    "hx-include": "#commune_search, #old_address",
}
"""With JavaScript the list of communes narrows down while somebody types."""

TAKEN = "application/pdf,image/jpeg,image/png,image/webp"


def _required() -> InputRequired:
    return InputRequired(REQUIRED)


def _email() -> Email:
    return Email(_l("Write an e-mail address such as ten@example.vn."))


def _choices(kind: Iterable[enum.Enum]) -> list[SelectChoice]:
    return [SelectChoice(member.value, _l(LABELS[member])) for member in kind]


class WhoForm(Form):
    """Step 1: who applies."""

    legal_form = RadioField(_l("You sell as"), [_required()], choices=_choices(LegalForm))
    name = TextField(
        _l("Name of the farm, cooperative or business"),
        [_required(), Length(min=3, max=120)],
        render_kw={"autocomplete": "organization"},
    )
    registration_no = TextField(
        _l("Tax code, or personal number of an individual"),
        [_required(), Length(max=20)],
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    representative = TextField(
        _l("Full name of the person who answers for it"),
        [_required(), Length(min=3, max=120)],
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
        [_required(), Length(max=200)],
        render_kw={"autocomplete": "street-address"},
    )
    phone = PhoneField(_l("Phone number"), [_required()])
    email = TextField(
        _l("E-mail"),
        [Optional(), Length(max=254), _email()],
        render_kw={"inputmode": "email", "autocomplete": "email"},
    )


class PapersForm(Form):
    """Step 3: papers, one kind at a time."""

    kind = SelectField(_l("What is it?"), [_required()], choices=_choices(DocumentKind))
    file = MultipleFileField(
        _l("Photo or PDF"), [_required()], render_kw={"accept": TAKEN, "multiple": True}
    )


class SubmitForm(Form):
    """Step 4: hand it in."""

    declares = BooleanField(
        _l("What I wrote is true, and the papers are mine to show."),
        [InputRequired(_l("Please confirm this."))],
    )


class DecisionForm(Form):
    """What an officer does with the dossier, and why."""

    version = HiddenField()
    action = HiddenField()
    reason = TextAreaField(_l("Reason for the vendor"), [Length(max=2000)])


class ReasonForm(Form):
    """Why a certificate is withdrawn."""

    reason = TextAreaField(_l("Reason for the vendor"), [_required(), Length(max=2000)])


class PressForm(Form):
    """A button."""


class CertificateForm(Form):
    """What is printed on a certificate."""

    scheme = SelectField(_l("Certificate"), [_required()], choices=_choices(Scheme))
    number = TextField(_l("Number"), [_required(), Length(max=80)])
    issuer = TextField(_l("Issued by"), [_required(), Length(max=160)])
    product = TextField(_l("Products and area it covers"), [Length(max=200)])
    stars = SelectField(
        _l("OCOP stars"),
        choices=[SelectChoice("", "-"), *map(SelectChoice, "345")],
    )
    valid_from = DayField(_l("Issued on"), [_required()])
    last_day = DayField(_l("Valid until"))


class MemberForm(Form):
    """Somebody who is to work with us."""

    contact = TextField(
        _l("Mobile number or e-mail"),
        [_required(), Length(max=254)],
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
    phone = PhoneField(_l("Phone number"), [_required()])
    email = TextField(
        _l("E-mail"),
        [Optional(), Length(max=254), _email()],
        render_kw={"inputmode": "email", "autocomplete": "email"},
    )
