"""Forms of the host's workspace."""

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import IntegerField, SelectField, TimeField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from bookings.queries import ExperienceDetail
from bookings.rules import CancelReason, start_of
from bookings.services.departures import Seats, WeeklyPattern
from bookings.services.experiences import ExperienceDraft
from kernel.errors import Invalid
from kernel.messages import LABELS, msg
from kernel.web.forms import (
    REQUIRED,
    DayField,
    Form,
    MoneyField,
    MultiCheckboxField,
    TextAreaField,
    TextField,
)

DURATIONS = (30, 45, 60, 90, 120, 150, 180, 240, 300, 360, 480, 600, 720, 1440, 2880, 4320)
HOURS = (0, 1, 2, 3, 6, 12, 24, 48, 72, 168)

WEEKDAYS = [
    SelectChoice("0", _l("Monday")),
    SelectChoice("1", _l("Tuesday")),
    SelectChoice("2", _l("Wednesday")),
    SelectChoice("3", _l("Thursday")),
    SelectChoice("4", _l("Friday")),
    SelectChoice("5", _l("Saturday")),
    SelectChoice("6", _l("Sunday")),
]

GUIDE_LANGUAGES = [
    SelectChoice("vi", _l("Vietnamese")),
    SelectChoice("en", _l("English")),
    SelectChoice("fr", _l("French")),
    SelectChoice("zh", _l("Chinese")),
    SelectChoice("ko", _l("Korean")),
    SelectChoice("ja", _l("Japanese")),
]

_TEXT = [Optional(), Length(max=600)]


def duration_words(minutes: int) -> str:
    """Return a length of time in words: 45 minutes, 3 hours, 1 hour 30 minutes, 2 days."""
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    words = []
    if days:
        words.append(ngettext("%(num)d day", "%(num)d days", days))
    if hours:
        words.append(ngettext("%(num)d hour", "%(num)d hours", hours))
    if left or not words:
        words.append(ngettext("%(num)d minute", "%(num)d minutes", left))
    return " ".join(words)


class MinutesField(SelectField):
    """A length of time in minutes, chosen from usual ones; an unusual one is kept."""

    def __init__(self, label: Any, usual: Iterable[int], **kwargs: Any) -> None:
        super().__init__(label, coerce=int, validate_choice=False, **kwargs)
        # To templates it is one among other lists to choose from.
        self.type = "SelectField"
        self.usual = tuple(usual)

    def iter_choices(self) -> Any:
        """List the usual lengths and the one that is set."""
        known = {*self.usual, *([self.data] if isinstance(self.data, int) else [])}
        self.choices = [
            SelectChoice(str(minutes), duration_words(minutes)) for minutes in sorted(known)
        ]
        return super().iter_choices()


class ExperienceForm(Form):
    """What a host says of an experience."""

    duration_minutes = MinutesField(_l("How long it takes"), DURATIONS, default=180)
    meeting_point_vi = TextField(
        _l("Where guests meet you, in Vietnamese"), [InputRequired(REQUIRED), Length(max=200)]
    )
    meeting_point_en = TextField(_l("The same in English"), [Optional(), Length(max=200)])
    includes_vi = TextAreaField(_l("What the price includes, in Vietnamese"), _TEXT)
    includes_en = TextAreaField(_l("What it includes, in English"), _TEXT)
    bring_vi = TextAreaField(_l("What guests should bring, in Vietnamese"), _TEXT)
    bring_en = TextAreaField(_l("What to bring, in English"), _TEXT)
    languages = MultiCheckboxField(
        _l("Languages you guide in"), choices=GUIDE_LANGUAGES, default=["vi"]
    )
    min_age = IntegerField(_l("Youngest age"), [Optional(), NumberRange(0, 99)])
    max_guests = IntegerField(
        _l("Most guests at once"), [InputRequired(REQUIRED), NumberRange(1, 500)], default=20
    )
    cancel_minutes = MinutesField(
        _l("Free cancellation until, before the start"), [60 * h for h in HOURS], default=24 * 60
    )
    cutoff_minutes = MinutesField(
        _l("Bookable until, before the start"), [60 * h for h in HOURS], default=120
    )

    @classmethod
    def of(cls, detail: ExperienceDetail | None) -> "ExperienceForm":
        """Return the form, filled with what is known."""
        if detail is None:
            return cls()
        texts = {
            f"{name}_{lang}": getattr(detail, name).get(lang, "")
            for name in ("meeting_point", "includes", "bring")
            for lang in ("vi", "en")
        }
        return cls(
            duration_minutes=detail.duration_minutes,
            languages=list(detail.languages),
            min_age=detail.min_age,
            max_guests=detail.max_guests,
            cancel_minutes=detail.cancel_hours * 60,
            cutoff_minutes=detail.cutoff_minutes,
            **texts,
        )

    def draft(self, before: ExperienceDetail | None) -> ExperienceDraft:
        """Return what was typed; the place on the map is kept."""
        return ExperienceDraft(
            duration_minutes=self.duration_minutes.data or 0,
            meeting_point=self._text("meeting_point"),
            includes=self._text("includes"),
            bring=self._text("bring"),
            languages=tuple(self.languages.data or ()),
            min_age=self.min_age.data,
            max_guests=self.max_guests.data or 0,
            cancel_hours=(self.cancel_minutes.data or 0) // 60,
            cutoff_minutes=self.cutoff_minutes.data or 0,
            lat=before.lat if before else None,
            lon=before.lon if before else None,
        )

    def _text(self, name: str) -> dict[str, str]:
        typed = {lang: self[f"{name}_{lang}"].data for lang in ("vi", "en")}
        return {lang: text for lang, text in typed.items() if text}


class _SeatsForm(Form):
    """How many may come and what a seat costs."""

    capacity = IntegerField(_l("Seats"), [InputRequired(REQUIRED), NumberRange(1, 500)])
    price_vnd = MoneyField(_l("Price for one person"), [InputRequired(REQUIRED)])

    def seats(self) -> Seats:
        """Return what was typed."""
        return Seats(self.capacity.data or 0, self.price_vnd.data or 0)


class DepartureForm(_SeatsForm):
    """One departure."""

    day = DayField(_l("Day"), [InputRequired(REQUIRED)])
    time = TimeField(_l("Start time"), [InputRequired(REQUIRED)])

    def starts_at(self) -> datetime:
        """Return the start that was typed, in Viet Nam."""
        return start_of(picked(self.day), self.time.data or time())


class WeeklyForm(_SeatsForm):
    """The same departures every week."""

    weekdays = MultiCheckboxField(_l("On these days"), coerce=int, choices=WEEKDAYS)
    times = TextField(_l("Start times"), [InputRequired(REQUIRED), Length(max=80)])
    first = DayField(_l("First day"), [InputRequired(REQUIRED)])
    last = DayField(_l("Last day"), [InputRequired(REQUIRED)])

    def pattern(self) -> WeeklyPattern:
        """Return what was typed.

        :raises Invalid: when the times are no times of a day.
        """
        return WeeklyPattern(
            first=picked(self.first),
            last=picked(self.last),
            weekdays=frozenset(self.weekdays.data or ()),
            times=read_times(self.times.data or ""),
        )


class CancelForm(Form):
    """Why a departure does not take place."""

    reason = SelectField(_l("Reason"), coerce=CancelReason)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reason.choices = [
            SelectChoice(reason.value, _(LABELS[reason])) for reason in CancelReason
        ]


class GateForm(Form):
    """The code that guests show."""

    code = TextField(_l("Booking code"), [InputRequired(REQUIRED), Length(max=40)])


def picked(field: DayField) -> date:
    """Return the day of a field that was validated.

    :raises Invalid: when there is none.
    """
    if not isinstance(field.data, date):
        raise Invalid(msg("Write a day such as 23/11/2026."), field=field.name)
    return field.data


def read_times(text: str) -> frozenset[time]:
    """Read times of a day as people write them: "8:00, 14:30", "8h 14h30".

    :raises Invalid: when one of them is no time.
    """
    return frozenset(_read_time(word) for word in re.split(r"[\s,;]+", text.strip().lower()))


def _read_time(word: str) -> time:
    found = re.fullmatch(r"(\d{1,2})(?:[:hg.](\d{2})?)?", word, re.ASCII)
    try:
        hour, minute = found.groups() if found else ("", "")
        return time(int(hour), int(minute or 0))
    except ValueError:
        raise Invalid(msg("Write times such as 08:00, 14:30."), field="times") from None
