"""JSON-LD in the words of schema.org, for search engines: pure, out of what pages show anyway."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from bookings.queries import DepartureCard, ExperienceDetail
from catalog.queries import ListingPage, Pack, ReviewCard
from kernel.i18n import pick
from kernel.quantity import Unit
from vendors.queries import VendorPage

Thing = dict[str, Any]

_CONTEXT = "https://schema.org"
_COUNTRY = "VN"
# Codes of UN/ECE Recommendation 20.
_UNIT_CODES = {Unit.GRAM: "GRM", Unit.MILLILITRE: "MLT", Unit.PIECE: "C62"}
_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


@dataclass(frozen=True)
class Site:
    """The market as a page speaks of it: ``base`` is its address without a slash at the end."""

    base: str
    name: str
    province: str
    lang: str

    def url(self, path: str) -> str:
        """Return the whole address of a path."""
        return path if path.startswith(("http://", "https://")) else self.base + path

    def words(self, text: Mapping[str, str]) -> str:
        """Return the wording in the language of the page."""
        return pick(text, self.lang)


@dataclass(frozen=True)
class Paper:
    """A certificate that was verified and is valid, by the name that the page shows."""

    name: str
    number: str
    issuer: str
    last_day: date


@dataclass(frozen=True)
class Shown:
    """What a page adds to its listing: address, pictures, place, papers, and what buyers said."""

    path: str
    pictures: Sequence[str]
    place: str
    papers: Sequence[Paper] = ()
    said: Sequence[ReviewCard] = ()
    # The day on which the price ends, when another is set already.
    price_until: date | None = None
    # The seller is away: nothing can be bought now.
    is_away: bool = False


def serialised(thing: Thing) -> Markup:
    """Return a thing as JSON that cannot end the element it stands in."""
    text = json.dumps({"@context": _CONTEXT, **thing}, ensure_ascii=False, separators=(",", ":"))
    for letter, safe in _UNSAFE.items():
        text = text.replace(letter, safe)
    return Markup(text)  # noqa: S704 - nothing that HTML knows is left in it


def product(listing: ListingPage, shown: Shown, site: Site) -> Thing:
    """Return goods as a Product with an Offer for each pack size."""
    return _without_empty(
        {
            "@type": "Product",
            "@id": site.url(shown.path) + "#product",
            "url": site.url(shown.path),
            "name": site.words(listing.title),
            "description": _description(listing, site),
            "sku": listing.code,
            "category": site.words(listing.category_name),
            "image": [site.url(picture) for picture in shown.pictures],
            "brand": {"@type": "Brand", "name": listing.vendor.name},
            "manufacturer": _seller(listing, site),
            "countryOfOrigin": {"@type": "Country", "name": _COUNTRY},
            "hasCertification": [_certification(paper) for paper in shown.papers],
            "aggregateRating": _rating(listing.rating, listing.rating_count),
            "review": [_review(review) for review in shown.said],
            "offers": [_pack_offer(listing, pack, shown, site) for pack in listing.packs],
        }
    )


def trip(
    listing: ListingPage,
    detail: ExperienceDetail | None,
    dates: Sequence[DepartureCard],
    shown: Shown,
    site: Site,
) -> Thing:
    """Return a visit as a TouristTrip with an Offer for each date that can be booked."""
    return _without_empty(
        {
            "@type": "TouristTrip",
            "@id": site.url(shown.path) + "#trip",
            "url": site.url(shown.path),
            "name": site.words(listing.title),
            "description": _description(listing, site),
            "image": [site.url(picture) for picture in shown.pictures],
            "provider": _seller(listing, site),
            "itinerary": _meeting_place(detail, shown, site),
            "offers": [_date_offer(listing, day, shown, site) for day in dates]
            or [_offer(listing, listing.price_vnd, "OutOfStock", shown, site)],
        }
    )


def business(
    vendor: VendorPage,
    rating: tuple[float | None, int],
    shown: Shown,
    site: Site,
) -> Thing:
    """Return a vendor as a LocalBusiness."""
    return _without_empty(
        {
            "@type": "LocalBusiness",
            "@id": site.url(shown.path) + "#seller",
            "url": site.url(shown.path),
            "name": vendor.name,
            "description": site.words(vendor.story),
            "telephone": vendor.phone,
            "image": [site.url(picture) for picture in shown.pictures],
            "address": _postal(vendor.address, shown.place, site),
            "hasCertification": [_certification(paper) for paper in shown.papers],
            "aggregateRating": _rating(*rating),
            "currenciesAccepted": "VND",
        }
    )


def breadcrumbs(ways: Sequence[tuple[str, str]], site: Site) -> Thing:
    """Return the way to a page, as (name, path) from the home page on."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": site.url(path)}
            for place, (name, path) in enumerate(ways, 1)
        ],
    }


def website(site: Site) -> Thing:
    """Return the market as a WebSite that can be searched."""
    return {
        "@type": "WebSite",
        "@id": site.url("/#site"),
        "url": site.url("/"),
        "name": site.name,
        "inLanguage": ["vi", "en"],
        "potentialAction": {
            "@type": "SearchAction",
            "target": {
                "@type": "EntryPoint",
                "urlTemplate": site.url("/search?q={search_term_string}"),
            },
            "query-input": "required name=search_term_string",
        },
    }


def _pack_offer(listing: ListingPage, pack: Pack, shown: Shown, site: Site) -> Thing:
    offer = _offer(listing, pack.price_vnd, _availability(listing, pack, shown), shown, site)
    offer["name"] = site.words(pack.label)
    code = _UNIT_CODES.get(listing.unit) if listing.unit else None
    if code:
        offer["priceSpecification"] = {
            "@type": "UnitPriceSpecification",
            "price": pack.price_vnd,
            "priceCurrency": "VND",
            "valueAddedTaxIncluded": True,
            # The price is for so much; the price of a unit is shown for so much.
            "referenceQuantity": {
                "@type": "QuantitativeValue",
                "value": pack.size,
                "unitCode": code,
                "valueReference": {
                    "@type": "QuantitativeValue",
                    "value": pack.per,
                    "unitCode": code,
                },
            },
        }
    return _without_empty(offer)


def _date_offer(listing: ListingPage, day: DepartureCard, shown: Shown, site: Site) -> Thing:
    offer = _offer(
        listing,
        day.price_vnd,
        "InStock" if day.seats_left and not shown.is_away else "SoldOut",
        shown,
        site,
    )
    offer["validThrough"] = day.starts_at.isoformat()
    offer["inventoryLevel"] = {"@type": "QuantitativeValue", "value": day.seats_left}
    return offer


def _offer(
    listing: ListingPage, price_vnd: int, availability: str, shown: Shown, site: Site
) -> Thing:
    return _without_empty(
        {
            "@type": "Offer",
            "url": site.url(shown.path),
            "price": price_vnd,
            "priceCurrency": "VND",
            "priceValidUntil": shown.price_until.isoformat() if shown.price_until else None,
            "availability": f"{_CONTEXT}/{availability}",
            "seller": _seller(listing, site),
        }
    )


def _availability(listing: ListingPage, pack: Pack, shown: Shown) -> str:
    if shown.is_away or not pack.sellable:
        return "OutOfStock"
    return "PreOrder" if listing.is_preorder else "InStock"


def _seller(listing: ListingPage, site: Site) -> Thing:
    vendor = listing.vendor
    return {"@type": "Organization", "name": vendor.name, "url": site.url(f"/v/{vendor.slug}")}


def _meeting_place(detail: ExperienceDetail | None, shown: Shown, site: Site) -> Thing:
    place: Thing = {
        "@type": "Place",
        "name": shown.place,
        "address": _postal("", shown.place, site),
    }
    if detail is None:
        return place
    place["name"] = site.words(detail.meeting_point) or shown.place
    if detail.lat is not None and detail.lon is not None:
        place["geo"] = {
            "@type": "GeoCoordinates",
            "latitude": detail.lat,
            "longitude": detail.lon,
        }
    return place


def _postal(street: str, place: str, site: Site) -> Thing:
    return _without_empty(
        {
            "@type": "PostalAddress",
            "streetAddress": street,
            "addressLocality": place,
            "addressRegion": site.province,
            "addressCountry": _COUNTRY,
        }
    )


def _certification(paper: Paper) -> Thing:
    return {
        "@type": "Certification",
        "name": paper.name,
        "certificationIdentification": paper.number,
        "issuedBy": {"@type": "Organization", "name": paper.issuer},
        "expires": paper.last_day.isoformat(),
        "certificationStatus": f"{_CONTEXT}/CertificationActive",
    }


def _rating(average: float | None, count: int) -> Thing | None:
    if not average or not count:
        return None
    return {
        "@type": "AggregateRating",
        "ratingValue": round(average, 1),
        "reviewCount": count,
        "bestRating": 5,
        "worstRating": 1,
    }


def _review(review: ReviewCard) -> Thing:
    return _without_empty(
        {
            "@type": "Review",
            "author": {"@type": "Person", "name": review.author_name},
            "datePublished": review.created_at.date().isoformat(),
            "inLanguage": review.lang,
            "reviewBody": review.body,
            "reviewRating": {
                "@type": "Rating",
                "ratingValue": review.rating,
                "bestRating": 5,
                "worstRating": 1,
            },
        }
    )


def _description(listing: ListingPage, site: Site) -> str:
    return site.words(listing.summary) or site.words(listing.description)


def _without_empty(thing: Thing) -> Thing:
    """Leave out what is not known: a property without a value says something false."""
    return {name: value for name, value in thing.items() if value not in (None, "", [])}
