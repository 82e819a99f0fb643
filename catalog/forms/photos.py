"""The form of pictures."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms.validators import InputRequired, Length

from catalog.forms.parts import both
from kernel.web.forms import (
    REQUIRED,
    Form,
    TextField,
)


class PhotoForm(Form):
    """One picture and what it shows."""

    file = FileField(
        _l("Picture"),
        [FileRequired(_l("Choose a picture."))],
        render_kw={"accept": "image/jpeg,image/png,image/webp,image/avif,image/heic"},
    )
    alt_vi = TextField(
        _l("What the picture shows, in Vietnamese"), [InputRequired(REQUIRED), Length(max=200)]
    )
    alt_en = TextField(_l("What the picture shows, in English"), [Length(max=200)])

    def alt(self) -> dict[str, str]:
        """Return the words for those who do not see the picture."""
        return both(self.alt_vi, self.alt_en)
