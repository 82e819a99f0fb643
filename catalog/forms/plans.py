"""The form of a price for a later day."""

from collections.abc import Sequence
from datetime import datetime, time

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from catalog.queries.workbench import PackRow
from catalog.services.plans import PlanDraft
from kernel import clock
from kernel.errors import Invalid
from kernel.i18n import pick
from kernel.messages import msg
from kernel.web.forms import REQUIRED, DayField, Form, MoneyField, TextField
from kernel.web.language import current_language


class PlanForm(Form):
    """Which pack costs how much, from when, and until when."""

    variant_id = SelectField(_l("Pack size"))
    price_vnd = MoneyField(_l("New price"), [InputRequired(REQUIRED)])
    starts_at = DayField(_l("From"), [InputRequired(REQUIRED)])
    starts_time = TextField(_l("At what time"), [Length(max=5)], default="00:00")
    ends_at = DayField(_l("Until"))
    ends_time = TextField(_l("Until what time"), [Length(max=5)], default="00:00")

    def offer(self, packs: Sequence[PackRow]) -> None:
        """Fill in what a price can be planned for."""
        lang = current_language()
        choices = [SelectChoice(pack.id, pick(pack.label, lang)) for pack in packs]
        self.variant_id.choices = choices or [SelectChoice("", _("One person"))]

    def draft(self) -> PlanDraft:
        """Return what was written; times are those of Viet Nam.

        :raises Invalid: when a time cannot be read.
        """
        starts = _moment(self.starts_at, self.starts_time)
        if starts is None:
            raise Invalid(msg("Write a day such as 23/11/2026."), field="starts_at")
        ends = _moment(self.ends_at, self.ends_time)
        return PlanDraft(self.variant_id.data or None, self.price_vnd.data or 0, starts, ends)


def _moment(day: DayField, hour: TextField) -> datetime | None:
    if day.data is None:
        return None
    try:
        at = time.fromisoformat(hour.data or "00:00")
    except ValueError:
        at = None
    if at is None or at.tzinfo is not None:
        raise Invalid(msg("This is no time. Write it as 08:30."), field=hour.name)
    return datetime.combine(day.data, at, clock.HANOI)


class CancelPlanForm(Form):
    """A button."""
