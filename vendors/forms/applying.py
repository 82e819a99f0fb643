"""Forms of the application."""

import re
from collections.abc import Sequence
from typing import Any, Self

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    MultipleFileField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from kernel.web.forms import REQUIRED, DayField, Form, PhoneField, TextAreaField, TextField
from vendors.forms.parts import choices, email, required
from vendors.rules import OFFER_WORDS, DocumentKind, LegalForm, Offer, Scheme

NARROWS = {
    "hx-get": "/apply/communes",
    "hx-trigger": "input changed delay:400ms",
    "hx-target": "#communes",
    "hx-swap": "outerHTML",
    "hx-include": "#commune_search, #old_address",
}
"""With JavaScript the list of communes narrows down while somebody types."""

TAKEN = "application/pdf,image/jpeg,image/png,image/webp,image/heic,image/heif,image/avif"


PICTURES = "image/jpeg,image/png,image/webp"
"""What a camera gives."""


class OffersField(SelectMultipleField):
    """Boxes for what somebody means to sell, each with its line of explanation."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: Any, **kwargs: Any) -> None:
        chosen = [InputRequired(_l("Choose at least one."))]
        super().__init__(label, chosen, choices=choices(Offer), **kwargs)

    def words(self, value: str) -> str:
        """Return what an offer means."""
        return str(gettext(OFFER_WORDS[Offer(value)]))


class UploadFileField(MultipleFileField):
    """Files from the camera or from the telephone: inputs left empty do not count."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = [file for file in valuelist if getattr(file, "filename", "")]


class _LineForm(Form):
    """A form that stands once for each line of the checklist: its ids tell them apart."""

    requirement = HiddenField()

    def mark(self, key: str) -> None:
        """Give the fields ids that no other line's form has."""
        self.requirement.data = key
        for field in self:
            field.id = f"{key or 'other'}-{self.prefix_of_ids}{field.name}"
            field.label.field_id = field.id

    prefix_of_ids = ""


class WhoForm(Form):
    """Step 1: who applies, and to sell what."""

    code = HiddenField()
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
    sells = OffersField(_l("What will you sell?"))

    def validate_code(self, field: Field) -> None:
        """Take only codes such as we give."""
        if field.data and not re.fullmatch(r"V[0-9A-Z]{9}", field.data):
            field.data = ""


class OffersForm(Form):
    """What a vendor sells whom the office entered."""

    sells = OffersField(_l("What do you sell?"))


class PersonForm(Form):
    """Step 2: who answers."""

    full_name = TextField(
        _l("Full name, as on the identity card"),
        [required(), Length(min=3, max=120)],
        render_kw={"autocomplete": "name"},
    )
    number = TextField(
        _l("Personal number, 12 digits"),
        [required(), Length(max=20)],
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    birthday = DayField(_l("Birthday"), [required()], render_kw={"autocomplete": "bday"})
    head_office = TextField(
        _l("Head office, when it is not the place of the farm"), [Length(max=240)]
    )


class WhereForm(Form):
    """Step 3: where it is and how to reach it; the commune is drawn by the page."""

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


class PapersForm(_LineForm):
    """Step 4: papers for one line of the checklist."""

    kind = SelectField(_l("What is it?"), [required()], choices=choices(DocumentKind))
    file = UploadFileField(_l("Photo or PDF"), render_kw={"accept": TAKEN, "multiple": True})

    def validate_file(self, field: Field) -> None:
        """Ask for at least one file."""
        if not field.data:
            raise ValidationError(REQUIRED)

    def for_line(self, key: str, kinds: Sequence[DocumentKind]) -> Self:
        """Make this the form of one line."""
        self.mark(key)
        self.kind.choices = choices(kinds)
        if len(kinds) == 1:
            self.kind.data = kinds[0].value
        return self


class ProofForm(_LineForm):
    """Step 4: what is printed on a certificate that proves a line."""

    prefix_of_ids = "proof-"

    scheme = SelectField(_l("Certificate"), [required()], choices=choices(Scheme))
    number = TextField(
        _l("Number"), [required(), Length(min=1, max=80)], render_kw={"autocomplete": "off"}
    )
    issuer = TextField(
        _l("Issued by"), [required(), Length(min=2, max=160)], render_kw={"autocomplete": "off"}
    )
    # Without a default, a card that does not ask for stars could not be sent.
    stars = SelectField(
        _l("OCOP stars"), choices=[SelectChoice("", "-"), *map(SelectChoice, "345")], default=""
    )
    valid_from = DayField(_l("Issued on"), [required()])
    last_day = DayField(_l("Valid until"))

    def for_line(self, key: str, schemes: Sequence[Scheme]) -> Self:
        """Make this the form of one line."""
        self.mark(key)
        self.scheme.choices = choices(schemes)
        if len(schemes) == 1:
            self.scheme.data = schemes[0].value
        return self

    @property
    def asks_stars(self) -> bool:
        """Tell whether one of the schemes has stars."""
        return any(choice.value == Scheme.OCOP.value for choice in self.scheme.choices or [])


class SubmitForm(Form):
    """Last step: hand it in."""

    declares = BooleanField(
        _l("What I wrote is true, and the papers are mine to show."),
        [InputRequired(_l("Please confirm this."))],
    )
    # Never ticked beforehand; the page shows the text of the rule beside each.
    consent = BooleanField(
        _l("I agree to the check of my data."), [InputRequired(_l("Please confirm this."))]
    )
    marketing = BooleanField(_l("Send me news of the market."))


class AppealForm(Form):
    """Why a decision is wrong."""

    reason = TextAreaField(_l("Why you disagree"), [required(), Length(min=10, max=2000)])
