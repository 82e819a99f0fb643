"""Forms of the queue: what is looked for, and the views that are kept."""

import enum
from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from kernel.places import communes
from kernel.web.forms import Form, TextField
from vendors.forms.parts import choices, required
from vendors.rules import LegalForm, Offer
from vendors.rules.queueing import Keeper, Pressure, QueueGroup, QueueOrder


def _or_all(kind: Iterable[enum.Enum]) -> list[SelectChoice]:
    return [SelectChoice("", _l("All")), *choices(kind)]


class QueueForm(Form):
    """Which dossiers, in which order: the same names as in the address."""

    class Meta:
        """It changes nothing: no token in the address."""

        csrf = False

    state = SelectField(_l("State"), choices=choices(QueueGroup), default=QueueGroup.WAITING.value)
    q = TextField(_l("Name, code, tax code or phone number"), [Length(max=80)])
    commune = SelectField(_l("Commune"))
    form = SelectField(_l("Legal form"), choices=_or_all(LegalForm))
    offer = SelectField(_l("What it sells"), choices=_or_all(Offer))
    who = SelectField(_l("Who has it"), choices=_or_all(Keeper))
    due = SelectField(_l("Time left"), choices=_or_all(Pressure))
    order = SelectField(
        _l("Order of the list"), choices=choices(QueueOrder), default=QueueOrder.WAITING.value
    )

    def __init__(self, formdata: object = None) -> None:
        super().__init__(formdata)
        here = [SelectChoice(c.key, c.name) for c in communes()]
        self.commune.choices = [SelectChoice("", _l("All")), *here]


class ViewForm(Form):
    """The name of a saved view."""

    name = TextField(_l("Name of the view"), [required(), Length(max=60)])
