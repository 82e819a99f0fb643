"""Commands: ``flask --app wsgi market ...`` and ``flask --app wsgi audit ...``."""

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy.orm import sessionmaker

from catalog import cli as catalog_cli
from kernel import audit
from kernel.settings import Settings
from kernel.web.session import part
from shop import prepare
from shop.importing.cli import import_command

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
    click.echo("The database is up to date.")


def install(app: Flask) -> None:
    """Register the commands."""
    market.add_command(import_command)
    catalog_cli.install(app)
    app.cli.add_command(market)
    app.cli.add_command(audit_group)
