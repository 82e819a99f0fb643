"""The form of pictures."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from werkzeug.datastructures import FileStorage
from wtforms.validators import InputRequired, Length

from catalog.forms.parts import both
from kernel.errors import Invalid
from kernel.messages import msg
from kernel.web.forms import REQUIRED, Form, TextField

ACCEPTED = "image/jpeg,image/png,image/webp,image/avif,image/heic"


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
    """Pictures, one or several at once, and what they show."""

    file = MultipleFileField(_l("From the gallery"), render_kw={"accept": ACCEPTED})
    # Another field: with ``capture`` a phone offers its camera alone.
    taken = MultipleFileField(
        _l("With the camera"), render_kw={"accept": "image/*", "capture": "environment"}
    )

    def files(self, most: int) -> list[FileStorage]:
        """Return the pictures that were chosen or taken.

        :raises Invalid: when there is none, or more than a listing may show.
        """
        sent = [*(self.file.data or []), *(self.taken.data or [])]
        found = [each for each in sent if each and each.filename]
        if not found:
            raise Invalid(msg("Choose a picture."), field="file")
        if len(found) > most:
            raise Invalid(msg("At most %(most)s pictures."), field="file", most=most)
        return found


def alt_data(alt: dict[str, str]) -> dict[str, str]:
    """Return words as the fields of a form hold them."""
    return {f"alt_{lang}": alt.get(lang, "") for lang in ("vi", "en")}
