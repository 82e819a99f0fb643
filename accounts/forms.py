"""Forms of sign-in, sign-up and the account pages."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from accounts.rules import LONGEST_PASSWORD, RequestKind
from kernel.messages import LABELS
from kernel.web.forms import REQUIRED, Form, TextAreaField, TextField

CONTACT = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
CODE = {"autocomplete": "one-time-code", "inputmode": "text", "spellcheck": "false"}


def _required() -> InputRequired:
    return InputRequired(REQUIRED)


def _current_password(label: Any) -> PasswordField:
    # Four bytes a character at most: more is refused before any work is done.
    limits = [_required(), Length(max=4 * LONGEST_PASSWORD)]
    return PasswordField(label, limits, render_kw={"autocomplete": "current-password"})


def _new_password(label: Any) -> PasswordField:
    return PasswordField(label, [_required()], render_kw={"autocomplete": "new-password"})


class SignInForm(Form):
    """Contact and password."""

    contact = TextField(
        _l("Mobile number or e-mail"), [_required(), Length(max=254)], render_kw=CONTACT
    )
    password = _current_password(_l("Password"))


class SignUpForm(Form):
    """A new account."""

    name = TextField(
        _l("Your name"), [_required(), Length(max=120)], render_kw={"autocomplete": "name"}
    )
    contact = TextField(
        _l("Mobile number or e-mail"), [_required(), Length(max=254)], render_kw=CONTACT
    )
    password = _new_password(_l("Password"))


class ForgotForm(Form):
    """Where to send a link for a new password."""

    contact = TextField(
        _l("Mobile number or e-mail"), [_required(), Length(max=254)], render_kw=CONTACT
    )


class ResetForm(Form):
    """A new password, by a link."""

    password = _new_password(_l("New password"))


class PasswordForm(Form):
    """A new password, by the old one."""

    current = _current_password(_l("Current password"))
    password = _new_password(_l("New password"))


class ProfileForm(Form):
    """What a person is called and in which language they read."""

    name = TextField(
        _l("Your name"), [_required(), Length(max=120)], render_kw={"autocomplete": "name"}
    )
    lang = SelectField(
        _l("Language"),
        choices=[
            SelectChoice("", _l("As my browser wishes")),
            SelectChoice("vi", "Tiếng Việt"),
            SelectChoice("en", "English"),
        ],
    )


class ContactForm(Form):
    """Another number or address."""

    contact = TextField(
        _l("New mobile number or e-mail"), [_required(), Length(max=254)], render_kw=CONTACT
    )
    current = _current_password(_l("Current password"))


class CodeForm(Form):
    """A one-time code, or a recovery code."""

    code = TextField(_l("Code"), [_required(), Length(max=40)], render_kw=CODE)


class EnrolAppForm(Form):
    """Proof that an app shows the right codes."""

    code = TextField(_l("Code from the app"), [_required(), Length(max=40)], render_kw=CODE)
    current = _current_password(_l("Current password"))


class EnrolPasskeyForm(Form):
    """A new passkey; the browser fills in the credential."""

    name = TextField(_l("Name of this passkey"), [_required(), Length(max=60)])
    current = _current_password(_l("Current password"))
    credential = HiddenField()


class PasskeyForm(Form):
    """What a passkey answered."""

    credential = HiddenField()


class ConfirmForm(Form):
    """A step that asks for the password once more."""

    current = _current_password(_l("Current password"))


class PressForm(Form):
    """Nothing but a button."""


class RequestForm(Form):
    """What somebody asks about their personal data."""

    kind = SelectField(
        _l("What do you ask for?"),
        [_required()],
        choices=[SelectChoice(kind.value, _l(LABELS[kind])) for kind in RequestKind],
    )
    text = TextAreaField(_l("What it is about"), [_required(), Length(min=10, max=4000)])


class GuestRequestForm(RequestForm):
    """The same, of somebody without an account."""

    name = TextField(
        _l("Your name"), [_required(), Length(max=120)], render_kw={"autocomplete": "name"}
    )
    contact = TextField(
        _l("Mobile number or e-mail"), [_required(), Length(max=254)], render_kw=CONTACT
    )


class AnswerForm(Form):
    """What the office does with a request."""

    action = HiddenField()
    answer = TextAreaField(_l("Answer to the person"), [Length(max=4000)])
