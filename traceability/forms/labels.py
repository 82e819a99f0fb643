"""Forms of labels and of what scans show."""

import re
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, RadioField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import Length, NumberRange, Optional, ValidationError

from kernel.messages import LABELS
from kernel.web.forms import REQUIRED, Form, TextAreaField, TextField
from traceability.forms.shared import required
from traceability.gs1 import check_digit
from traceability.rules import MOST_REASON
from traceability.rules.labels import Template


class LabelForm(Form):
    """Which labels are wanted."""

    template = RadioField(
        _l("Kind of label"),
        [required()],
        choices=[SelectChoice(one.value, _l(LABELS[one])) for one in Template],
        default=Template.SHEET.value,
    )
    dpi = SelectField(
        _l("Printer"),
        choices=[
            SelectChoice("600", _l("Office printer, laser or ink")),
            SelectChoice("300", _l("Label printer, 300 dots an inch")),
            SelectChoice("203", _l("Label printer, 203 dots an inch")),
        ],
    )
    count = IntegerField(_l("How many labels"), [required()], render_kw={"inputmode": "numeric"})
    serials = BooleanField(_l("Each label has a serial number of its own"))
    claims = BooleanField(_l("Each has a secret code under a scratch field"))
    net = TextField(_l("What one pack holds, such as 500 g"), [Length(max=40)])
    sscc = TextField(
        _l("SSCC of the pallet, 18 digits"), [Length(max=30)], render_kw={"inputmode": "numeric"}
    )

    sscc18: str = ""

    def validate_sscc(self, field: TextField) -> None:
        """Read the number of a pallet, if there is one."""
        digits = re.sub(r"[\s()-]", "", field.data or "")
        digits = digits[2:] if len(digits) == 20 and digits.startswith("00") else digits
        fits = re.fullmatch(r"\d{18}", digits, re.ASCII) and check_digit(digits[:-1]) == digits[-1]
        if digits and not fits:
            raise ValidationError(gettext("An SSCC has 18 digits, and the last one must fit."))
        self.sscc18 = digits


class _NumbersForm(Form):
    """Serial numbers, one after the other."""

    serials = TextAreaField(_l("Serial numbers"), [Length(max=40_000)])
    numbers: tuple[str, ...] = ()

    def validate_serials(self, field: TextAreaField) -> None:
        """Read serial numbers as printed; letters that are misread are taken as what they are."""
        read = (field.data or "").upper().translate(str.maketrans("OIL", "011"))
        numbers = [word for word in re.split(r"[\s,;]+", read) if word]
        wrong = next((one for one in numbers if not re.fullmatch(r"[0-9A-Z]{12}", one)), None)
        if wrong is not None:
            raise ValidationError(
                gettext(
                    "%(number)s is no serial number: it has 12 letters or digits.", number=wrong
                )
            )
        self.numbers = tuple(dict.fromkeys(numbers))


class SpoilForm(_NumbersForm):
    """Labels that came out badly: how many, or which."""

    spoiled = IntegerField(
        _l("How many are spoiled"),
        [Optional(), NumberRange(1, 100_000)],
        render_kw={"inputmode": "numeric"},
    )


class SoldForm(_NumbersForm):
    """Units that were sold."""

    def validate_serials(self, field: TextAreaField) -> None:
        """Read them; there is at least one."""
        super().validate_serials(field)
        if not self.numbers:
            raise ValidationError(str(REQUIRED))


class VoidForm(Form):
    """Why labels are taken out of use."""

    reason = TextAreaField(_l("Reason"), [required(), Length(max=MOST_REASON)])


class ClaimsForm(Form):
    """In which form secret codes are handed out."""

    kind = RadioField(
        _l("As what?"),
        [required()],
        choices=[
            SelectChoice("pdf", _l("Labels as PDF, to print myself")),
            SelectChoice("xlsx", _l("A table for a printing house")),
        ],
        default="pdf",
    )


class ReprintForm(Form):
    """How many labels are printed once more."""

    count = IntegerField(_l("How many labels"), [Optional()], render_kw={"inputmode": "numeric"})


class CheckedForm(Form):
    """What was found out about a sign of copies."""

    note = TextAreaField(_l("What you found out"), [required(), Length(max=MOST_REASON)])
    is_copy = RadioField(
        _l("A copy, or harmless?"),
        [required()],
        choices=[
            SelectChoice("no", _l("Harmless: buyers are not warned any more")),
            SelectChoice("yes", _l("A copy: buyers are warned")),
        ],
    )

    @property
    def found(self) -> dict[str, Any]:
        """What was found out."""
        return {"is_copy": self.is_copy.data == "yes", "note": self.note.data or ""}
