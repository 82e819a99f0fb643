"""What the form library says of wrong input, in the reader's language: it brings no Vietnamese."""

from flask_babel import gettext

from kernel.messages import msg

SAID = (
    msg("Number must be between %(min)s and %(max)s."),
    msg("Number must be at least %(min)s."),
    msg("Number must be at most %(max)s."),
    msg("Not a valid integer value."),
    msg("Not a valid decimal value."),
    msg("Not a valid float value."),
    msg("Not a valid date value."),
    msg("Not a valid time value."),
    msg("Not a valid choice."),
    msg("Invalid input."),
    msg("This field is required."),
)
"""Messages of the library that forms of the house can show."""

_OF_NUMBER = {
    "Field cannot be longer than %(max)d characters.": msg(
        "Field cannot be longer than %(max)d characters."
    ),
    "Field must be at least %(min)d characters long.": msg(
        "Field must be at least %(min)d characters long."
    ),
    "'%(value)s' are not valid choices for this field.": msg("Not a valid choice."),
}
"""Those it has in two forms, by the second."""


class Wording:
    """The library's messages, out of the catalogue of the house."""

    def gettext(self, text: str) -> str:
        """Return a message; what fills it comes later."""
        return str(gettext(text))

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """Return a message that counts; one form is enough for ours."""
        del number
        return str(gettext(_OF_NUMBER.get(plural, singular)))
