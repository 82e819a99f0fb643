"""Thousands of keys in a statement as one parameter: databases bound how many of those there may be."""

import json
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session


def keys(session: Session, values: Collection[str]) -> sa.Select[str]:
    """Return the statement whose rows are these values, in a column ``value``."""
    if session.get_bind().dialect.name == "sqlite":
        found = sa.func.json_each(json.dumps(list(values))).table_valued("value")
        return sa.select(found.c.value.cast(sa.String).label("value"))
    unfolded = sa.func.unnest(_array(values)).table_valued("value").render_derived()
    return sa.select(sa.type_coerce(unfolded.c.value, sa.String).label("value"))


def among(
    session: Session, column: sa.SQLColumnExpression[str | None], values: Collection[str]
) -> sa.ColumnElement[bool]:
    """Return the condition that a column holds one of these values: found by its index."""
    if session.get_bind().dialect.name == "sqlite":
        return column.in_(keys(session, values))
    return column == sa.any_(_array(values))


def _array(values: Collection[str]) -> sa.BindParameter[Any]:
    return sa.literal(list(values), ARRAY(sa.String))
