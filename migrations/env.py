"""How Alembic finds the tables and the database."""

from alembic import context
from sqlalchemy.engine import Connection

import shop.tables  # noqa: F401 - every table of the house
from kernel.db import Base, open_engine
from kernel.settings import load_settings


def migrate(connection: Connection) -> None:
    """Run the migrations on an open connection."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    configured = context.config.get_main_option("sqlalchemy.url")
    engine = open_engine(configured or load_settings().database_url)
    with engine.connect() as opened:
        migrate(opened)
        opened.commit()
    engine.dispose()
