"""What is wrong with a table, and where."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kernel.errors import DomainError
from kernel.messages import msg


class BadFile(DomainError):
    """A file that cannot be read as a table at all."""

    code, status = "bad_file", 422
    message = msg("This file cannot be read as a table.")


@dataclass(frozen=True)
class Place:
    """Where in a file: rows as a spreadsheet counts them, columns as their header is written."""

    file: str
    sheet: str = ""
    row: int = 0
    column: str = ""


@dataclass(frozen=True)
class Problem:
    """One thing to put right; ``message`` is a message id, ``values`` fill it."""

    place: Place
    message: str
    values: Mapping[str, object] = field(default_factory=dict)
    value: str = ""

    @classmethod
    def of(cls, place: Place, refusal: DomainError, value: str = "") -> "Problem":
        """Make a problem of a refusal."""
        return cls(place, refusal.message, refusal.values, value)


MOST_SHOWN = 200


class Findings:
    """Problems as they are found: all are counted, the first 200 are kept to be shown."""

    def __init__(self) -> None:
        self.shown: list[Problem] = []
        self.total = 0

    def add(self, problem: Problem) -> None:
        """Note one problem."""
        self.total += 1
        if len(self.shown) < MOST_SHOWN:
            self.shown.append(problem)

    def __bool__(self) -> bool:
        return self.total > 0
