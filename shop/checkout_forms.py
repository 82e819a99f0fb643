"""What the checkout asks for."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp, ValidationError

from kernel.i18n import pick
from kernel.places import communes
from kernel.web.forms import REQUIRED, Form, PhoneField, TextAreaField, TextField

EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"


class CheckoutForm(Form):
    """Name, telephone, way of delivery, way to pay."""

    contact_name = TextField(_l("Your name"), [InputRequired(REQUIRED), Length(max=120)])
    contact_phone = PhoneField(_l("Phone"), [InputRequired(REQUIRED)])
    contact_email = TextField(
        _l("E-mail"),
        [
            Optional(),
            Length(max=254),
            Regexp(EMAIL, message=_l("Write an address such as lan@example.vn.")),
        ],
    )
    delivery = RadioField(_l("How it reaches you"), [InputRequired(REQUIRED)])
    commune = SelectField(_l("Commune or ward"), validate_choice=False)
    address = TextField(_l("House, street, hamlet"), [Length(max=200)])
    collection_point = RadioField(_l("Collection point"), validate_choice=False)
    note = TextAreaField(_l("Note for the sellers"), [Length(max=500)])
    method = RadioField(_l("How you pay"), [InputRequired(REQUIRED)])

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        places = [SelectChoice(place.key, place.name) for place in communes()]
        self.commune.choices = [SelectChoice("", _l("Choose")), *places]

    def offer_delivery(self, choices: Sequence[tuple[str, str]]) -> None:
        """Offer ways of delivery; the only one is chosen already."""
        self.delivery.choices = [SelectChoice(*choice) for choice in choices]
        if len(choices) == 1 and not self.delivery.data:
            self.delivery.data = choices[0][0]

    def offer_points(self, points: Sequence[Any], lang: str) -> None:
        """Offer collection points by name and commune."""
        self.collection_point.choices = [
            SelectChoice(point.id, f"{pick(point.name, lang)}, {point.address}") for point in points
        ]

    def offer_methods(self, choices: Sequence[tuple[str, str]]) -> None:
        """Offer ways to pay."""
        self.method.choices = [SelectChoice(*choice) for choice in choices]

    def validate_commune(self, field: SelectField) -> None:
        """Ask for a commune of the list where goods are delivered."""
        known = {choice.value for choice in field.choices or ()}
        if self.delivery.data == "delivery" and (not field.data or field.data not in known):
            raise ValidationError(_l("Choose a commune from the list."))

    def validate_address(self, field: TextField) -> None:
        """Ask for an address where goods are delivered."""
        if self.delivery.data == "delivery" and not field.data:
            raise ValidationError(REQUIRED)

    def validate_collection_point(self, field: RadioField) -> None:
        """Ask for a point of the list where goods are fetched."""
        known = {choice.value for choice in field.choices or ()}
        if self.delivery.data == "collection" and field.data not in known:
            raise ValidationError(_l("Choose a collection point."))


class PlaceForm(CheckoutForm):
    """The same once more, with what the page showed and what the buyer agrees to."""

    checkout = IntegerField(validators=[InputRequired(), NumberRange(min=0)])
    shown_total = IntegerField(validators=[InputRequired(), NumberRange(min=0)])
    terms = BooleanField(
        _l("I have read the conditions and order with an obligation to pay."),
        [InputRequired(_l("Please confirm this before you order."))],
    )

    ASKED = (
        "contact_name",
        "contact_phone",
        "contact_email",
        "delivery",
        "commune",
        "address",
        "collection_point",
        "note",
        "method",
    )

    def carried(self) -> dict[str, str]:
        """Return what was filled in before, to be sent along unseen."""
        return {name: str(self[name].data or "") for name in self.ASKED}
