"""What is drawn of each kind of page."""

from flask_babel import force_locale
from flask_babel import gettext as _

from catalog.queries import CategoryNode, ListingPage
from catalog.rules import ListingKind
from kernel import money
from kernel.i18n import format_quantity, pick
from kernel.quantity import Unit
from kernel.settings import Settings
from kernel.web.session import part
from shop.frame import place
from shop.seasons import Season
from shop.seo.drawing import art_name, photo_name
from shop.seo.poster import Poster
from vendors.queries import VendorPage

TITLE_MOST = 140
"""Letters of a title that are drawn: more do not fit."""


def of_listing(listing: ListingPage, lang: str) -> Poster:
    """Draw what is offered: its first photo or its art, name, seller, price."""
    photo = next(iter(listing.photos), None)
    return Poster(
        title=(pick(listing.title, lang) or listing.code)[:TITLE_MOST],
        who=f"{listing.vendor.name} · {place(listing.commune)}",
        price=_price(listing, lang) if listing.price_vnd else "",
        brand=_brand(),
        tint=listing.tint,
        is_photo=photo is not None,
        picture_name=photo_name(photo.digest) if photo else art_name(listing.art),
    )


def of_shelf(node: CategoryNode, lang: str) -> Poster:
    """Draw a shelf by its name and art."""
    return Poster(
        title=pick(node.name, lang),
        who=_province(lang),
        brand=_brand(),
        tint=node.tint,
        picture_name=art_name(node.art),
    )


def of_vendor(vendor: VendorPage, lang: str) -> Poster:
    """Draw a vendor by its name, place and art."""
    del lang  # a name is the same in every language
    return Poster(
        title=vendor.name[:TITLE_MOST],
        who=place(vendor.commune),
        brand=_brand(),
        tint="leaf",
        picture_name=art_name(vendor.art),
    )


def of_home(season: Season, lang: str) -> Poster:
    """Draw what the market is proud of today."""
    return Poster(
        title=pick(season.title, lang)[:TITLE_MOST],
        who=_province(lang),
        brand=_brand(),
        tint=season.tint,
        picture_name=art_name(season.art),
    )


def _price(listing: ListingPage, lang: str) -> str:
    price = money.format_vnd(listing.price_vnd)
    if listing.kind is ListingKind.EXPERIENCE or listing.unit is None:
        with force_locale(lang):
            return f"{price}/{_('person')}"
    if listing.unit is Unit.PIECE and listing.price_per == 1:
        with force_locale(lang):
            return f"{price}/{pick(listing.piece_name, lang) or _('piece')}"
    per = format_quantity(listing.price_per, listing.unit, pick(listing.piece_name, lang))
    return f"{price}/{per.removeprefix('1 ')}"


def _brand() -> str:
    return part(Settings).market_name


def _province(lang: str) -> str:
    with force_locale(lang):
        return str(
            _("Farm produce and days out, %(province)s", province=part(Settings).market_province)
        )
