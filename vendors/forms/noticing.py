"""Forms of notices: the office gives one, the vendor answers."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField
from wtforms.validators import DataRequired, Length

from kernel.web.forms import REQUIRED, Form, TextAreaField, TextField


class NoticeForm(Form):
    """What is announced, and why."""

    action = HiddenField()
    reason = TextAreaField(_l("Reason for the vendor"), [DataRequired(REQUIRED), Length(max=2000)])
    ground = TextField(_l("Legal ground, if another than usual"), [Length(max=300)])


class AnswerForm(Form):
    """What the vendor says to it."""

    answer = TextAreaField(_l("Your answer"), [DataRequired(REQUIRED), Length(max=4000)])
