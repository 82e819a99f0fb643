"""Forms that enter a version of a rule: one for each shape of value."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from kernel.errors import Invalid
from kernel.messages import LABELS, msg
from kernel.web.forms import REQUIRED, DayField, Form, TextAreaField, TextField
from shop.ruling.records import FIELD, read_records, write_records
from shop.ruling.values import cell_words, read_number, read_rate, write_rate
from shop.ruling.words import RuleName, Shape
from vendors.rules import DocumentKind, Fact, LegalForm, Offer, Scheme

CERTAINTIES = (
    ("A", msg("A: read in the law itself or in the press")),
    ("B+", msg("B+: several independent texts")),
    ("B", msg("B: one text")),
    ("C", msg("C: background")),
    ("U", msg("U: not verified")),
    ("H", msg("H: a rule of the house")),
)


def _must() -> DataRequired:
    """Return the validator of a text: spaces alone are none."""
    return DataRequired(REQUIRED)


class Boxes(SelectMultipleField):
    """Boxes for the members of a kind."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: Any, kind: Any, **more: Any) -> None:
        choices = [SelectChoice(member.value, _l(LABELS[member])) for member in kind]
        super().__init__(label, choices=choices, **more)


class VersionForm(Form):
    """From when on a value holds and on which ground; subclasses add the value."""

    parts: ClassVar[tuple[str, ...]] = ()
    """Names of the fields that make the value."""
    name: RuleName

    first_day = DayField(_l("First day"), [InputRequired(REQUIRED)])
    legal_ref = TextField(_l("Legal reference"), [_must(), Length(max=200)])
    source_note = TextField(_l("Source or note"), [Length(max=300)])
    certainty = SelectField(
        _l("How sure it is"), choices=[SelectChoice(key, _l(words)) for key, words in CERTAINTIES]
    )

    def show(self, value: Any) -> None:
        """Fill the fields with a value."""
        raise NotImplementedError

    def value(self) -> Any:
        """Return the typed value.

        :raises Invalid: naming the field that is wrong.
        """
        raise NotImplementedError


class NumberForm(VersionForm):
    """One whole number."""

    parts = ("number",)
    number = TextField(_l("Value"), [_must(), Length(max=20)])

    def show(self, value: Any) -> None:
        self.number.data = f"{value:,}".replace(",", ".")

    def value(self) -> Any:
        name = self.name
        return read_number(self.number.data, field="number", least=name.least, most=name.most)


class NumbersForm(VersionForm):
    """Several whole numbers, the largest first."""

    parts = ("numbers",)
    numbers = TextField(_l("Values, with commas between them"), [_must(), Length(max=120)])

    def show(self, value: Any) -> None:
        self.numbers.data = ", ".join(map(str, value))

    def value(self) -> Any:
        texts = [part for part in self.numbers.data.replace(";", ",").split(",") if part.strip()]
        bounds = {"least": self.name.least, "most": self.name.most}
        found = {read_number(text, field="numbers", **bounds) for text in texts}
        if not found:
            raise Invalid(msg("Write at least one number."), field="numbers")
        return sorted(found, reverse=True)


class YesNoForm(VersionForm):
    """Whether it is so."""

    parts = ("yes",)
    yes = SelectField(
        _l("Value"), choices=[SelectChoice("yes", _l("yes")), SelectChoice("no", _l("no"))]
    )

    def show(self, value: Any) -> None:
        self.yes.data = "yes" if value else "no"

    def value(self) -> Any:
        return self.yes.data == "yes"


class DayForm(VersionForm):
    """A day."""

    parts = ("day",)
    day = DayField(_l("Value"), [InputRequired(REQUIRED)])

    def show(self, value: Any) -> None:
        self.day.data = date.fromisoformat(value)

    def value(self) -> Any:
        if self.day.data is None:
            raise Invalid(msg("Write a day such as 23/11/2026."), field="day")
        return self.day.data.isoformat()


class WordsForm(VersionForm):
    """A list of words."""

    parts = ("words",)
    words = TextAreaField(_l("Words, one on each line"), [_must(), Length(max=20_000)])

    def show(self, value: Any) -> None:
        self.words.data = "\n".join(value)

    def value(self) -> Any:
        found = list(dict.fromkeys(line.strip() for line in self.words.data.splitlines()))
        if not any(found):
            raise Invalid(msg("Write at least one word."), field="words")
        return [word for word in found if word]


class ConsentForm(VersionForm):
    """What people agree to, in the words they read."""

    parts = ("version", "needed", "text_vi", "text_en")
    version = TextField(_l("Version of the text"), [_must(), Length(max=20)])
    needed = BooleanField(_l("An application needs it"))
    text_vi = TextAreaField(_l("Text in Vietnamese"), [_must(), Length(max=4000)])
    text_en = TextAreaField(_l("Text in English"), [_must(), Length(max=4000)])

    def show(self, value: Any) -> None:
        self.version.data, self.needed.data = value["version"], value["required"]
        self.text_vi.data, self.text_en.data = value["text"]["vi"], value["text"]["en"]

    def value(self) -> Any:
        return {
            "version": self.version.data,
            "required": bool(self.needed.data),
            "text": {"vi": self.text_vi.data, "en": self.text_en.data},
        }


class RequirementForm(VersionForm):
    """What vendors must prove: whom it concerns, and any one thing that proves it."""

    parts = (
        "title_vi",
        "title_en",
        "help_vi",
        "help_en",
        "forms",
        "sells",
        "papers",
        "schemes",
        "facts",
        "optional",
    )
    title_vi = TextField(_l("Title in Vietnamese"), [_must(), Length(max=160)])
    title_en = TextField(_l("Title in English"), [_must(), Length(max=160)])
    help_vi = TextAreaField(_l("Help in Vietnamese"), [Length(max=1000)])
    help_en = TextAreaField(_l("Help in English"), [Length(max=1000)])
    forms = Boxes(_l("For these legal forms (none: all)"), LegalForm)
    sells = Boxes(_l("For these offers (none: all)"), Offer)
    papers = Boxes(_l("Proved by one of these papers"), DocumentKind)
    schemes = Boxes(_l("or one of these certificates"), Scheme)
    facts = Boxes(_l("or one of these entries"), Fact)
    optional = BooleanField(_l("It may stay open"))

    def show(self, value: Any) -> None:
        proof, told = value["any_of"], value.get("help", {})
        self.title_vi.data, self.title_en.data = value["title"]["vi"], value["title"]["en"]
        self.help_vi.data, self.help_en.data = told.get("vi", ""), told.get("en", "")
        self.forms.data, self.sells.data = value.get("forms", []), value.get("sells", [])
        for kind in ("papers", "schemes", "facts"):
            self[kind].data = proof.get(kind, [])
        self.optional.data = value.get("optional", False)

    def value(self) -> Any:
        proof = {kind: self[kind].data for kind in ("papers", "schemes", "facts")}
        proof = {kind: chosen for kind, chosen in proof.items() if chosen}
        if not proof:
            raise Invalid(msg("Choose at least one thing that proves it."), field="papers")
        told = {"vi": self.help_vi.data or "", "en": self.help_en.data or ""}
        value: dict[str, Any] = {
            "title": {"vi": self.title_vi.data, "en": self.title_en.data},
            "help": {lang: text for lang, text in told.items() if text},
            "any_of": proof,
        }
        limits = {"forms": self.forms.data, "sells": self.sells.data}
        value |= {name: chosen for name, chosen in limits.items() if chosen}
        return value | ({"optional": True} if self.optional.data else {})


class RecordsForm(VersionForm):
    """Several records as text; the subclass made for a rule knows what one looks like."""

    parts = (FIELD,)
    like: ClassVar[Any] = []
    records = TextAreaField(_l("Records, with an empty line between them"), [_must()])

    def show(self, value: Any) -> None:
        self.records.data = write_records(value)

    def value(self) -> Any:
        return read_records(self.records.data or "", self.like)


class TableForm(VersionForm):
    """Several values side by side; the subclass made for a rule has a field for each."""

    like: ClassVar[Mapping[str, Any]] = {}

    def show(self, value: Any) -> None:
        for cell, part in value.items():
            self[f"cell_{cell}"].data = self._write(part)

    def value(self) -> Any:
        return {cell: self._read(cell) for cell in self.like}

    def _write(self, part: Any) -> str:
        return write_rate(part) if self.name.shape is Shape.RATES else str(part)

    def _read(self, cell: str) -> Any:
        field = f"cell_{cell}"
        text = self[field].data or ""
        if self.name.shape is Shape.RATES:
            return read_rate(text, field=field)
        if isinstance(self.like[cell], int):
            return read_number(text, field=field, least=self.name.least, most=self.name.most)
        if not text:
            raise Invalid(msg("Please fill in this field."), field=field)
        return text


_FORMS: Mapping[Shape, type[VersionForm]] = {
    Shape.NUMBER: NumberForm,
    Shape.NUMBERS: NumbersForm,
    Shape.YES_NO: YesNoForm,
    Shape.DAY: DayForm,
    Shape.WORDS: WordsForm,
    Shape.CONSENT: ConsentForm,
    Shape.REQUIREMENT: RequirementForm,
}


def form_of(key: str, name: RuleName, like: Any) -> type[VersionForm]:
    """Return the form for a rule, by the shape of its value."""
    if name.shape in _FORMS:
        return _FORMS[name.shape]
    if name.shape is Shape.RECORDS:
        return type("RuleRecordsForm", (RecordsForm,), {"like": like})
    cells = {f"cell_{cell}": TextField(cell_words(key, cell), [Length(max=300)]) for cell in like}
    return type("RuleTableForm", (TableForm,), {**cells, "like": like, "parts": tuple(cells)})


class WorkDayForm(Form):
    """A day on which offices are open, or closed, against the rule."""

    day = DayField(_l("Day"), [InputRequired(REQUIRED)])
    works = SelectField(
        _l("What it is"),
        choices=[
            SelectChoice("yes", _l("Worked, to make up for another day")),
            SelectChoice("no", _l("Off")),
        ],
    )
    why = TextField(_l("Why"), [_must(), Length(max=200)])
    legal_ref = TextField(_l("Legal reference"), [_must(), Length(max=200)])
