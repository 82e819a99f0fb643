"""The part of a listing's form that says under which conditions it is sold."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FieldList, FormField, IntegerField, SelectField, StringField
from wtforms import Form as PlainForm
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, NumberRange, Optional

from catalog.forms.parts import both
from catalog.models import Listing
from catalog.queries.workbench import Work
from catalog.rules import ListingKind
from catalog.rules.label import MOST_WORDS, Allergen, LabelField
from catalog.rules.pricing import MOST_TIERS, Tier, per_of
from catalog.rules.selling import MOST_BUYER_DAYS, DeliveryArea, Limits
from catalog.services.terms import SaleTerms
from kernel.errors import DomainError, Invalid
from kernel.i18n import LANGUAGES, format_quantity
from kernel.messages import LABELS, msg
from kernel.places import communes
from kernel.quantity import Unit, parse_quantity
from kernel.web.forms import (
    DayField,
    Form,
    MoneyField,
    MultiCheckboxField,
    TextAreaField,
    clean,
    refusal_text,
)

BARE = {Unit.GRAM: "kg", Unit.MILLILITRE: "l", Unit.PIECE: "", Unit.SEAT: ""}
"""What a number without a unit counts."""

_F = LabelField
_ASKED: Mapping[ListingKind, tuple[LabelField, ...]] = {
    ListingKind.PRODUCE: (_F.ORIGIN, _F.RESPONSIBLE, _F.NET_QUANTITY, _F.EXPIRY, _F.STORAGE,
                          _F.USAGE, _F.WARNINGS),
    ListingKind.PROCESSED: tuple(one for one in LabelField if one is not _F.MATERIAL),
    ListingKind.CRAFT: (_F.ORIGIN, _F.RESPONSIBLE, _F.MATERIAL, _F.NET_QUANTITY, _F.USAGE,
                        _F.WARNINGS),
    ListingKind.EXPERIENCE: (),
}  # fmt: skip
"""Which fields of a label are asked for; whether one must be filled in is a dated rule."""

FED = frozenset({ListingKind.PRODUCE, ListingKind.PROCESSED, ListingKind.EXPERIENCE})
"""Kinds that may be eaten, so that allergens are asked for."""


class TierForm(PlainForm):
    """A step of price; a row without both is none."""

    least = StringField(_l("From how much"), filters=[clean])
    price = MoneyField(_l("Price of a unit"))

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was written in this row."""
        return not self.least.data and not (self.price.raw_data and self.price.raw_data[0])


class TermsForm(Form):
    """Conditions of every kind of listing."""

    tiers = FieldList(FormField(TierForm), max_entries=MOST_TIERS)
    order_most = StringField(_l("Most for one order"), [Length(max=30)], filters=[clean])
    buyer_most = StringField(_l("Most for one buyer"), [Length(max=30)], filters=[clean])
    buyer_days = IntegerField(
        _l("Within how many days"), [Optional(), NumberRange(1, MOST_BUYER_DAYS)]
    )
    allergens = MultiCheckboxField(
        _l("It holds, or may hold traces of"),
        choices=[SelectChoice(one.value, _l(LABELS[one])) for one in Allergen],
    )
    safety_vi = TextAreaField(_l("Safety note in Vietnamese"), [Length(max=MOST_WORDS)])
    safety_en = TextAreaField(_l("Safety note in English"), [Length(max=MOST_WORDS)])
    # Fields of the label that the law wants of this kind: marked in the form.
    needs: tuple[str, ...] = ()

    def terms(self, unit: Unit | None) -> dict[str, Any]:
        """Return the conditions that every kind has.

        :raises Invalid: naming the field that cannot be read.
        """
        limits = Limits(
            _amount(self.order_most, unit), _amount(self.buyer_most, unit), self.buyer_days.data
        )
        return {
            "tiers": self._tiers(unit),
            "limits": limits,
            "allergens": tuple(self.allergens.data or ()),
            "safety": both(self.safety_vi, self.safety_en),
        }

    def _tiers(self, unit: Unit | None) -> tuple[Tier, ...]:
        tiers, is_wrong = [], False
        for entry in self.tiers:
            if entry.form.is_empty:
                continue
            try:
                tiers.append(_tier(entry.form, unit))
            except DomainError as refusal:
                entry.form[refusal.field or "least"].errors = [refusal_text(refusal)]
                is_wrong = True
        if is_wrong:
            raise Invalid(msg("Look at the steps of price again."), field="")
        return tuple(tiers)


class GoodsTermsForm(TermsForm):
    """What is asked of goods besides: pre-orders, where they are brought, what the label says."""

    preorder_from = DayField(_l("Pre-orders from"))
    preorder_until = DayField(_l("Pre-orders until"))
    preorder_cap = StringField(_l("At most, in all"), [Length(max=30)], filters=[clean])
    deliver_from = DayField(_l("Delivered from"))
    deliver_until = DayField(_l("Delivered until"))
    area = SelectField(
        _l("Where it is brought"),
        choices=[SelectChoice(one.value, _l(LABELS[one])) for one in DeliveryArea],
        default=DeliveryArea.EVERYWHERE.value,
    )
    area_communes = MultiCheckboxField(_l("Communes it is brought to"))

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.area_communes.choices = [SelectChoice(place.key, place.name) for place in communes()]

    def goods_terms(self, unit: Unit | None) -> SaleTerms:
        """Return all conditions of goods.

        :raises Invalid: naming the field that cannot be read.
        """
        label = {
            one.value: words
            for one in LabelField
            if (words := both(self[f"label_{one.value}_vi"], self[f"label_{one.value}_en"]))
        }
        return SaleTerms(
            **self.terms(unit),
            preorder_cap=_amount(self.preorder_cap, unit),
            deliver_from=self.deliver_from.data,
            deliver_until=self.deliver_until.data,
            area=DeliveryArea(self.area.data),
            area_communes=tuple(self.area_communes.data or ()),
            label=label,
        )


for _one in LabelField:
    for _lang in LANGUAGES:
        setattr(
            GoodsTermsForm,
            f"label_{_one.value}_{_lang}",
            TextAreaField(_l(LABELS[_one]), [Length(max=MOST_WORDS)]),
        )


def asked_of(kind: ListingKind) -> Iterable[LabelField]:
    """Return the fields of a label that a kind's form shows."""
    return _ASKED[kind]


def terms_data(work: Work) -> dict[str, object]:
    """Return the conditions of a listing as its form shows them; a change that waits goes first."""
    listing = work.listing
    label = work.proposed.get("label", listing.label)
    texts = {
        f"label_{one.value}_{lang}": label.get(one.value, {}).get(lang, "")
        for one in LabelField
        for lang in ("vi", "en")
    }
    return texts | {
        "order_most": written(listing.order_most, listing),
        "buyer_most": written(listing.buyer_most, listing),
        "buyer_days": listing.buyer_days,
        "preorder_from": listing.preorder_from,
        "preorder_until": listing.preorder_until,
        "preorder_cap": written(work.ahead.on_hand if work.ahead else None, listing),
        "deliver_from": listing.deliver_from,
        "deliver_until": listing.deliver_until,
        "area": listing.area.value,
        "area_communes": listing.area_communes,
        "allergens": work.proposed.get("allergens", listing.allergens),
        "safety_vi": listing.safety.get("vi", ""),
        "safety_en": listing.safety.get("en", ""),
        "tiers": [
            {"least": written(least, listing), "price": price} for least, price in listing.tiers
        ],
    }


def written(amount: int | None, listing: Listing) -> str:
    """Return an amount as it is typed."""
    return "" if amount is None else format_quantity(amount, listing.unit or Unit.SEAT)


def tier_unit(unit: Unit | None) -> str:
    """Return for what a step of price is: a kilogram, a litre, a piece, a person."""
    if unit is None:
        return str(_("person"))
    return {Unit.GRAM: "kg", Unit.MILLILITRE: "l"}.get(unit, str(_("piece")))


def _amount(field: StringField, unit: Unit | None) -> int | None:
    if not field.data:
        return None
    try:
        return parse_quantity(field.data, unit or Unit.SEAT, bare=BARE[unit or Unit.SEAT])
    except Invalid as refusal:
        raise Invalid(refusal.message, field=field.short_name, **refusal.values) from None


def _tier(row: TierForm, unit: Unit | None) -> Tier:
    least = _amount(row.least, unit)
    if least is None or least < per_of(unit):
        raise Invalid(msg("Write an amount such as 2 kg or 0,5 kg."), field="least")
    if row.price.data is None:
        raise Invalid(msg("Write an amount such as 45.000."), field="price")
    return Tier(least, row.price.data)
