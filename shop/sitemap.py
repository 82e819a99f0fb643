"""What search engines are told: which pages there are, in files of ten thousand addresses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from flask import Blueprint, Response, abort, render_template

from accounts import guards
from catalog.queries.sitemap import PER_FILE, addresses, files, seller_files, seller_slugs
from kernel.web.session import db
from shop.about import PAGES
from shop.seo.head import absolute, both, every_address
from shop.seo.writing import listing_paths
from shop.shelves import shelf_ids, slugs_of_shelf
from traceability.queries.recalls.cases import told_recalls

blueprint = Blueprint("sitemap", __name__)


@blueprint.get("/robots.txt")
@guards.public
def robots() -> Response:
    """Say what is not for search engines, and where the files of addresses are."""
    private = ("/work/", "/office/", "/me", "/basket", "/checkout", "/o/", "/search")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in private)]
    lines.append(f"Sitemap: {absolute('/sitemap.xml')}")
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


@blueprint.get("/sitemap.xml")
@guards.public
def index() -> Response:
    """List the files of addresses."""
    names = ["shelves", "recalls", *(f"sellers-{n}" for n in range(1, seller_files(db()) + 1))]
    names += map(str, range(1, files(db()) + 1))
    found = [absolute(f"/sitemap/{name}.xml") for name in names]
    return _xml("shop/sitemap/index.xml", addresses=found)


@blueprint.get("/sitemap/shelves.xml")
@guards.public
def shelves() -> Response:
    """List the home page, the texts about the market and the shelves."""
    paths = [both("/"), *(both(info.address) for info in PAGES.values())]
    paths += [
        {lang: f"/c/{quote(slug)}" for lang, slug in slugs_of_shelf(key).items()}
        for key in shelf_ids()
    ]
    return _pages(_Page(every) for every in paths)


@blueprint.get("/sitemap/recalls.xml")
@guards.public
def recalls() -> Response:
    """List the recalls that the public is told of, and the page of all of them."""
    found = told_recalls(db(), limit=PER_FILE)
    every = [_Page(both("/recalls"), max((at for _, at in found), default=None))]
    return _pages(every + [_Page(both(f"/recalls/{quote(code)}"), at) for code, at in found])


@blueprint.get("/sitemap/sellers-<int:number>.xml")
@guards.public
def sellers(number: int) -> Response:
    """List who may sell at this moment."""
    found = seller_slugs(db(), number) if 0 < number < 10_000 else []
    if not found:
        abort(404)
    return _pages(_Page(both(f"/v/{quote(slug)}")) for slug in found)


@blueprint.get("/sitemap/<int:number>.xml")
@guards.public
def goods(number: int) -> Response:
    """List goods that are on the shelves at this moment."""
    found = addresses(db(), number) if 0 < number < 10_000 else []
    if not found:
        abort(404)
    return _pages(_Page(listing_paths(one.code, one.slugs), one.changed_at) for one in found)


@dataclass(frozen=True)
class _Page:
    """One page in every language; ``changed_at`` is None where nobody keeps account of it."""

    paths: Mapping[str, str]
    changed_at: datetime | None = None

    @property
    def alternates(self) -> Mapping[str, str]:
        """The whole addresses by language, that of no language among them."""
        return every_address(self.paths)


def _pages(pages: Iterable[_Page]) -> Response:
    return _xml("shop/sitemap/addresses.xml", pages=pages)


def _xml(template: str, **values: object) -> Response:
    """Answer with a file that no cache may show again without asking."""
    answer = Response(render_template(template, **values), mimetype="application/xml")
    answer.headers["Cache-Control"] = "no-cache"
    return answer
