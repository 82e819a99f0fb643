"""Forms of attributes: what a vendor says of goods, and what the office asks."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, FormField, HiddenField, SelectField, StringField
from wtforms import Form as PlainForm
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from catalog.forms.parts import both, number
from catalog.rules import ListingKind
from catalog.rules.attributes import (
    MOST_CHOICES,
    AttributeKind,
    Definition,
    format_number,
    parse_number,
    plain_number,
)
from catalog.services.attributes import AttributeDraft, ChoiceDraft
from kernel.errors import DomainError
from kernel.i18n import pick
from kernel.messages import LABELS
from kernel.web.forms import (
    REQUIRED,
    Form,
    MultiCheckboxField,
    TextAreaField,
    TextField,
    clean,
    refusal_text,
)
from kernel.web.language import current_language

SPARE_CHOICES = 3
YES, NO = "yes", "no"


class NumberField(StringField):
    """A number with at most three decimals; ``data`` is a Decimal or None."""

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else format_number(float(self.data), "vi").replace(".", "")

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed."""
        if not valuelist:
            return
        text, self.data = str(clean(valuelist[0])), None
        if text:
            try:
                self.data = parse_number(text)
            except DomainError as refusal:
                raise ValueError(refusal_text(refusal)) from refusal


def ask_attributes(
    form: Any, asked: Iterable[Definition], values: Mapping[str, Any], sent: Any = None
) -> None:
    """Add to a form a field for each attribute, filled in with what is there or was sent."""
    form.asked = list(asked)
    for one in form.asked:
        for name, unbound, value in _fields(one, values.get(one.key)):
            # WTForms adds fields to classes only; this is what it does for each of them.
            bound = form.meta.bind_field(form, unbound, {"name": name, "prefix": form._prefix})
            form._fields[name] = bound
            bound.process(sent, value)


def written_attributes(form: Any) -> dict[str, Any] | None:
    """Return what was written by key of the attribute; None when nothing was asked."""
    if not hasattr(form, "asked"):
        return None
    return {one.key: _written(form, one) for one in form.asked}


def _fields(one: Definition, value: Any) -> list[tuple[str, Any, Any]]:
    lang, label = current_language(), pick(one.label, current_language())
    need = [InputRequired(REQUIRED)] if one.required else []
    if one.kind is AttributeKind.TEXT:
        said = value if isinstance(value, dict) else {}
        words = {"vi": _("in Vietnamese"), "en": _("in English")}
        return [
            (
                f"{one.field}_{tongue}",
                TextField(
                    f"{label}, {words[tongue]}",
                    [*(need if tongue == "vi" else []), Length(max=200)],
                ),
                said.get(tongue, ""),
            )
            for tongue in ("vi", "en")
        ]
    if one.kind is AttributeKind.NUMBER:
        unit = pick(one.unit, lang)
        named = f"{label} ({unit})" if unit else label
        return [(one.field, NumberField(named, need), value)]
    if one.kind is AttributeKind.YES_NO:
        shown = {True: YES, False: NO}.get(value, "") if isinstance(value, bool) else ""
        choices = [
            SelectChoice("", _("Not said")),
            SelectChoice(YES, _("Yes")),
            SelectChoice(NO, _("No")),
        ]
        return [(one.field, SelectField(label, need, choices=choices), shown)]
    return [(one.field, *_chosen(one, value, label, need))]


def _chosen(one: Definition, value: Any, label: str, need: list[Any]) -> tuple[Any, Any]:
    """Return a field of choices: those on offer, and retired ones that were chosen before."""
    kept = value if isinstance(value, list) else [value]
    options = [
        SelectChoice(choice.key, pick(choice.name, current_language()))
        for choice in one.choices
        if not choice.retired or choice.key in kept
    ]
    if one.kind is AttributeKind.CHOICES:
        field = MultiCheckboxField(label, need, choices=options)
        return field, value if isinstance(value, list) else []
    return SelectField(
        label, need, choices=[SelectChoice("", _("Not said")), *options]
    ), value or ""


def _written(form: Any, one: Definition) -> Any:
    if one.kind is AttributeKind.TEXT:
        return both(form[f"{one.field}_vi"], form[f"{one.field}_en"])
    data = form[one.field].data
    if one.kind is AttributeKind.YES_NO:
        return {YES: True, NO: False}.get(data)
    if one.kind is AttributeKind.NUMBER:
        return plain_number(data) if isinstance(data, Decimal) else data
    return data


class ChoiceForm(PlainForm):
    """A thing to choose; a row without words is none."""

    key = HiddenField()
    vi = StringField(_l("In Vietnamese"), [Length(max=80)], filters=[clean])
    en = StringField(_l("In English"), [Length(max=80)], filters=[clean])
    retired = BooleanField(_l("Hidden"))


class AttributeForm(Form):
    """What is asked of goods, of which, and how it is shown."""

    version = HiddenField()
    label_vi = TextField(_l("Name in Vietnamese"), [InputRequired(REQUIRED), Length(max=60)])
    label_en = TextField(_l("Name in English"), [InputRequired(REQUIRED), Length(max=60)])
    hint_vi = TextField(_l("Help in Vietnamese"), [Length(max=200)])
    hint_en = TextField(_l("Help in English"), [Length(max=200)])
    unit_vi = TextField(_l("Unit in Vietnamese"), [Length(max=20)])
    unit_en = TextField(_l("Unit in English"), [Length(max=20)])
    choices = FieldList(FormField(ChoiceForm), max_entries=MOST_CHOICES)
    kinds = MultiCheckboxField(
        _l("Asked of"),
        choices=[SelectChoice(kind.value, _l(LABELS[kind])) for kind in ListingKind],
    )
    category_ids = MultiCheckboxField(_l("On these shelves and beneath"))
    required = BooleanField(_l("Must be filled in"))

    def offer(self, shelves: Sequence[tuple[str, str | None, dict[str, str]]]) -> None:
        """Fill in the shelves, each with the one above."""
        lang = current_language()
        names = {key: pick(name, lang) for key, _above, name in shelves}
        self.category_ids.choices = [
            SelectChoice(key, f"{names[above]} / {names[key]}" if above in names else names[key])
            for key, above, _name in shelves
        ]

    def draft(self) -> AttributeDraft:
        """Return what was written."""
        return AttributeDraft(
            label=both(self.label_vi, self.label_en),
            hint=both(self.hint_vi, self.hint_en),
            unit=both(self.unit_vi, self.unit_en),
            choices=tuple(
                ChoiceDraft(
                    both(row.form.vi, row.form.en), row.form.key.data or "", row.form.retired.data
                )
                for row in self.choices
                if row.form.vi.data or row.form.en.data
            ),
            kinds=tuple(self.kinds.data or ()),
            category_ids=tuple(self.category_ids.data or ()),
            required=self.required.data,
        )

    def seen(self) -> int:
        """Return the version that was looked at; 0 when it cannot be read."""
        return number(self.version.data)


class RetireForm(Form):
    """Why an attribute is hidden, or shown again."""

    version = HiddenField()
    reason = TextAreaField(_l("Reason"), [InputRequired(REQUIRED), Length(max=500)])

    def seen(self) -> int:
        """Return the version that was looked at; 0 when it cannot be read."""
        return number(self.version.data)


def attribute_form(one: Definition | None, formdata: Any = None) -> AttributeForm:
    """Return the form, filled in with what is there, with rows for more choices."""
    form = AttributeForm(formdata, data=_data(one) if one else {})
    if not formdata:
        for _spare in range(SPARE_CHOICES):
            if len(form.choices) < MOST_CHOICES:
                form.choices.append_entry()
    return form


def _data(one: Definition) -> dict[str, Any]:
    texts = {
        f"{name}_{lang}": getattr(one, name).get(lang, "")
        for name in ("label", "hint", "unit")
        for lang in ("vi", "en")
    }
    return texts | {
        "version": str(one.version),
        "choices": [
            {"key": choice.key, **choice.name, "retired": choice.retired} for choice in one.choices
        ],
        "kinds": sorted(one.kinds),
        "category_ids": sorted(one.category_ids),
        "required": one.required,
    }
