"""What must be true before the first request: tables, rules, the sample province."""

import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from kernel.db import open_engine
from kernel.settings import Settings

ROOT = Path(__file__).parent.parent


def prepare(settings: Settings, *, reload: bool = False) -> None:
    """Bring the database to the newest tables and load the sample province once."""
    del reload
    upgrade(settings.database_url)
    from shop import seed  # noqa: PLC0415 - imports the whole house: after the tables exist

    seed.seal(settings)
    seed.seed(settings)
    _say(settings)


def alembic_config(database_url: str) -> Config:
    """Return the configuration of the migrations for one database."""
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("sqlalchemy.url", database_url.replace("%", "%%"))
    return config


def upgrade(database_url: str) -> None:
    """Run the migrations that are missing; a database that is up to date is left alone."""
    config = alembic_config(database_url)
    engine = open_engine(database_url)
    with engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    engine.dispose()
    if present != ScriptDirectory.from_config(config).get_current_head():
        command.upgrade(config, "head")


def _say(settings: Settings) -> None:
    from shop import seed  # noqa: PLC0415

    lines = [f"{settings.market_name}: {settings.public_url}", *seed.demo_accounts(settings)]
    sys.stdout.write("\n".join(["", *lines, "", ""]))
    sys.stdout.flush()
