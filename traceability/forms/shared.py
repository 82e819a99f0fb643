"""What several forms share."""

import re
from collections.abc import Callable
from datetime import time
from typing import TypeVar

from flask_babel import gettext
from wtforms.validators import InputRequired, ValidationError

from kernel.errors import DomainError
from kernel.web.forms import REQUIRED, refusal_text

Result = TypeVar("Result")


def required() -> InputRequired:
    """Return the check that a field is filled in."""
    return InputRequired(REQUIRED)


def reading(parse: Callable[[], Result]) -> Result:
    """Return what a field says; a refusal is shown on it.

    :raises ValidationError: in the reader's language.
    """
    try:
        return parse()
    except DomainError as refusal:
        raise ValidationError(refusal_text(refusal)) from refusal


def read_hour(text: str) -> time:
    """Read an hour such as 09:00 or 9h30.

    :raises ValidationError: in the reader's language.
    """
    said = text.replace("h", ":").replace("g", ":")
    found = re.fullmatch(r"(\d{1,2})(?::(\d{2})?)?", said, re.ASCII)
    if found is None or int(found[1]) > 23 or int(found[2] or 0) > 59:
        raise ValidationError(gettext("Write an hour such as 09:30."))
    return time(int(found[1]), int(found[2] or 0))
