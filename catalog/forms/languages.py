"""The button that says: somebody looked at these words."""

from wtforms import HiddenField

from kernel.web.forms import Form


class SeenForm(Form):
    """A button with the language and the digest of the words it was shown with."""

    lang = HiddenField()
    digest = HiddenField()
