"""Forms of the office's documents."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField
from wtforms.validators import Length

from kernel.web.forms import Form, TextAreaField, TextField
from vendors.forms.parts import required


class DocumentForm(Form):
    """The words of a document: a line or a paragraph each."""

    version = HiddenField()
    subject = TextField(_l("What it is about"), [required(), Length(max=300)])
    grounds = TextAreaField(_l("Grounds, one on each line"), [Length(max=4000)])
    articles = TextAreaField(
        _l("Articles, with an empty line between them"), [required(), Length(max=20000)]
    )
    recipients = TextAreaField(_l("Who receives it, one on each line"), [Length(max=2000)])
    signer_name = TextField(_l("Name of who signs"), [Length(max=120)])
    by_deputy = BooleanField(_l("The deputy signs for the head"))


class SignedForm(Form):
    """A signed PDF coming back."""

    file = FileField(_l("The signed PDF"), [FileRequired(_l("Choose a file."))])


class CompareForm(Form):
    """A PDF that somebody holds, to be compared and not kept."""

    file = FileField(_l("Your PDF"), [FileRequired(_l("Choose a file."))])


class WithdrawForm(Form):
    """Why a document is withdrawn."""

    reason = TextAreaField(_l("Why it is withdrawn"), [required(), Length(max=2000)])
