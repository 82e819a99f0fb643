"""What the engines know of a listing: one pure function makes it."""

from dataclasses import dataclass

from catalog.queries.sources import Source
from catalog.search.words import singular
from kernel.places import CITY, OLD_PROVINCE
from kernel.text import fold, tone_codes

CERTIFICATE_WORDS = {
    "vietgap": "vietgap viet gap",
    "globalgap": "globalgap global gap",
    "organic": "hữu cơ organic",
    "haccp": "haccp",
    "ocop": "ocop",
    "gi": "chỉ dẫn địa lý geographical indication gi",
    "high_tech": "công nghệ cao high tech",
    "food_safety": "an toàn thực phẩm food safety",
    "travel_licence": "lữ hành",
    "homestay_security": "homestay",
}
KIND_WORDS = {
    "produce": "nông sản",
    "processed": "chế biến",
    "craft": "thủ công handicraft",
    "experience": "trải nghiệm tour experience",
}


@dataclass(frozen=True)
class Channel:
    """A text in two channels, word by word: folded, and with its marks as ASCII codes."""

    folded: str
    toned: str


@dataclass(frozen=True)
class Document:
    """A listing as it is searched for and filtered by; ``ranked_at`` is in epoch seconds."""

    code: str
    title: dict[str, str]
    name: Channel
    english: Channel
    shelf: Channel
    seller: Channel
    place: Channel
    about: Channel
    kind: str
    categories: tuple[str, ...]
    category_labels: tuple[str, ...]
    commune: str
    commune_label: str
    schemes: tuple[str, ...]
    vendor: str
    months: tuple[int, ...]
    price_vnd: int
    ranked_at: int
    vendor_label: str
    districts: tuple[str, ...]
    district_labels: tuple[str, ...]
    unit_price_vnd: int | None
    rating_tenths: int
    rating_count: int
    lat: float
    lon: float
    delivered_to: tuple[str, ...]


def document(source: Source) -> Document:
    """Return what a listing is found by."""
    stars = [f"{count} sao {count} stars" for count in source.stars]
    schemes = " ".join(CERTIFICATE_WORDS[name] for name in source.schemes)
    shelf = [*source.category_words, KIND_WORDS[source.kind], schemes, *stars]
    about = [*source.summary.values(), *source.description.values()]
    return Document(
        code=source.code,
        title=source.title,
        name=channel(source.title.get("vi", "")),
        english=singular_channel(source.title.get("en", "")),
        shelf=channel(" ".join(shelf)),
        seller=channel(source.vendor_name),
        place=channel(" ".join((*source.place_words, *_above(source)))),
        about=channel(" ".join(about)[:4000]),
        kind=source.kind,
        categories=source.categories,
        category_labels=source.category_labels,
        commune=source.commune,
        commune_label=f"{source.commune}|{source.commune_name}",
        schemes=source.schemes,
        vendor=source.vendor_slug,
        months=source.season_months,
        price_vnd=source.price_vnd,
        ranked_at=source.ranked_at,
        vendor_label=f"{source.vendor_slug}|{source.vendor_name}",
        districts=source.districts,
        district_labels=source.district_labels,
        unit_price_vnd=source.unit_price_vnd,
        rating_tenths=source.rating_tenths,
        rating_count=source.rating_count,
        lat=source.lat,
        lon=source.lon,
        delivered_to=source.delivered_to,
    )


def _above(source: Source) -> tuple[str, ...]:
    """Return what lies above the commune: the province it was in until 2025, and the city."""
    return (OLD_PROVINCE, CITY) if source.districts else (CITY,)


def channel(text: str) -> Channel:
    """Return a text in both channels."""
    return Channel(fold(text), " ".join(tone_codes(text)))


def singular_channel(text: str) -> Channel:
    """Return an English text in both channels, each word in the singular: "puppets" is puppet."""
    made = channel(text)
    return Channel(
        " ".join(map(singular, made.folded.split())), " ".join(map(singular, made.toned.split()))
    )
