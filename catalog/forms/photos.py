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


class AltForm(Form):
    """What a picture shows."""

    alt_vi = TextField(
        _l("What the picture shows, in Vietnamese"), [InputRequired(REQUIRED), Length(max=200)]
    )
    alt_en = TextField(_l("What the picture shows, in English"), [Length(max=200)])

    def alt(self) -> dict[str, str]:
        """Return the words for those who do not see the picture."""
        return both(self.alt_vi, self.alt_en)


class PhotoForm(AltForm):
    """One picture and what it shows."""

    file = FileField(
        _l("Picture"),
        [FileRequired(_l("Choose a picture."))],
        render_kw={"accept": "image/jpeg,image/png,image/webp,image/avif,image/heic"},
    )


def alt_data(alt: dict[str, str]) -> dict[str, str]:
    """Return words as the fields of a form hold them."""
    return {f"alt_{lang}": alt.get(lang, "") for lang in ("vi", "en")}
