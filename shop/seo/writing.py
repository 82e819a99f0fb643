"""What is told of each kind of page: words, addresses, picture, JSON-LD."""

from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import quote

from flask_babel import gettext as _

from bookings.queries import DepartureCard, ExperienceDetail
from catalog.queries import CategoryNode, ListingPage, ReviewCard, VendorReviews
from catalog.rules.addresses import slugs_of
from kernel import money
from kernel.clock import local_date
from kernel.i18n import pick
from kernel.settings import Settings
from kernel.web.language import current_language
from kernel.web.session import part
from shop.frame import place, scheme_text
from shop.seasons import Season
from shop.seo import linked
from shop.seo.drawing import poster_address
from shop.seo.head import DESCRIPTION_MOST, TITLE_MOST, Head, absolute, both, bounded
from shop.seo.linked import Paper, Shown, Site
from shop.seo.posters import of_home, of_listing, of_shelf, of_vendor
from shop.shelves import slugs_of_shelf
from vendors.queries import CertificateCard, VendorPage

HARVESTS = "/feeds/harvests.xml"


def home_head(season: Season) -> Head:
    """Tell of the market."""
    lang, settings = current_language(), part(Settings)
    return Head(
        title=bounded(pick(season.title, lang), TITLE_MOST),
        description=bounded(
            _(
                "Farm produce you can trace and days out in the country, straight from the "
                "people of %(province)s.",
                province=settings.market_province,
            ),
            DESCRIPTION_MOST,
        ),
        paths=both("/"),
        picture=poster_address("home", "market", of_home(season, lang)),
        things=[linked.serialised(linked.website(_site()))],
        feeds=_feeds(),
    )


def shelf_head(node: CategoryNode, top: CategoryNode, number: int) -> Head:
    """Tell of one page of a shelf."""
    site, name = _site(), pick(node.name, current_language())
    paths = {lang: f"/c/{quote(slug)}" for lang, slug in slugs_of_shelf(node.id).items()}
    ways = [(_("Home"), "/")]
    if top.id != node.id:
        ways.append((site.words(top.name), f"/c/{quote(slugs_of_shelf(top.id)[site.lang])}"))
    ways.append((name, paths[site.lang]))
    title = _("%(name)s, page %(number)s", name=name, number=number) if number > 1 else name
    described = _(
        "%(name)s from the farms and villages of %(province)s: traced lots, certificates the "
        "trade office has verified, prices by the kilogram.",
        name=name,
        province=site.province,
    )
    return Head(
        title=bounded(title, TITLE_MOST),
        description=bounded(described, DESCRIPTION_MOST),
        paths=paths,
        picture=poster_address("category", node.id, of_shelf(node, site.lang)),
        things=[linked.serialised(linked.breadcrumbs(ways, site))],
        feeds=_feeds(node),
    )


def goods_head(listing: ListingPage, said: Sequence[ReviewCard], today: date) -> Head:
    """Tell of goods."""
    site, shown = _site(), _shown_listing(listing, said, today)
    return _listing_head(listing, linked.product(listing, shown, site), site)


def visit_head(
    listing: ListingPage,
    detail: ExperienceDetail | None,
    dates: Sequence[DepartureCard],
    today: date,
) -> Head:
    """Tell of a visit and its coming dates."""
    site, shown = _site(), _shown_listing(listing, (), today)
    return _listing_head(listing, linked.trip(listing, detail, dates, shown, site), site)


def vendor_head(vendor: VendorPage, valid: Sequence[CertificateCard], said: VendorReviews) -> Head:
    """Tell of a vendor."""
    site, path = _site(), f"/v/{quote(vendor.slug)}"
    picture = poster_address("vendor", vendor.slug, of_vendor(vendor, site.lang))
    papers = [
        Paper(scheme_text(one.scheme, one.stars), one.number, one.issuer, one.last_day)
        for one in valid
    ]
    shown = Shown(path, [picture] if picture else [], place(vendor.commune), papers)
    seller = linked.business(vendor, (said.average, said.count), shown, site)
    ways = linked.breadcrumbs([(_("Home"), "/"), (vendor.name, path)], site)
    from_where = _("%(name)s, %(place)s.", name=vendor.name, place=place(vendor.commune))
    return Head(
        title=bounded(vendor.name, TITLE_MOST),
        description=bounded(f"{from_where} {site.words(vendor.story)}", DESCRIPTION_MOST),
        paths=both(path),
        picture=picture,
        kind="profile",
        things=[linked.serialised(seller), linked.serialised(ways)],
        feeds=_feeds(),
    )


def listing_paths(code: str, slugs: Mapping[str, str]) -> dict[str, str]:
    """Return the path of a listing in each language."""
    return {
        lang: f"/l/{quote(code)}/{quote(slug)}" if slug else f"/l/{quote(code)}"
        for lang, slug in slugs.items()
    }


def _listing_head(listing: ListingPage, thing: linked.Thing, site: Site) -> Head:
    paths = listing_paths(listing.code, slugs_of(listing.slug, listing.title))
    name = site.words(listing.title) or listing.code
    shelf = f"/c/{quote(listing.category_slug)}"
    ways = [
        (_("Home"), "/"),
        (site.words(listing.category_name), shelf),
        (name, paths[site.lang]),
    ]
    sold = _(
        "%(vendor)s, %(place)s. From %(price)s.",
        vendor=listing.vendor.name,
        place=place(listing.commune),
        price=money.format_vnd(listing.price_vnd),
    )
    told = site.words(listing.summary) or site.words(listing.description)
    room = DESCRIPTION_MOST - len(sold) - 1
    return Head(
        title=bounded(name, TITLE_MOST),
        description=bounded(f"{bounded(told, max(room, 60))} {sold}", DESCRIPTION_MOST),
        paths=paths,
        picture=poster_address("listing", listing.code, of_listing(listing, site.lang)),
        kind="product",
        things=[linked.serialised(thing), linked.serialised(linked.breadcrumbs(ways, site))],
        feeds=_feeds(),
    )


def _shown_listing(listing: ListingPage, said: Sequence[ReviewCard], today: date) -> Shown:
    lang = current_language()
    path = listing_paths(listing.code, slugs_of(listing.slug, listing.title))[lang]
    photos = [f"/media/pictures/{photo.digest}-1440.jpg" for photo in listing.photos]
    drawn = poster_address("listing", listing.code, of_listing(listing, lang))
    away = listing.vendor.away
    return Shown(
        path=path,
        pictures=photos or ([drawn] if drawn else []),
        place=place(listing.commune),
        papers=[
            Paper(
                scheme_text(badge.scheme, badge.stars),
                badge.number,
                badge.issuer,
                date.fromordinal(badge.valid_to.toordinal() - 1),
            )
            for badge in listing.badges
        ],
        said=said,
        is_away=away is not None and away.holds(today),
        price_until=local_date(listing.price_until) if listing.price_until else None,
    )


def _site() -> Site:
    settings = part(Settings)
    return Site(absolute(""), settings.market_name, settings.market_province, current_language())


def _feeds(node: CategoryNode | None = None) -> dict[str, str]:
    """Return the feeds of new harvests by their names: of the market, and of a shelf."""
    lang = current_language()
    found = {_("New harvests"): f"{HARVESTS}?lang={lang}"}
    if node is not None:
        name = _("New harvests: %(shelf)s", shelf=pick(node.name, lang))
        found[name] = f"/feeds/harvests/{quote(node.slug)}.xml?lang={lang}"
    return found
