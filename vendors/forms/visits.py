"""Forms of site visits: the plan, the minutes, and what the vendor says of the date."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional

from kernel.web.forms import DayField, DecimalField, Form, TextAreaField, TextField
from vendors.forms.applying import UploadFileField
from vendors.forms.parts import choices, required
from vendors.rules.visits import DayPart, Finding, LineFinding, VisitResult


class PlanForm(Form):
    """When, where and who; moving a visit asks why, too."""

    day = DayField(_l("Day of the visit"), [required()])
    part = SelectField(_l("Time of day"), choices=choices(DayPart))
    place = TextField(_l("Place of the visit"), [required(), Length(max=300)])
    inspector = SelectField(_l("Inspector in charge"))
    others = TextField(_l("Who comes along"), [Length(max=300)])
    purpose = TextAreaField(_l("What will be looked at"), [Length(max=2000)])
    reason = TextAreaField(_l("Why it is moved"), [Length(max=2000)])

    def among(self, officers: Sequence[tuple[str, str]]) -> "PlanForm":
        """Offer these officers: ids and names."""
        self.inspector.choices = [SelectChoice(user_id, name) for user_id, name in officers]
        return self


class CallOffForm(Form):
    """Why a visit is called off."""

    reason = TextAreaField(_l("Why it is called off"), [required(), Length(max=2000)])


class ObjectionForm(Form):
    """Why the date does not suit."""

    objection = TextAreaField(
        _l("Why the date does not suit, and when it would"), [required(), Length(max=1000)]
    )


class MinutesForm(Form):
    """The minutes of a visit; the fields of the lines are added by `minutes_form`."""

    lines: Mapping[str, Mapping[str, str]] = {}

    seen_revision = HiddenField(default="0")
    photos = UploadFileField(_l("Photos"))
    lat = DecimalField(_l("Latitude"))
    lon = DecimalField(_l("Longitude"))
    accuracy_m = DecimalField(_l("Accuracy in metres"))
    present = TextAreaField(_l("Who was present for the vendor"), [required(), Length(max=500)])
    findings = TextAreaField(_l("What was found"), [Length(max=10000)])
    result = RadioField(
        _l("Result"), [required()], choices=choices(VisitResult), validate_choice=True
    )
    vendor_words = TextAreaField(_l("What the vendor says about it"), [Length(max=4000)])
    signed_by = TextAreaField(_l("Who signed"), [required(), Length(max=500)])
    reason = TextAreaField(_l("Why the minutes are corrected"), [Length(max=2000)])

    def line_fields(self) -> list[tuple[Any, Any]]:
        """Return the two fields of each line."""
        return [(self[f"finding_{key}"], self[f"remark_{key}"]) for key in self.lines]

    def line_findings(self) -> list[LineFinding]:
        """Return what was chosen and written about the lines."""
        return [
            LineFinding(
                key,
                Finding(self[f"finding_{key}"].data),
                self[f"remark_{key}"].data or "",
            )
            for key in self.lines
        ]

    def typed(self) -> dict[str, str]:
        """Return what was typed, as it was typed: to be kept, and shown again."""
        left_out = {"csrf_token", "photos", "seen_revision"}
        return {
            field.name: str(field.raw_data[0])
            for field in self
            if field.name not in left_out and field.raw_data and field.raw_data[0]
        }


def minutes_form(
    lines: Mapping[str, Mapping[str, str]], lang: str, formdata: Any = None, **more: Any
) -> MinutesForm:
    """Return the form of the minutes with two fields for each line: what was found, and a remark."""
    fields: dict[str, Any] = {"lines": lines}
    for key, title in lines.items():
        fields[f"finding_{key}"] = SelectField(
            title[lang], choices=choices(Finding), default=Finding.NOT_LOOKED.value
        )
        fields[f"remark_{key}"] = TextField(
            gettext("Remark about: %(line)s", line=title[lang]), [Optional(), Length(max=500)]
        )
    kind: type[MinutesForm] = type("MinutesFormOfLines", (MinutesForm,), fields)
    return kind(formdata, **more)
