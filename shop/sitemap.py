"""What search engines are told: which pages there are, in files of ten thousand addresses."""

from collections.abc import Iterable
from urllib.parse import quote

from flask import Blueprint, Response, abort, render_template

from accounts import guards
from catalog.queries.sitemap import addresses, files, seller_slugs, shelf_slugs
from kernel.settings import Settings
from kernel.web.session import db, part

blueprint = Blueprint("sitemap", __name__)


@blueprint.get("/robots.txt")
@guards.public
def robots() -> Response:
    """Say what is not for search engines, and where the files of addresses are."""
    private = ("/work/", "/office/", "/me", "/basket", "/checkout", "/o/", "/search")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in private)]
    lines.append(f"Sitemap: {_base()}/sitemap.xml")
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


@blueprint.get("/sitemap.xml")
@guards.public
def index() -> Response:
    """List the files of addresses."""
    names = ["shelves", *map(str, range(1, files(db()) + 1))]
    return _xml("shop/sitemap/index.xml", (f"/sitemap/{name}.xml" for name in names))


@blueprint.get("/sitemap/shelves.xml")
@guards.public
def shelves() -> Response:
    """List the home page, the shelves and who sells."""
    found = ["/", *(f"/c/{quote(slug)}" for slug in shelf_slugs(db()))]
    found += (f"/v/{quote(slug)}" for slug in seller_slugs(db()))
    return _xml("shop/sitemap/addresses.xml", found)


@blueprint.get("/sitemap/<int:number>.xml")
@guards.public
def goods(number: int) -> Response:
    """List goods that are on the shelves at this moment."""
    found = addresses(db(), number) if 0 < number < 10_000 else []
    if not found:
        abort(404)
    paths = (f"/l/{quote(one.code)}/{quote(one.slug)}" for one in found)
    return _xml("shop/sitemap/addresses.xml", paths)


def _base() -> str:
    return part(Settings).public_url.rstrip("/")


def _xml(template: str, paths: Iterable[str]) -> Response:
    """Answer with a file that no cache may show again without asking."""
    base = _base()
    body = render_template(template, addresses=[base + path for path in paths])
    answer = Response(body, mimetype="application/xml")
    answer.headers["Cache-Control"] = "no-cache"
    return answer
