"""What vendors are, what they sell, and the papers that speak of it."""

import enum
from collections.abc import Collection, Iterable

from kernel.messages import LABELS, msg


class LegalForm(enum.Enum):
    """Legal form of a vendor (decides papers and tax)."""

    INDIVIDUAL = "individual"
    HOUSEHOLD = "household"
    COOPERATIVE = "cooperative"
    COMPANY = "company"
    STATE = "state"


class Offer(enum.Enum):
    """What a vendor means to sell; with the legal form it decides the requirements."""

    RAW = "raw"
    PROCESSED = "processed"
    HIGH_TECH = "high_tech"
    ORGANIC = "organic"
    HANDICRAFT = "handicraft"
    SINGLE_EXPERIENCE = "single_experience"
    TOUR_PACKAGE = "tour_package"
    HOMESTAY = "homestay"


class DocumentKind(enum.Enum):
    """What an uploaded paper is."""

    IDENTITY = "identity"
    REGISTRATION = "registration"
    FOOD_SAFETY = "food_safety"
    COMMITMENT = "commitment"
    CERTIFICATE = "certificate"
    TRAVEL_LICENCE = "travel_licence"
    HOMESTAY_SECURITY = "homestay_security"
    PLANTING_AREA = "planting_area"
    PACKING_HOUSE = "packing_house"
    OTHER = "other"


class Scheme(enum.Enum):
    """What a certificate certifies."""

    VIETGAP = "vietgap"
    GLOBALGAP = "globalgap"
    ORGANIC = "organic"
    HACCP = "haccp"
    OCOP = "ocop"
    GI = "gi"
    HIGH_TECH = "high_tech"
    FOOD_SAFETY = "food_safety"
    TRAVEL_LICENCE = "travel_licence"
    HOMESTAY_SECURITY = "homestay_security"


ORGANISATIONS = frozenset({LegalForm.COOPERATIVE, LegalForm.COMPANY, LegalForm.STATE})
"""Legal forms that have a head office."""

SENSITIVE_PAPERS = frozenset({DocumentKind.IDENTITY})
"""Papers kept sealed and erased after the decision (NĐ 356/2025: pictures of identity cards)."""

OFFER_WORDS: dict[Offer, str] = {
    Offer.RAW: msg("Fruit, vegetables, rice, eggs, fish: as they come from the field or the pond"),
    Offer.PROCESSED: msg(
        "Dried, cooked, bottled or packed: green-bean cake, rice paper, fish sauce"
    ),
    Offer.HIGH_TECH: msg("Grown in net houses, hydroponics or with controlled climate"),
    Offer.ORGANIC: msg("Sold as organic: an organic certificate is needed"),
    Offer.HANDICRAFT: msg("Pottery, embroidery, wood, bamboo and other work of the hand"),
    Offer.SINGLE_EXPERIENCE: msg("A visit of some hours: picking fruit, a workshop, a meal"),
    Offer.TOUR_PACKAGE: msg("Several services in one price: only companies with a travel licence"),
    Offer.HOMESTAY: msg("Guests stay the night"),
}
"""What each offer means, in one line for whoever applies."""


def offer_values(offers: Collection[Offer]) -> list[str]:
    """Return offers as they are stored: their values in the order of the list."""
    return [offer.value for offer in Offer if offer in offers]


OFFER_BITS: dict[str, int] = {offer.value: 1 << number for number, offer in enumerate(Offer)}
"""A bit for each offer, by its value: they are stored, so a new offer comes last in the list."""


def offer_bits(values: Iterable[str]) -> int:
    """Return stored offers as one number: an index can hold it, unlike a list."""
    return sum({OFFER_BITS.get(value, 0) for value in values})


LABELS.update(
    {
        LegalForm.INDIVIDUAL: msg("Individual farmer or producer"),
        LegalForm.HOUSEHOLD: msg("Household business"),
        LegalForm.COOPERATIVE: msg("Cooperative"),
        LegalForm.COMPANY: msg("Company"),
        LegalForm.STATE: msg("Public body"),
        Offer.RAW: msg("Raw produce"),
        Offer.PROCESSED: msg("Processed food"),
        Offer.HIGH_TECH: msg("High-tech produce"),
        Offer.ORGANIC: msg("Organic produce"),
        Offer.HANDICRAFT: msg("Handicraft"),
        Offer.SINGLE_EXPERIENCE: msg("Single experiences"),
        Offer.TOUR_PACKAGE: msg("Tour packages"),
        Offer.HOMESTAY: msg("Homestay"),
        DocumentKind.IDENTITY: msg("Identity card"),
        DocumentKind.REGISTRATION: msg("Business or cooperative registration"),
        DocumentKind.FOOD_SAFETY: msg("Food-safety certificate"),
        DocumentKind.COMMITMENT: msg("Food-safety commitment"),
        DocumentKind.CERTIFICATE: msg("Certificate of quality"),
        DocumentKind.TRAVEL_LICENCE: msg("Travel-service licence"),
        DocumentKind.HOMESTAY_SECURITY: msg("Homestay security certificate"),
        DocumentKind.PLANTING_AREA: msg("Planting-area code"),
        DocumentKind.PACKING_HOUSE: msg("Packing-house code"),
        DocumentKind.OTHER: msg("Another paper"),
        Scheme.VIETGAP: "VietGAP",
        Scheme.GLOBALGAP: "GLOBALG.A.P.",
        Scheme.ORGANIC: msg("Organic"),
        Scheme.HACCP: "HACCP",
        Scheme.OCOP: "OCOP",
        Scheme.GI: msg("Geographical indication"),
        Scheme.HIGH_TECH: msg("High-tech farming"),
        Scheme.FOOD_SAFETY: msg("Food safety"),
        Scheme.TRAVEL_LICENCE: msg("Travel-service licence"),
        Scheme.HOMESTAY_SECURITY: msg("Homestay security certificate"),
    }
)
