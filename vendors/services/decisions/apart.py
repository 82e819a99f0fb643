"""Signing and checking in a thread of its own.

pyHanko runs an event loop of its own for each call, which a thread that runs one
already refuses.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


def apart(do: Callable[[], Result]) -> Result:
    """Return what a call gives, made in another thread; its errors come through."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(do).result()
