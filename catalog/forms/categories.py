"""Forms of the category tree."""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from catalog.forms.parts import both, number
from catalog.queries.categories import KeptCategory
from catalog.rules.shelves import ARTS, TINTS, CategoryDraft
from kernel.i18n import pick
from kernel.web.forms import REQUIRED, Form, TextAreaField, TextField
from kernel.web.language import current_language

TINT_WORDS = {
    "sun": _l("Yellow"),
    "blush": _l("Pink"),
    "leaf": _l("Green"),
    "sky": _l("Blue"),
    "lilac": _l("Lilac"),
}


class CategoryForm(Form):
    """A shelf: its names, address, place and look."""

    version = HiddenField()
    name_vi = TextField(_l("Name in Vietnamese"), [InputRequired(REQUIRED), Length(max=60)])
    name_en = TextField(_l("Name in English"), [InputRequired(REQUIRED), Length(max=60)])
    slug = TextField(_l("Address"), [Length(max=60)])
    parent_id = SelectField(_l("Under"), [Optional()])
    art = RadioField(_l("Drawing"), choices=[SelectChoice(name, name) for name in ARTS])
    tint = RadioField(
        _l("Ground"), choices=[SelectChoice(name, TINT_WORDS[name]) for name in TINTS]
    )

    def offer(self, rows: Sequence[KeptCategory], own: KeptCategory | None) -> None:
        """Fill in under what it can hang, and keep a look that is not in the list."""
        tops = [row for row in rows if row.parent_id is None and (not own or row.id != own.id)]
        self.parent_id.choices = [
            SelectChoice("", _("Nothing: it is of the first level")),
            *(SelectChoice(row.id, pick(row.name, current_language())) for row in tops),
        ]
        if own and own.art not in ARTS:
            self.art.choices = [SelectChoice(own.art, own.art), *self.art.choices]

    def draft(self) -> CategoryDraft:
        """Return what was written."""
        return CategoryDraft(
            name=both(self.name_vi, self.name_en),
            art=self.art.data or "",
            tint=self.tint.data or "",
            parent_id=self.parent_id.data or None,
            slug=self.slug.data or "",
        )

    def seen(self) -> int:
        """Return the version that was looked at; 0 when it cannot be read."""
        return number(self.version.data)


class ShiftForm(Form):
    """Two buttons: up or down by one."""

    step = HiddenField()

    def by(self) -> int:
        """Return -1 or 1."""
        return -1 if self.step.data == "-1" else 1


class CloseForm(Form):
    """To which shelf goods go when theirs is taken down, and why."""

    version = HiddenField()
    into_id = SelectField(_l("Its goods go to"), [Optional()])
    reason = TextAreaField(_l("Reason"), [InputRequired(REQUIRED), Length(max=500)])

    def offer(self, rows: Sequence[KeptCategory], own: KeptCategory) -> None:
        """Fill in the other shelves, each with the one above."""
        lang = current_language()
        names = {row.id: pick(row.name, lang) for row in rows}
        others = [row for row in rows if own.id not in {row.id, row.parent_id}]
        self.into_id.choices = [
            SelectChoice("", _("Nowhere: it is empty")),
            *(
                SelectChoice(
                    row.id,
                    f"{names[row.parent_id]} / {names[row.id]}" if row.parent_id else names[row.id],
                )
                for row in others
            ),
        ]

    def seen(self) -> int:
        """Return the version that was looked at; 0 when it cannot be read."""
        return number(self.version.data)


def category_form(row: KeptCategory | None) -> CategoryForm:
    """Return the form, filled in with what is there."""
    if row is None:
        return CategoryForm(data={"art": ARTS[0], "tint": TINTS[0]})
    return CategoryForm(
        data={
            "version": str(row.version),
            "name_vi": row.name.get("vi", ""),
            "name_en": row.name.get("en", ""),
            "slug": row.slug,
            "parent_id": row.parent_id or "",
            "art": row.art,
            "tint": row.tint,
        }
    )
