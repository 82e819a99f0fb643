"""What the law wants to be said of goods, and what may harm those who eat them.

Which fields a kind of goods must have is a dated rule, `listing.label.<kind>`.
"""

import enum
from collections.abc import Collection, Mapping

from kernel.errors import Invalid
from kernel.messages import LABELS, msg

LABEL_RULE = "listing.label."
MOST_WORDS = 600


class LabelField(enum.Enum):
    """What a label says, in the order of a page."""

    ORIGIN = "origin"
    RESPONSIBLE = "responsible"
    NET_QUANTITY = "net_quantity"
    INGREDIENTS = "ingredients"
    MATERIAL = "material"
    PRODUCED = "produced"
    EXPIRY = "expiry"
    STORAGE = "storage"
    USAGE = "usage"
    WARNINGS = "warnings"
    DECLARATION = "declaration"


class Allergen(enum.Enum):
    """The fourteen that make most people ill who react to food (EU 1169/2011, Annex II)."""

    GLUTEN = "gluten"
    CRUSTACEANS = "crustaceans"
    EGGS = "eggs"
    FISH = "fish"
    PEANUTS = "peanuts"
    SOYA = "soya"
    MILK = "milk"
    NUTS = "nuts"
    CELERY = "celery"
    MUSTARD = "mustard"
    SESAME = "sesame"
    SULPHITES = "sulphites"
    LUPIN = "lupin"
    MOLLUSCS = "molluscs"


Label = Mapping[str, Mapping[str, str]]


def missing_fields(label: Label, required: Collection[str]) -> list[LabelField]:
    """Return what the law wants said and is not said in Vietnamese, in the order of a page."""
    return [
        field
        for field in LabelField
        if field.value in required and not label.get(field.value, {}).get("vi")
    ]


def need_label(label: Label) -> dict[str, dict[str, str]]:
    """Return a label with known fields only, none empty and none too long.

    :raises Invalid: naming the field.
    """
    kept: dict[str, dict[str, str]] = {}
    for field in LabelField:
        words = {lang: text.strip() for lang, text in label.get(field.value, {}).items() if text}
        words = {lang: text for lang, text in words.items() if text}
        if any(len(text) > MOST_WORDS for text in words.values()):
            raise Invalid(
                msg("At most %(most)s characters."),
                field=f"label_{field.value}_vi",
                most=MOST_WORDS,
            )
        if words and "vi" not in words:
            raise Invalid(
                msg("Labels are in Vietnamese: write it in Vietnamese as well."),
                field=f"label_{field.value}_vi",
            )
        if words:
            kept[field.value] = words
    return kept


def need_allergens(allergens: Collection[str]) -> list[str]:
    """Return allergens once each, in order.

    :raises Invalid: for one that is not on the list.
    """
    known = [one.value for one in Allergen]
    if not set(allergens) <= set(known):
        raise Invalid(msg("Choose from the list of allergens."), field="allergens")
    return [value for value in known if value in allergens]


LABELS.update(
    {
        LabelField.ORIGIN: msg("Origin"),
        LabelField.RESPONSIBLE: msg("Responsible for the goods"),
        LabelField.NET_QUANTITY: msg("Net quantity"),
        LabelField.INGREDIENTS: msg("Ingredients"),
        LabelField.MATERIAL: msg("Material"),
        LabelField.PRODUCED: msg("Produced on"),
        LabelField.EXPIRY: msg("Best before"),
        LabelField.STORAGE: msg("Storage"),
        LabelField.USAGE: msg("How to use it"),
        LabelField.WARNINGS: msg("Warnings"),
        LabelField.DECLARATION: msg("Self-declaration or registration"),
        Allergen.GLUTEN: msg("Cereals with gluten"),
        Allergen.CRUSTACEANS: msg("Shrimp, crab and other crustaceans"),
        Allergen.EGGS: msg("Eggs"),
        Allergen.FISH: msg("Fish"),
        Allergen.PEANUTS: msg("Peanuts"),
        Allergen.SOYA: msg("Soya"),
        Allergen.MILK: msg("Milk"),
        Allergen.NUTS: msg("Nuts"),
        Allergen.CELERY: msg("Celery"),
        Allergen.MUSTARD: msg("Mustard"),
        Allergen.SESAME: msg("Sesame"),
        Allergen.SULPHITES: msg("Sulphites"),
        Allergen.LUPIN: msg("Lupin"),
        Allergen.MOLLUSCS: msg("Snails, oysters and other molluscs"),
    }
)
