"""Commands: ``flask --app wsgi catalog ...``."""

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy.orm import sessionmaker

from catalog.search import SearchEngine
from catalog.services.indexing import rebuild_index
from kernel import clock
from kernel.web.session import part

catalog = AppGroup("catalog", help="Listings and their search index.")


@catalog.command("reindex")
def reindex() -> None:
    """Build the search index anew and change over to it at once."""
    with part(sessionmaker)() as session:
        count = rebuild_index(session, part(SearchEngine), now=clock.now())
    click.echo(f"{count} listings are in the index.")


def install(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(catalog)
