"""What several forms share."""

from collections.abc import Callable
from typing import TypeVar

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
