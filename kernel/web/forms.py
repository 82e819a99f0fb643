"""Forms that take what people write and say what is wrong in their language."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import phonenumbers
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import Field, SelectMultipleField, StringField
from wtforms.fields import TextAreaField as PlainTextAreaField
from wtforms.widgets import CheckboxInput, ListWidget, TextInput

from kernel.errors import DomainError, Invalid
from kernel.i18n import pick
from kernel.messages import msg
from kernel.money import parse_vnd
from kernel.quantity import Unit, parse_quantity
from kernel.web.language import current_language
from kernel.web.wording import Wording


def clean(text: object) -> object:
    """Normalise a typed text: NFC, no control characters, no spaces around it."""
    if not isinstance(text, str):
        return text
    kept = (c for c in unicodedata.normalize("NFC", text) if c in "\n\t" or c.isprintable())
    return "".join(kept).strip()


def normal_phone(text: str) -> str:
    """Return a Vietnamese (or, with +, any) telephone number as E.164.

    :raises Invalid: when it is no possible number.
    """
    try:
        number = phonenumbers.parse(text, "VN")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise Invalid(msg("Write a phone number such as 0912 345 678."))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def parse_day(text: str) -> date:
    """Read a day: 23/11/2026, or as a browser's date field sends it.

    :raises Invalid: when it is none.
    """
    for pattern in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"):
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise Invalid(msg("Write a day such as 23/11/2026."))


def parse_decimal(text: str) -> float:
    """Read a number such as 20,9374 or 20.9374.

    :raises Invalid: when it is none.
    """
    if not re.fullmatch(r"[+-]?\d{1,9}(?:[.,]\d{1,15})?", text, re.ASCII):
        raise Invalid(msg("Write a number such as 20,9374."))
    return float(text.replace(",", "."))


class Form(FlaskForm):
    """Parent of every form."""

    class Meta(FlaskForm.Meta):
        """What the library asks a form about itself."""

        def get_translations(self, form: Any) -> Wording:
            """Return the words for what the library finds wrong."""
            del form
            return Wording()

    problem: str = ""
    """A refusal that concerns no single field."""


class TextField(StringField):
    """One line of text, cleaned."""

    def __init__(self, label: Any, validators: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(label, list(validators), filters=[clean], **kwargs)


class TextAreaField(PlainTextAreaField):
    """Several lines of text, cleaned."""

    def __init__(self, label: Any, validators: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(label, list(validators), filters=[clean], **kwargs)


class MultiCheckboxField(SelectMultipleField):
    """Any of several things, one box each."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class _ParsedField(Field):
    """A line of text read by ``parse``; what was typed is kept when it is wrong."""

    widget = TextInput()
    raw = ""

    def parse(self, text: str) -> Any:
        raise NotImplementedError

    def write(self, value: Any) -> str:
        return str(value)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.write(self.data)

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = str(clean(valuelist[0])) if valuelist else ""
        if not text:
            self.data = None
            return
        try:
            self.data = self.parse(text)
        except DomainError as refusal:
            self.data = None
            raise ValueError(refusal_text(refusal)) from refusal


class PhoneField(_ParsedField):
    """A telephone number, as E.164."""

    def parse(self, text: str) -> str:
        return normal_phone(text)

    def write(self, value: str) -> str:
        return "0" + value.removeprefix("+84") if value.startswith("+84") else value


class MoneyField(_ParsedField):
    """An amount in đồng: 45000, 45.000, 45k, 1,2 tr."""

    def parse(self, text: str) -> int:
        return parse_vnd(text)

    def write(self, value: int) -> str:
        return f"{value:,}".replace(",", ".")


class QuantityField(_ParsedField):
    """An amount in base units of ``unit``; a bare number counts ``bare`` (such as kg)."""

    def __init__(
        self, label: Any, validators: Sequence[Any] = (), *, unit: Unit, bare: str = "", **kw: Any
    ) -> None:
        super().__init__(label, list(validators), **kw)
        self.unit, self.bare = unit, bare

    def parse(self, text: str) -> int:
        return parse_quantity(text, self.unit, bare=self.bare)

    def write(self, value: int) -> str:
        from kernel.i18n import format_quantity  # noqa: PLC0415

        return format_quantity(value, self.unit)


class DecimalField(_ParsedField):
    """A number such as 20,9374 or 20.9374."""

    def parse(self, text: str) -> float:
        return parse_decimal(text)

    def write(self, value: float) -> str:
        return f"{value:g}" if value == int(value) else str(value)


class DayField(_ParsedField):
    """A day: 23/11/2026, or as a browser's date field sends it."""

    def parse(self, text: str) -> date:
        return parse_day(text)

    def write(self, value: date) -> str:
        return value.isoformat()


def refusal_text(refusal: DomainError) -> str:
    """Return a refusal in the reader's language; a value that holds both is picked from."""
    lang = current_language()
    values = {
        name: pick(value, lang) if isinstance(value, Mapping) else value
        for name, value in refusal.values.items()
    }
    return str(gettext(refusal.message, **values))


def form_error(form: FlaskForm, refusal: DomainError) -> None:
    """Show a refusal on the field it names, else on top of the form."""
    field = form._fields.get(refusal.field) if refusal.field else None
    if field is None:
        form.problem = refusal_text(refusal)
    else:
        field.errors = [*field.errors, refusal_text(refusal)]


REQUIRED = lazy_gettext("Please fill in this field.")
