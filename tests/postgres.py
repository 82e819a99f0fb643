"""A PostgreSQL server of our own: started for a run, removed after it."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

# What a server needs that must survive, and thousands of databases of a second each need not.
FORGETFUL = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "autovacuum=off")


def programs() -> Path | None:
    """Return the folder of initdb and pg_ctl, or None where they are not installed."""
    found = shutil.which("initdb")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in [*folders, *([Path(found).resolve().parent] if found else [])]:
        if (folder / "initdb").exists():
            return folder
    return None


@contextmanager
def server(folder: Path, *, durable: bool = False) -> Iterator[str]:
    """Run a server on a Unix socket and give its URL.

    ``durable`` keeps fsync on, as a real server would.
    """
    memory = "/dev/shm" if not durable and os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="market-pg-", dir=memory) as place:
        yield from _serve(folder, Path(place), FORGETFUL if not durable else ())


def _serve(folder: Path, place: Path, settings: Iterable[str]) -> Iterator[str]:
    user = _somebody_else(place)
    data = place / "data"

    def run(*words: object) -> None:
        subprocess.run([*user, *map(str, words)], check=True, capture_output=True)

    made = ("-D", data, "-U", "market", "--auth=trust", "-E", "UTF8", "--lc-collate=C", "--no-sync")
    run(folder / "initdb", *made)
    options = (
        f"-c listen_addresses= -c unix_socket_directories={place} "
        "-c max_connections=200 -c shared_buffers=256MB"
    )
    options = " ".join([options, *(f"-c {setting}" for setting in settings)])
    run(folder / "pg_ctl", "-D", data, "-o", options, "-l", place / "log", "-w", "start")
    try:
        yield f"postgresql+psycopg://market@/postgres?host={place}"
    finally:
        run(folder / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


def _somebody_else(place: Path) -> list[str]:
    """PostgreSQL refuses to run as root: return the words that run it as somebody else."""
    if os.geteuid() != 0:
        return []
    known = subprocess.run(["id", "postgres"], capture_output=True, check=False)
    if known.returncode:
        subprocess.run(["useradd", "--system", "postgres"], check=True)
    shutil.chown(place, "postgres")
    return ["runuser", "-u", "postgres", "--"]
