"""What lots have to give, spread over the stocks that take from them.

Several stocks may take from one lot, and one stock from several: a flow says how much of what
is promised can be met at most. What is sold comes first, then what is held, then what is free.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

RANKS = ("sold", "held", "free")
"""Who is served first."""


@dataclass(frozen=True)
class Need:
    """What one stock still has to hand out, and how much of it each lot may give at most.

    All in the unit of the stock and its lots; ``most`` in the order in which lots are drawn on.
    """

    key: str
    sold: int
    held: int
    free: int
    most: Mapping[str, int]


@dataclass(frozen=True)
class Short:
    """What cannot be met of a need."""

    sold: int = 0
    held: int = 0
    free: int = 0

    @property
    def total(self) -> int:
        """Return all of it."""
        return self.sold + self.held + self.free


class Bearing:
    """Which lot bears how much of which stock.

    What was met once stays met; more can be asked for afterwards with ``push``.
    """

    def __init__(self, needs: Iterable[Need], rests: Mapping[str, int]) -> None:
        self.left = dict(rests)
        self.short: dict[str, Short] = {}
        self._needs = {need.key: need for need in needs}
        self._flow: dict[tuple[str, str], int] = {}
        unmet: dict[str, dict[str, int]] = {key: {} for key in self._needs}
        for rank in RANKS:
            for key, need in self._needs.items():
                wanted: int = getattr(need, rank)
                unmet[key][rank] = wanted - self.push(key, wanted)
        self.short = {key: Short(**ranks) for key, ranks in unmet.items()}

    @property
    def total_short(self) -> int:
        """Return what cannot be met of all needs."""
        return sum(short.total for short in self.short.values())

    def borne(self, key: str, lot_id: str) -> int:
        """Return how much of a stock a lot bears."""
        return self._flow.get((key, lot_id), 0)

    def push(self, key: str, wanted: int) -> int:
        """Let lots bear more of a stock, as far as they can, and return how much."""
        met = 0
        while met < wanted and (path := self._path(key)):
            met += self._along(path, wanted - met)
        return met

    def _path(self, key: str) -> Sequence[tuple[str, str]]:
        """Return pairs of a stock and the lot it would take more of, to a lot with something left.

        From the second on, each stock makes room on the lot before it.
        """
        taker: dict[str, str] = {}
        freed: dict[str, str] = {}
        waiting = deque([key])
        while waiting:
            stock = waiting.popleft()
            for lot_id in self._open(stock):
                if lot_id in taker:
                    continue
                taker[lot_id] = stock
                if self.left.get(lot_id, 0) > 0:
                    return _traced(lot_id, taker, freed)
                others = [one for one in self._on(lot_id) if one != key and one not in freed]
                freed |= dict.fromkeys(others, lot_id)
                waiting += others
        return ()

    def _on(self, lot_id: str) -> Iterable[str]:
        return [key for (key, lot), much in self._flow.items() if lot == lot_id and much]

    def _open(self, key: str) -> Iterable[str]:
        most = self._needs[key].most
        return [lot_id for lot_id in most if self.borne(key, lot_id) < most[lot_id]]

    def _along(self, path: Sequence[tuple[str, str]], wanted: int) -> int:
        """Send as much as fits along a path; each stock behind the first gives its place up."""
        last = path[-1][1]
        room = [self._needs[key].most[lot] - self.borne(key, lot) for key, lot in path]
        given = [self.borne(path[n + 1][0], path[n][1]) for n in range(len(path) - 1)]
        step = min(wanted, self.left[last], *room, *given)
        for key, lot in path:
            self._flow[key, lot] = self.borne(key, lot) + step
        for n in range(len(path) - 1):
            self._flow[path[n + 1][0], path[n][1]] -= step
        self.left[last] -= step
        return step


def _traced(
    lot_id: str, taker: Mapping[str, str], freed: Mapping[str, str]
) -> Sequence[tuple[str, str]]:
    path = [(taker[lot_id], lot_id)]
    while path[0][0] in freed:
        lot_id = freed[path[0][0]]
        path.insert(0, (taker[lot_id], lot_id))
    return path
