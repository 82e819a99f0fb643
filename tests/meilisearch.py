"""A Meilisearch server of our own on a free port, or an index of our own on a given one."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from catalog.search.engine import EngineDown
from catalog.search.meilisearch import MeiliEngine

START_SECONDS = 20
# Each update reserves it: with the default, two thirds of the memory, an update takes a second.
INDEXING_MEMORY = "512MiB"


def program() -> str | None:
    """Return the server of ``MEILISEARCH_BIN`` or of the path, if there is one."""
    return os.environ.get("MEILISEARCH_BIN") or shutil.which("meilisearch")


@dataclass
class Server:
    """A server in a process of ours; it can be killed and started again with what it held."""

    program: str
    folder: Path
    port: int
    key: str = ""
    process: "subprocess.Popen[bytes] | None" = field(default=None)

    @property
    def url(self) -> str:
        """Return where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [
            *(self.program, "--db-path", str(self.folder / "data"), "--no-analytics"),
            *("--http-addr", f"127.0.0.1:{self.port}", "--log-level", "WARN"),
            *("--dump-dir", str(self.folder / "dumps")),
            *("--snapshot-dir", str(self.folder / "snapshots")),
            *("--max-indexing-memory", INDEXING_MEMORY),
            *(("--master-key", self.key) if self.key else ()),
        ]
        with (self.folder / "said.txt").open("ab") as said:
            self.process = subprocess.Popen(command, cwd=self.folder, stdout=said, stderr=said)
        until = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError((self.folder / "said.txt").read_text()[-2000:])
            time.sleep(0.05)

    def answers(self) -> bool:
        """Tell whether it can be asked."""
        with suppress(httpx.HTTPError):
            return httpx.get(f"{self.url}/health", timeout=1).status_code == 200
        return False

    def kill(self) -> None:
        """End it at once."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@contextmanager
def server(found: str, *, key: str = "") -> Iterator[Server]:
    """Run a server in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="meilisearch-") as folder:
        made = Server(found, Path(folder), _free_port(), key)
        made.start()
        try:
            yield made
        finally:
            made.kill()


@contextmanager
def scratch() -> Iterator[MeiliEngine | None]:
    """Give an engine without an index, on a server of ours or that of ``MEILISEARCH_URL``; or None.

    On a given server it has an index of its own, which is deleted afterwards.
    """
    url, found = os.environ.get("MEILISEARCH_URL"), program()
    if url:
        name = f"scratch-{os.getpid()}-{os.urandom(4).hex()}"
        engine = MeiliEngine(url, os.environ.get("MEILISEARCH_KEY", ""), name=name)
        try:
            yield engine
        finally:
            with suppress(EngineDown):
                engine.drop()
    elif found:
        with server(found) as running:
            yield MeiliEngine(running.url, name="scratch")
    else:
        yield None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
