"""What several forms share."""

import enum
from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Email, InputRequired

from kernel.messages import LABELS
from kernel.web.forms import REQUIRED


def required() -> InputRequired:
    """Return the validator of a field that must be filled in."""
    return InputRequired(REQUIRED)


def email() -> Email:
    """Return the validator of an e-mail address."""
    return Email(_l("Write an e-mail address such as ten@example.vn."))


def choices(kind: Iterable[enum.Enum]) -> list[SelectChoice]:
    """Return the members of an enum as choices, in words."""
    return [SelectChoice(member.value, _l(LABELS[member])) for member in kind]
