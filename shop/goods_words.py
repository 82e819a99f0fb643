"""How templates write what is particular to goods: weights, seasons, labels, where they are brought."""

from babel.dates import get_month_names
from flask import Flask
from flask_babel import gettext as _

from catalog.rules.label import Allergen, LabelField
from catalog.rules.pricing import Tier
from catalog.rules.season import SeasonState
from catalog.rules.selling import DeliveryArea
from kernel import places
from kernel.i18n import format_quantity
from kernel.quantity import Unit
from kernel.settings import Settings
from kernel.web.language import current_language
from kernel.web.pages import translate_label

MOST_NAMED = 6
"""So many communes are named on a page before the rest is counted."""


def install(app: Flask, _settings: Settings) -> None:
    """Teach templates the words of goods."""
    app.jinja_env.filters.update(
        weight=lambda grams: format_quantity(grams, Unit.GRAM),
        label_field=lambda key: translate_label(LabelField(key)),
        allergen=lambda key: translate_label(Allergen(key)),
        month=month_name,
        season=season_text,
        steps=steps_of_price,
    )
    app.jinja_env.globals["brought_to"] = brought_to


def month_name(number: int) -> str:
    """Return a month as the language calls it: tháng 6, June."""
    return str(get_month_names("wide", locale=current_language())[number])


def season_text(state: SeasonState) -> str:
    """Say until when it is in season, or when the next one begins."""
    if state.is_on:
        return str(_("In season until the end of %(month)s", month=month_name(state.month)))
    return str(_("Next season from %(month)s", month=month_name(state.month)))


def steps_of_price(tiers: tuple[Tier, ...]) -> str:
    """Return steps of price for the script of the buy bar: "20000:18000 50000:17000"."""
    return " ".join(f"{tier.least}:{tier.price_vnd}" for tier in tiers)


def brought_to(area: DeliveryArea, chosen: tuple[str, ...]) -> str:
    """Say where goods are brought, naming some communes."""
    if area is not DeliveryArea.COMMUNES:
        return translate_label(area)
    named = ", ".join(places.commune(key).short for key in chosen[:MOST_NAMED])
    if len(chosen) <= MOST_NAMED:
        return str(_("Only to %(places)s", places=named))
    more = len(chosen) - MOST_NAMED
    return str(_("Only to %(places)s and %(more)s more communes", places=named, more=more))
