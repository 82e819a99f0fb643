"""A query once it is read: conditions that hold together, an order, and how many at most."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from traceability.epcis.contexts import BUILT_IN
from traceability.rules import IdKind, WhatRole

Values = tuple[str, ...]
Compare = Callable[[Any, Any], Any]
COMPARES: Mapping[str, Compare] = {
    "EQ": operator.eq,
    "GT": operator.gt,
    "GE": operator.ge,
    "LT": operator.lt,
    "LE": operator.le,
}


@dataclass(frozen=True)
class ColumnIn:
    """A column holds one of these values; ``is_below``: or a place below one of them."""

    column: str
    values: Values
    is_below: bool = False


@dataclass(frozen=True)
class ColumnCompared:
    """A column compares so to an instant, or to a text that sorts like one."""

    column: str
    compare: str
    value: datetime | str


@dataclass(frozen=True)
class ThingIn:
    """One of these things has one of these roles; ``patterns`` name all of a class."""

    roles: tuple[WhatRole, ...]
    # None: things and amounts alike.
    kind: IdKind | None
    values: Values
    patterns: Values = ()


@dataclass(frozen=True)
class AmountCompared:
    """Some amount compares so to a number; ``uom`` None: in any unit."""

    compare: str
    value: float
    uom: str | None = None


@dataclass(frozen=True)
class FieldIn:
    """A field of one of these names holds one of these texts; no texts: it is there."""

    names: Values
    texts: Values = ()


@dataclass(frozen=True)
class FieldCompared:
    """A field of one of these names compares so to a number, or to an instant as text."""

    names: Values
    compare: str
    value: float | str


Condition = ColumnIn | ColumnCompared | ThingIn | AmountCompared | FieldIn | FieldCompared


@dataclass(frozen=True)
class Asked:
    """One query: conditions that hold together, an order, and how many at most."""

    conditions: tuple[Condition, ...] = ()
    # event_time, record_time, the names of an own field, or None: as they were written.
    order_by: str | Values | None = None
    is_descending: bool = True
    limit: int | None = None
    # More than so many are refused.
    most: int | None = None


@dataclass(frozen=True)
class Known:
    """Prefixes that names of fields may have: declared by the client, or seen in events."""

    declared: Mapping[str, str] = field(default_factory=dict)
    seen: Mapping[str, Values] = field(default_factory=dict)

    def names(self, name: str) -> Values:
        """Return what a field's name stands for: a prefix may have named several namespaces."""
        prefix, colon, local = name.partition(":")
        if not colon:
            return (name,)
        if prefix in self.declared:
            return (self.declared[prefix] + local,)
        spaces = self.seen.get(prefix, ())
        built_in = (BUILT_IN[prefix],) if prefix in BUILT_IN else ()
        return tuple(dict.fromkeys(space + local for space in (*built_in, *spaces))) or (name,)
