"""Things done at the same moment by several threads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any


def at_once(do: Callable[[int], Any], threads: int) -> list[Any]:
    """Run ``do(number)`` in so many threads at once; return results, or the errors raised."""
    start = Barrier(threads)

    def run(number: int) -> Any:
        start.wait()
        try:
            return do(number)
        except Exception as error:
            return error

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))
