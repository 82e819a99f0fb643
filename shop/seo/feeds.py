"""Feeds of new harvests (Atom, RFC 4287): of the whole market, and of each shelf."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from flask import Blueprint, Response, abort, render_template, request
from flask_babel import force_locale
from flask_babel import gettext as _

from accounts import guards
from catalog.queries import CategoryNode
from catalog.queries.harvests import News, Novelty, harvests
from catalog.rules.addresses import slugs_of
from kernel import clock
from kernel.i18n import DEFAULT, LANGUAGES, format_day, pick
from kernel.settings import Settings
from kernel.web.session import db, part
from shop.frame import place
from shop.seo.head import absolute
from shop.seo.writing import HARVESTS, listing_paths
from shop.shelves import shelf_by_slug

blueprint = Blueprint("feeds", __name__)

# What an empty feed was changed on: the day the market was first told of (RFC 4287 wants one).
NOTHING_YET = datetime(2026, 1, 1, tzinfo=UTC)
_NEVER_CHANGES = 2026


@dataclass(frozen=True)
class Entry:
    """One entry as readers show it."""

    key: str
    title: str
    summary: str
    address: str
    at: datetime
    author: str
    category: str


@blueprint.get(HARVESTS)
@guards.public
def market() -> Response:
    """Tell what is new on the market."""
    return _feed(HARVESTS, None)


@blueprint.get("/feeds/harvests/<slug>.xml")
@guards.public
def shelf(slug: str) -> Response:
    """Tell what is new on one shelf."""
    node = shelf_by_slug(slug)
    if node is None:
        abort(404)
    return _feed(f"/feeds/harvests/{quote(node.slug)}.xml", node)


def _feed(path: str, node: CategoryNode | None) -> Response:
    """Answer in the language of the address: readers have neither cookies nor wishes."""
    wish = request.args.get("lang", "")
    lang = wish if wish in LANGUAGES else DEFAULT
    news = harvests(db(), now=clock.now(), category_id=node.id if node else None)
    with force_locale(lang):
        name = pick(node.name, lang) if node else part(Settings).market_name
        body = render_template(
            "shop/seo/feed.xml",
            title=_("New harvests: %(shelf)s", shelf=name),
            lang=lang,
            id=_tag(path.removeprefix("/").removesuffix(".xml") + f"/{lang}"),
            here=absolute(f"{path}?lang={lang}"),
            home=absolute(f"/?lang={lang}"),
            changed=max((one.at for one in news), default=NOTHING_YET),
            entries=_entries(news, lang),
        )
    answer = Response(body, mimetype="application/atom+xml")
    answer.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
    answer.last_modified = max((one.at for one in news), default=NOTHING_YET)
    answer.add_etag()
    return answer.make_conditional(request)  # type: ignore[return-value]


def _entries(news: Sequence[Novelty], lang: str) -> list[Entry]:
    return [
        Entry(
            key=_tag(one.key),
            title=_title(one, lang),
            summary=pick(one.summary, lang),
            address=absolute(
                listing_paths(one.code, slugs_of(one.slug, one.title))[lang] + f"?lang={lang}"
            ),
            at=one.at,
            author=one.vendor_name,
            category=pick(one.category_name, lang),
        )
        for one in news
    ]


def _title(one: Novelty, lang: str) -> str:
    name, where = pick(one.title, lang) or one.code, place(one.commune)
    if one.kind is News.LOT and one.lot is not None:
        day = format_day(one.lot.harvested_on)
        return str(_("Harvested on %(day)s: %(name)s, %(place)s", day=day, name=name, place=where))
    if one.kind is News.SEASON:
        return str(_("In season now: %(name)s, %(place)s", name=name, place=where))
    return str(_("New on the market: %(name)s, %(place)s", name=name, place=where))


def _tag(key: str) -> str:
    """Return an identifier that stays the same wherever the market moves (RFC 4151)."""
    host = urlsplit(part(Settings).public_url).hostname or "localhost"
    return f"tag:{host},{_NEVER_CHANGES}:{quote(key)}"
