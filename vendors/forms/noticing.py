"""Forms of notices: the office gives one, the vendor answers."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField
from wtforms.validators import Length

from kernel.web.forms import Form, TextAreaField, TextField
from vendors.forms.parts import required


class NoticeForm(Form):
    """What is announced, and why."""

    action = HiddenField()
    reason = TextAreaField(_l("Reason for the vendor"), [required(), Length(max=2000)])
    ground = TextField(_l("Legal ground, if another than usual"), [Length(max=300)])


class AnswerForm(Form):
    """What the vendor says to it."""

    answer = TextAreaField(_l("Your answer"), [required(), Length(max=4000)])
