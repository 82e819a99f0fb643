"""``python -m bench.fill N``: prepare the market of the settings with N listings more than the sample."""

import json
import sys
from urllib.parse import quote_plus

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from bench.generate import grow
from catalog.models import Category, Listing
from kernel import clock
from kernel.db import refresh_statistics, transaction
from kernel.settings import load_settings
from shop import wiring
from shop.prepare import upgrade
from shop.seed import seed
from shop.sessions import open_sessions
from traceability.models import Lot

SAMPLED = 200
WORDS = (
    "vai thieu",
    "cà rốt",
    "oi thanh ha",
    "mat ong",
    "gom chu dau",
    "rau huu co",
    "honey",
    "tra",
)


def main() -> None:
    """Fill the database and the index, and note which pages to ask for."""
    settings = load_settings()
    upgrade(settings.database_url)
    seed(settings)
    maker = open_sessions(settings)
    more = int(sys.argv[1])
    if more and not _is_grown(maker, more):
        grow(maker, more)
        with maker() as session, transaction(session):
            refresh_statistics(session)
    wiring.reindex(maker, settings, now=clock.now())
    with maker() as session:
        goods = session.execute(
            sa.select(Listing.code, Listing.slug)
            .where(Listing.state == "published", Listing.kind != "experience")
            .order_by(Listing.id.desc())
            .limit(SAMPLED)
        ).all()
        slugs = session.scalars(sa.select(Category.slug)).all()
        lots = session.scalars(sa.select(Lot.trace_code).limit(SAMPLED)).all()
    paths = {
        "home": ["/"],
        "category": [f"/c/{slug}" for slug in slugs],
        "listing": [f"/l/{code}/{slug}" for code, slug in goods],
        "search": ["/search?q=" + quote_plus(word) for word in WORDS],
        "lot": [f"/t/{code}" for code in lots],
    }
    (settings.instance_path / "paths.json").write_text(json.dumps(paths))


def _is_grown(maker: sessionmaker[Session], more: int) -> bool:
    """Tell whether a run before filled this market: to fill it takes longer than to measure."""
    with maker() as session:
        found = session.scalar(sa.select(sa.func.count()).select_from(Listing))
    return (found or 0) >= more


if __name__ == "__main__":
    main()
