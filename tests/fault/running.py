"""The market as real processes: started, watched through /proc, killed, counted."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from kernel.settings import load_settings

ROOT = Path(__file__).parent.parent.parent


@dataclass
class Running:
    """A market under ``shop.serve``."""

    process: "subprocess.Popen[bytes]"
    address: str
    instance: Path
    seconds_to_start: float = 0.0

    def web_server(self) -> list[int]:
        """Return the process that starts the web workers (none while it is being brought back)."""
        return [pid for pid in children(self.process.pid) if name(pid) == "market-web"]

    def web_workers(self) -> list[int]:
        return [pid for server in self.web_server() for pid in children(server)]

    def worker(self) -> list[int]:
        return [pid for pid in children(self.process.pid) if name(pid) == "market-work"]

    def everything(self) -> list[int]:
        """Return all processes of this market, orphans too: they know its instance folder."""
        mark = f"INSTANCE_PATH={self.instance}\0".encode()
        return [pid for pid in _pids() if mark in _read(pid, "environ")]

    def answers(self) -> bool:
        with suppress(httpx.HTTPError):
            return httpx.get(f"{self.address}/healthz", timeout=2).status_code == 200
        return False

    def is_whole(self) -> bool:
        """Tell whether both web workers and the worker are there, and the door is open."""
        return len(self.web_workers()) >= 2 and bool(self.worker()) and self.answers()


def environ_of(instance: Path, database_url: str, **more: str) -> dict[str, str]:
    """Return the settings of a demo that believes the address its visitors claim."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return {
        "MARKET_ENV": "demo",
        "INSTANCE_PATH": str(instance),
        "DATABASE_URL": database_url,
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "TRUSTED_PROXIES": "1",
        "LOG_LEVEL": "ERROR",
        **more,
    }


@contextmanager
def serving(environ: dict[str, str]) -> Iterator[Running]:
    """Run ``shop.serve`` until it is whole; leave no process behind."""
    settings = load_settings(environ)
    said = (settings.instance_path / "said.txt").open("ab")
    process = subprocess.Popen(
        [sys.executable, "-m", "shop.serve"],
        cwd=ROOT,
        env=os.environ | environ,
        stdout=said,
        stderr=said,
    )
    market = Running(process, settings.public_url, settings.instance_path)
    try:
        market.seconds_to_start = wait_until(
            market.is_whole, 60, f"the market stands; see {said.name}"
        )
        yield market
    finally:
        said.close()
        process.kill()
        process.wait()
        for pid in market.everything():
            kill(pid)


def kill(pid: int, number: int = signal.SIGKILL) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def wait_until(holds: Callable[[], object], seconds: float, what: str) -> float:
    """Wait until something holds and return how long it took.

    :raises TimeoutError: when it does not in time.
    """
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"not within {seconds} s: {what}")
        time.sleep(0.1)
    return time.monotonic() - began


def children(parent: int) -> list[int]:
    return [pid for pid in _pids() if _parent(pid) == parent]


def name(pid: int) -> str:
    return _read(pid, "comm").decode().strip()


def _pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _parent(pid: int) -> int | None:
    """Return the parent of a living process."""
    fields = _read(pid, "stat").rpartition(b")")[2].split()
    return int(fields[1]) if fields and fields[0] != b"Z" else None


def _read(pid: int, name: str) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/{name}").read_bytes()
    return b""
