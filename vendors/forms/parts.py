"""What several forms share."""

import enum
from collections.abc import Iterable
from datetime import date

from flask_babel import lazy_gettext as _l
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Email, InputRequired

from kernel.errors import Invalid
from kernel.messages import LABELS, msg
from kernel.web.forms import REQUIRED, DayField


def required() -> InputRequired:
    """Return the validator of a field that must be filled in."""
    return InputRequired(REQUIRED)


def email() -> Email:
    """Return the validator of an e-mail address."""
    return Email(_l("Write an e-mail address such as ten@example.vn."))


def choices(kind: Iterable[enum.Enum]) -> list[SelectChoice]:
    """Return the members of an enum as choices, in words."""
    return [SelectChoice(member.value, _l(LABELS[member])) for member in kind]


def day_in(field: DayField) -> date:
    """Return the day of a field that must hold one.

    :raises Invalid: when only spaces were sent.
    """
    if field.data is None:
        raise Invalid(msg("Write a day such as 23/11/2026."), field=field.name)
    return field.data  # type: ignore[no-any-return]
