"""``flask --app wsgi catalog import-corpus FILE``: an empty market becomes one to measure."""

from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy.orm import sessionmaker

from kernel import clock
from kernel.settings import Settings
from kernel.web.session import part
from shop import prepare, wiring
from shop.corpus.filling import fill_market
from shop.corpus.reading import BadCorpus, read_corpus


@click.command("import-corpus")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def import_corpus(path: Path) -> None:
    """Make an empty market out of FILE, a JSON list of listings, and index it."""
    settings, now = part(Settings), clock.now()
    maker = part(sessionmaker)
    try:
        items = read_corpus(path)
        prepare.upgrade(settings.database_url)
        fill_market(maker, items, now=now)
    except BadCorpus as bad:
        raise click.ClickException(str(bad)) from None
    count = wiring.reindex(maker, settings, now=now)
    click.echo(f"{count} listings are in the index.")
