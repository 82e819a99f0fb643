"""Forms of the office's look into search: reports and other words."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from catalog.forms.parts import number
from catalog.rules import ListingKind
from catalog.rules.searching import View
from catalog.rules.synonyms import MOST_LETTERS, MOST_WORDS, SynonymKind
from catalog.services.synonyms import LANGS, Draft
from kernel.messages import LABELS
from kernel.web.forms import REQUIRED, DayField, Form, TextAreaField, TextField

LANGUAGE_CHOICES = [SelectChoice("vi", _l("Vietnamese")), SelectChoice("en", _l("English"))]


class QueryForm(Form):
    """What an officer tries, and how it is asked."""

    class Meta:
        """It changes nothing: no token in the address."""

        csrf = False

    q = TextField(_l("Words"), [Length(max=200)])
    # Not "lang": that in an address is the language of the page that is shown.
    page_lang = SelectField(_l("Language of the page"), choices=LANGUAGE_CHOICES, default="vi")
    kind = SelectField(
        _l("What it is"),
        choices=[
            SelectChoice("", _l("All")),
            *(SelectChoice(kind.value, _l(LABELS[kind])) for kind in ListingKind),
        ],
        default="",
    )
    first = TextField(_l("A listing"), [Length(max=20)])
    second = TextField(_l("And another"), [Length(max=20)])


class ReportForm(Form):
    """Which days, and which queries."""

    class Meta:
        """It changes nothing: no token in the address."""

        csrf = False

    first = DayField(_l("From"))
    last = DayField(_l("To"))
    view = SelectField(
        _l("Queries"),
        choices=[SelectChoice(view.value, _l(LABELS[view])) for view in View],
        default=View.NOTHING.value,
    )


class SynonymForm(Form):
    """Other words for the same thing."""

    typed = TextField(_l("Who types"), [InputRequired(REQUIRED), Length(max=MOST_LETTERS)])
    others = TextAreaField(
        _l("also finds"),
        [InputRequired(REQUIRED), Length(max=MOST_WORDS * (MOST_LETTERS + 2))],
    )
    kind = RadioField(
        _l("Which way"),
        [InputRequired(REQUIRED)],
        choices=[
            SelectChoice(
                SynonymKind.TWO_WAY.value, _l("Both ways: each of the words finds all of them")
            ),
            SelectChoice(
                SynonymKind.ONE_WAY.value, _l("One way: only the first word finds the others")
            ),
        ],
        default=SynonymKind.TWO_WAY.value,
    )
    lang = SelectField(_l("Language of the words"), choices=LANGUAGE_CHOICES, default=LANGS[0])
    note = TextField(_l("Note"), [Length(max=300)])
    version = HiddenField()

    def draft(self) -> Draft:
        """Return what was typed; the other words stand on lines of their own, or with commas."""
        text = (self.others.data or "").replace(",", "\n").replace(";", "\n")
        return Draft(
            kind=SynonymKind(self.kind.data),
            lang=self.lang.data or LANGS[0],
            typed=self.typed.data or "",
            others=tuple(line for line in text.splitlines() if line.strip()),
            note=self.note.data or "",
        )

    def seen(self) -> int:
        """Return the version that was looked at; 0 when it cannot be read."""
        return number(self.version.data)


class SwitchForm(Form):
    """A button: on, or off."""

    active = HiddenField()
    version = HiddenField()

    def seen(self) -> int:
        """Return the version that was looked at; 0 when it cannot be read."""
        return number(self.version.data)
