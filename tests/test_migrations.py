"""The database that people get is the one the models mean."""

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

import shop.tables  # noqa: F401 - every table of the house
from kernel import db
from shop.prepare import alembic_config, upgrade


def built(url):
    """The names of the tables, of their columns and indexes, and what is checked."""
    engine = db.open_engine(url)
    seen = sa.inspect(engine)
    tables = set(seen.get_table_names())
    names = tables | {index["name"] for table in tables for index in seen.get_indexes(table)}
    names |= {f"{table}.{column['name']}" for table in tables for column in seen.get_columns(table)}
    for table in tables:
        names |= {f"{table}: {one['sqltext']}" for one in seen.get_check_constraints(table)}
    engine.dispose()
    return names


def test_models_and_migrations_agree(database_url):
    engine = db.open_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.Base.metadata) == []
    engine.dispose()


def test_one_step_back_and_forward_again(database_url):
    before = built(database_url)
    config = alembic_config(database_url)
    command.downgrade(config, "-1")
    assert built(database_url) != before
    command.upgrade(config, "head")
    assert built(database_url) == before


def test_an_up_to_date_database_is_left_alone(database_url):
    before = built(database_url)
    upgrade(database_url)
    assert built(database_url) == before
