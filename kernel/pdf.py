"""PDFs that people hand in: looked into and drawn by a process of its own, never by a web worker."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_PROCESS = Path(__file__).with_name("pdf_process.py")
_SECONDS = 30


class PdfBroken(ValueError):
    """A PDF that cannot be read, or not within bounds of time and memory."""


@dataclass(frozen=True)
class Findings:
    """What a PDF holds; ``problem`` is empty, ``locked``, ``active`` or ``pages`` (none or too many)."""

    problem: str
    pages: int


def inspect(data: bytes) -> Findings:
    """Look through every object of a PDF, those in compressed streams too.

    :raises PdfBroken: when it cannot be read.
    """
    return Findings(**json.loads(_ask(data, "inspect")))


def draw_page(data: bytes, number: int, *, width: int) -> bytes:
    """Return one page (from 1) as JPEG, so many pixels wide at most.

    :raises PdfBroken: when there is no such page or it cannot be drawn.
    """
    return _ask(data, "draw", str(number), str(width))


def _ask(data: bytes, *words: str) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - our own file, nothing of the stranger's in the command
            [sys.executable, "-I", str(_PROCESS), *words],
            input=data,
            capture_output=True,
            # Nothing of the keys that lie in our own environment.
            env={},
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PdfBroken("too slow") from None
    if done.returncode or not done.stdout:
        raise PdfBroken(done.stderr.decode(errors="replace")[-300:])
    return done.stdout
