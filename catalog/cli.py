"""Commands: ``flask --app wsgi catalog ...``."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy.orm import sessionmaker

from catalog.queries.sources import count_shown
from catalog.search import EngineDown, SearchEngine
from catalog.search.batch import BadQuestion, answer, read_question
from catalog.services.indexing import announce_rebuild, rebuild_index
from catalog.services.likenesses import pictures_unseen, read_likenesses, set_likenesses
from catalog.services.ways import KeptWays
from kernel import clock
from kernel.db import transaction
from kernel.storage import Storage
from kernel.web.session import part

catalog = AppGroup("catalog", help="Listings and their search index.")


@catalog.command("reindex")
def reindex() -> None:
    """Build the search index anew and change over to it at once."""
    began = clock.now()
    with part(sessionmaker)() as session:
        with (
            _said_plainly(),
            click.progressbar(length=count_shown(session), label="Indexing") as bar,
        ):
            count = rebuild_index(
                session,
                part(SearchEngine),
                now=began,
                tell=lambda done: bar.update(done - bar.pos),
            )
        with transaction(session):
            announce_rebuild(session, since=began, now=clock.now())
    click.echo(f"{count} listings are in the index.")


@contextmanager
def _said_plainly() -> Iterator[None]:
    """End a command with the reason when the search engine is down."""
    try:
        yield
    except EngineDown as down:
        raise click.ClickException(f"The search engine is down: {down}") from None


@catalog.command("search-batch")
def search_batch() -> None:
    """Answer queries of standard input, a JSON object a line, with the codes of the best hits."""
    bad, engine = 0, part(SearchEngine)
    with part(sessionmaker)() as session:
        ways = part(KeptWays).get(session)
    for number, line in enumerate(sys.stdin.buffer, 1):
        try:
            asked = read_question(line)
            if asked is not None:
                click.echo(json.dumps({"id": asked.id, "hits": answer(engine, asked, ways)}))
        except (BadQuestion, EngineDown) as problem:
            bad += 1
            click.echo(f"line {number}: {problem}", err=True)
    if bad:
        raise SystemExit(1)


@catalog.command("likenesses")
def likenesses() -> None:
    """Look at the pictures that were stored before the market remembered what they look like."""
    count, last = 0, ""
    with part(sessionmaker)() as session:
        while digests := pictures_unseen(session, after=last):
            last = digests[-1]
            found = read_likenesses(part(Storage), digests)
            with transaction(session):
                count += set_likenesses(session, found)
    click.echo(f"{count} pictures can be found again.")


def install(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(catalog)
