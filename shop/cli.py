"""Commands: ``flask --app wsgi market ...`` and ``flask --app wsgi audit ...``."""

from typing import cast

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy.orm import sessionmaker

from catalog import cli as catalog_cli
from kernel import audit, clock
from kernel.sealing import SealBroken, Sealer
from kernel.settings import Settings
from kernel.storage import SealedStorage, Storage
from kernel.web.session import part
from shop import prepare, resealing
from shop.corpus.cli import import_corpus
from shop.importing.cli import import_command
from traceability import cli as traceability_cli

market = AppGroup("market", help="The market as a whole.")
audit_group = AppGroup("audit", help="The log of every change.")


@audit_group.command("verify")
def verify() -> None:
    """Walk the whole log and say whether it is unbroken."""
    with part(sessionmaker)() as session:
        broken = audit.verify(session)
    if broken:
        raise click.ClickException(f"entry {broken.seq}: {broken.reason}")
    click.echo("The log is unbroken.")


@market.command("upgrade")
def upgrade() -> None:
    """Bring the database to the newest tables."""
    prepare.upgrade(part(Settings).database_url)
    resealing.seal_plain(part(sessionmaker), _storage(), now=clock.now())
    click.echo("The database is up to date.")


@market.command("reseal")
def reseal() -> None:
    """Seal all personal data anew with the first key of DATA_KEYS."""
    try:
        done = resealing.reseal(
            part(sessionmaker),
            _storage(),
            part(Sealer),
            now=clock.now(),
        )
    except SealBroken as broken:
        raise click.ClickException(
            f"{broken} Put back the missing key and run this again."
        ) from None
    click.echo(
        f"Sealed for the first time: {done.numbers} numbers, {done.papers} files. "
        f"Sealed anew: {done.values} values, {done.files} files. "
        "All is under the newest key: older ones can be removed from DATA_KEYS."
    )


def _storage() -> SealedStorage:
    return cast("SealedStorage", part(Storage))


def install(app: Flask) -> None:
    """Register the commands."""
    market.add_command(import_command)
    catalog_cli.catalog.add_command(import_corpus)
    catalog_cli.install(app)
    traceability_cli.install(app)
    app.cli.add_command(market)
    app.cli.add_command(audit_group)
