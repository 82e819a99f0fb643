"""Lists come in pages: nobody reads, or counts, fifty thousand rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True)
class Page(Generic[Item]):
    """One page of a list; ``number`` starts at 1."""

    items: Sequence[Item]
    number: int
    has_next: bool

    @classmethod
    def cut(cls, rows: Sequence[Item], number: int, size: int) -> "Page[Item]":
        """Make a page of rows that were read with one more than ``size``."""
        return cls(rows[:size], number, len(rows) > size)
