"""The form of what was taken in or written off."""

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    SelectField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from catalog.forms.terms import BARE
from catalog.services.stock import REASONS
from kernel.errors import Invalid
from kernel.i18n import pick
from kernel.quantity import Unit, parse_quantity
from kernel.web.forms import (
    REQUIRED,
    Form,
    TextField,
)
from kernel.web.language import current_language
from traceability.queries import LotCard


class StockForm(Form):
    """More or less of it, and why."""

    way = SelectField(
        _l("What happened?"),
        choices=[
            SelectChoice(f"{sign}{key}", _l(REASONS[key]))
            for sign, key in (
                ("+", "harvest"),
                ("+", "bought_back"),
                ("-", "spoiled"),
                ("-", "sold_elsewhere"),
            )
        ]
        + [
            SelectChoice("+counted", _l("Counted: there is more")),
            SelectChoice("-counted", _l("Counted: there is less")),
        ],
    )
    amount = TextField(_l("How much?"), [InputRequired(REQUIRED), Length(max=30)])
    lot_id = SelectField(_l("Of which lot?"), [Optional()], validate_choice=False)

    def offer(self, lots: Iterable[LotCard]) -> None:
        """Fill in the lots that stock can be of."""
        lang = current_language()
        self.lot_id.choices = [
            SelectChoice("", _("None")),
            *(SelectChoice(lot.id, f"{lot.code} · {pick(lot.product, lang)}") for lot in lots),
        ]

    def change(self, unit: Unit) -> tuple[int, str]:
        """Return the signed change in the unit, and its reason.

        :raises Invalid: when the amount cannot be read.
        """
        try:
            amount = parse_quantity(self.amount.data, unit, bare=BARE.get(unit, ""))
        except Invalid as refusal:
            raise Invalid(refusal.message, field="amount", **refusal.values) from None
        sign, reason = self.way.data[0], self.way.data[1:]
        return (-amount if sign == "-" else amount), reason
