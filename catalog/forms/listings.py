"""Forms of the vendor's listings and of the office."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    FieldList,
    FormField,
    HiddenField,
    SelectField,
    StringField,
)
from wtforms import (
    Form as PlainForm,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from catalog.forms.attributes import written_attributes
from catalog.forms.parts import both
from catalog.forms.terms import BARE, GoodsTermsForm, TermsForm, terms_data
from catalog.models import Listing
from catalog.queries import CategoryNode
from catalog.queries.workbench import PackRow, Work
from catalog.rules import ListingKind
from catalog.rules.pricing import Weight, need_weight
from catalog.services.listings import ListingDraft
from catalog.services.packs import MOST_PACKS, PackDraft, size_label
from catalog.services.terms import SaleTerms
from kernel.errors import DomainError, Invalid
from kernel.i18n import format_quantity, pick
from kernel.messages import LABELS, msg
from kernel.quantity import Unit, parse_quantity
from kernel.web.forms import (
    REQUIRED,
    MoneyField,
    MultiCheckboxField,
    TextAreaField,
    TextField,
    clean,
    refusal_text,
)
from kernel.web.language import current_language
from traceability.queries import FarmCard, LotCard
from vendors.rules import Scheme

WEIGHED = "weighed"
UNITS = (
    SelectChoice(Unit.GRAM.value, _l("By weight (kg, g)")),
    SelectChoice(Unit.PIECE.value, _l("By the piece, box, bunch or set")),
    SelectChoice(WEIGHED, _l("By the piece, weighed when it is packed (a chicken, a fish)")),
    SelectChoice(Unit.MILLILITRE.value, _l("By volume (l, ml)")),
)
CLAIMED = (
    Scheme.OCOP,
    Scheme.VIETGAP,
    Scheme.GLOBALGAP,
    Scheme.ORGANIC,
    Scheme.GI,
    Scheme.HIGH_TECH,
    Scheme.HACCP,
    Scheme.FOOD_SAFETY,
)
SPARE_PACKS, SPARE_TIERS = 2, 3


class PackForm(PlainForm):
    """One pack size; a row without size and price is no pack.

    Of what is weighed later the price is that of a kilogram.
    """

    id = HiddenField()
    size = StringField(_l("Size"), filters=[clean])
    price = MoneyField(_l("Price"))
    weight_least = StringField(_l("Weighs from"), filters=[clean])
    weight_nominal = StringField(_l("Weighs about"), filters=[clean])
    weight_most = StringField(_l("Weighs up to"), filters=[clean])
    label_vi = StringField(_l("Name in Vietnamese"), [Length(max=60)], filters=[clean])
    label_en = StringField(_l("Name in English"), [Length(max=60)], filters=[clean])

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was written in this row."""
        return not self.size.data and not (self.price.raw_data and self.price.raw_data[0])


class WordsForm(TermsForm):
    """What every listing says, in two languages."""

    version = HiddenField()
    title_vi = TextField(_l("Name in Vietnamese"), [InputRequired(REQUIRED), Length(max=120)])
    title_en = TextField(_l("Name in English"), [Length(max=120)])
    category_id = SelectField(_l("Category"), [InputRequired(REQUIRED)])
    summary_vi = TextField(
        _l("In a sentence, in Vietnamese"), [InputRequired(REQUIRED), Length(max=240)]
    )
    summary_en = TextField(_l("In a sentence, in English"), [Length(max=240)])
    description_vi = TextAreaField(_l("Description in Vietnamese"), [Length(max=6000)])
    description_en = TextAreaField(_l("Description in English"), [Length(max=6000)])
    season_months = MultiCheckboxField(
        _l("Months of the season"),
        coerce=int,
        choices=[SelectChoice(month, str(month)) for month in range(1, 13)],
    )
    schemes = MultiCheckboxField(
        _l("Certificates it is sold under"),
        choices=[SelectChoice(scheme.value, _l(LABELS[scheme])) for scheme in CLAIMED],
    )
    farm_id = SelectField(_l("Farm"), [Optional()])

    def offer(self, tree: Sequence[CategoryNode], farms: Sequence[FarmCard]) -> None:
        """Fill in what can be chosen."""
        self.category_id.choices = [
            SelectChoice(node.id, pick(node.name, current_language())) for node in tree
        ]
        nothing = SelectChoice("", _("None"))
        self.farm_id.choices = [nothing, *(SelectChoice(farm.id, farm.name) for farm in farms)]

    def words(self) -> dict[str, Any]:
        """Return what a draft of any kind takes from the form."""
        return {
            "category_id": self.category_id.data,
            "title": both(self.title_vi, self.title_en),
            "summary": both(self.summary_vi, self.summary_en),
            "description": both(self.description_vi, self.description_en),
            "season_months": tuple(self.season_months.data or ()),
            "schemes": tuple(Scheme(value) for value in self.schemes.data or ()),
            "farm_id": self.farm_id.data or None,
            "attributes": written_attributes(self),
        }


class GoodsForm(GoodsTermsForm, WordsForm):
    """Produce, processed food or a handicraft: packs of one stock."""

    # The listing exists and is sold so; of a new one ``unit`` says it.
    by_weight = False
    unit = SelectField(_l("How is it sold?"), choices=UNITS)
    piece_vi = TextField(_l("Word for one piece, in Vietnamese"), [Length(max=30)])
    piece_en = TextField(_l("Word for one piece, in English"), [Length(max=30)])
    packs = FieldList(FormField(PackForm), min_entries=SPARE_PACKS, max_entries=MOST_PACKS)
    lot_id = SelectField(_l("Lot it comes from"), [Optional()])

    def offer_lots(self, lots: Iterable[LotCard]) -> None:
        """Fill in the lots that can be linked."""
        self.lot_id.choices = [
            SelectChoice("", _("None")),
            *(
                SelectChoice(lot.id, f"{lot.code} · {pick(lot.product, current_language())}")
                for lot in lots
            ),
        ]

    def draft(self, kind: ListingKind, unit: Unit | None = None) -> ListingDraft:
        """Return what was written; ``unit`` is that of a listing that exists.

        :raises Invalid: on ``packs``, when a row cannot be read (it says why itself).
        """
        by_weight = self.by_weight if unit else self.unit.data == WEIGHED
        unit = unit or (Unit.PIECE if by_weight else Unit(self.unit.data))
        return ListingDraft(
            kind=kind,
            unit=unit,
            by_weight=by_weight,
            piece_name=both(self.piece_vi, self.piece_en),
            packs=self._packs(unit, by_weight=by_weight),
            lot_id=self.lot_id.data or None,
            preorder_from=self.preorder_from.data,
            preorder_until=self.preorder_until.data,
            terms=self.goods_terms(unit),
            **self.words(),
        )

    def _packs(self, unit: Unit, *, by_weight: bool) -> tuple[PackDraft, ...]:
        packs, is_wrong = [], False
        for entry in self.packs:
            if entry.form.is_empty:
                continue
            try:
                packs.append(_weighed(entry.form) if by_weight else _pack(entry.form, unit))
            except DomainError as refusal:
                entry.form[refusal.field or "size"].errors = [refusal_text(refusal)]
                is_wrong = True
        if is_wrong:
            raise Invalid(msg("Look at the pack sizes again."), field="")
        return tuple(packs)


class VisitForm(WordsForm):
    """An experience: its dates, seats and meeting point are written elsewhere."""

    price = MoneyField(_l("Price for one person, from"), [InputRequired(REQUIRED)])

    def draft(self, kind: ListingKind, unit: Unit | None = None) -> ListingDraft:
        """Return what was written."""
        return ListingDraft(
            kind=kind,
            unit=unit,
            price_vnd=self.price.data or 0,
            terms=SaleTerms(**self.terms(None)),
            **self.words(),
        )


def goods_form(work: Work | None, formdata: Any = None) -> GoodsForm:
    """Return the form of goods, filled in with what is there, with rows for more packs."""
    data = _goods_data(work) if work else {}
    packs = [_pack_data(pack, work.listing) for pack in work.packs] if work else []
    form = GoodsForm(formdata, data=data | {"packs": packs})
    form.by_weight = work is not None and work.listing.by_weight
    _spare_tiers(form)
    if not formdata:
        while len(form.packs) < min(len(packs) + SPARE_PACKS, MOST_PACKS):
            form.packs.append_entry()
    return form


def visit_form(work: Work | None, formdata: Any = None) -> VisitForm:
    """Return the form of an experience, filled in with what is there."""
    data = _words_data(work) | {"price": work.listing.price_vnd} if work else {}
    form = VisitForm(formdata, data=data)
    _spare_tiers(form)
    return form


def _spare_tiers(form: TermsForm) -> None:
    while len(form.tiers) < SPARE_TIERS:
        form.tiers.append_entry()


def _weighed(row: PackForm) -> PackDraft:
    """Return a piece that is weighed later; without a weight in the middle, the middle counts."""
    if row.price.data is None:
        raise Invalid(msg("Write an amount such as 45.000."), field="price")
    least, most = (_grams(row[name]) for name in ("weight_least", "weight_most"))
    nominal = _grams(row.weight_nominal) if row.weight_nominal.data else (least + most) // 2
    weight = need_weight(Weight(least, nominal, most, row.price.data))
    size = parse_quantity(row.size.data or "1", Unit.PIECE)
    return PackDraft(size, 0, _label(row), row.id.data or None, weight)


def _grams(field: StringField) -> int:
    try:
        return parse_quantity(field.data or "", Unit.GRAM, bare="kg")
    except Invalid as refusal:
        raise Invalid(refusal.message, field=field.short_name, **refusal.values) from None


def _label(row: PackForm) -> dict[str, str]:
    label = both(row.label_vi, row.label_en)
    if label and "vi" not in label:
        raise Invalid(msg("Give it a name in Vietnamese."), field="label_vi")
    return label


def _pack(row: PackForm, unit: Unit) -> PackDraft:
    size = parse_quantity(row.size.data or "", unit, bare=BARE[unit])
    if row.price.data is None:
        raise Invalid(msg("Write an amount such as 45.000."), field="price")
    return PackDraft(size, row.price.data, _label(row), row.id.data or None)


def _pack_data(pack: PackRow, listing: Listing) -> dict[str, object]:
    own = pack.label != size_label(pack.size, listing)
    unit = listing.unit or Unit.PIECE
    return {
        "id": pack.id,
        "size": format_quantity(pack.size, unit),
        "price": pack.weight.kilo_vnd if pack.weight else pack.price_vnd,
        **_weights(pack.weight),
        "label_vi": pack.label.get("vi", "") if own else "",
        "label_en": pack.label.get("en", "") if own else "",
    }


def _weights(weight: Weight | None) -> dict[str, str]:
    if weight is None:
        return {}
    return {
        "weight_least": format_quantity(weight.least_g, Unit.GRAM),
        "weight_nominal": format_quantity(weight.nominal_g, Unit.GRAM),
        "weight_most": format_quantity(weight.most_g, Unit.GRAM),
    }


def _words_data(work: Work) -> dict[str, object]:
    """Return what the vendor wrote last: a change that waits goes before what is shown."""
    listing = work.listing
    names = ("title", "summary", "description", "category_id", "schemes", "farm_id")
    values = {name: getattr(listing, name) for name in names} | dict(work.proposed)
    texts = {
        f"{name}_{lang}": values[name].get(lang, "")
        for name in ("title", "summary", "description")
        for lang in ("vi", "en")
    }
    return (
        terms_data(work)
        | texts
        | {
            "version": str(listing.version),
            "category_id": values["category_id"],
            "season_months": listing.season_months,
            "schemes": values["schemes"],
            "farm_id": values["farm_id"] or "",
        }
    )


def _goods_data(work: Work) -> dict[str, object]:
    listing = work.listing
    return _words_data(work) | {
        "unit": listing.unit.value if listing.unit else "",
        "piece_vi": listing.piece_name.get("vi", ""),
        "piece_en": listing.piece_name.get("en", ""),
        "lot_id": work.proposed.get("lot_id", listing.lot_id) or "",
    }
