"""Web server and worker together: ``python -m shop.serve``, ended by Ctrl-C.

The code is read once; every process is forked from this one, which itself
opens neither database nor thread. So a start costs one import, and a process
that died is back at once.
"""

import ctypes
import errno
import multiprocessing
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from kernel.settings import BadSetting, Settings, load_settings

RESTART_SECONDS = 2.0
END_SECONDS = 10
PORT_SECONDS = 3
SET_NAME, SET_SIGNAL_AT_DEATH_OF_PARENT = 15, 1

_context = multiprocessing.get_context("fork")


def main() -> int:
    """Bring the database up to date, start both processes, watch them, end them."""
    try:
        settings = load_settings()
    except BadSetting as problem:
        return _refuse(str(problem))
    if not _port_is_free(settings):
        return _refuse(f"PORT={settings.port}: another program answers there; set PORT to another")
    # Metrics look for the folder when they are imported.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(_empty(settings.instance_path / "metrics"))
    from kernel.web.observe import set_up_logs  # noqa: PLC0415
    from shop import prepare, worker  # noqa: PLC0415

    set_up_logs(settings.log_level)
    made_ready = _context.Process(target=prepare.prepare, args=(settings,))
    made_ready.start()
    try:
        made_ready.join()
    except KeyboardInterrupt:
        made_ready.join()
    if made_ready.exitcode:
        return 1
    web = _serve_reloading if "--reload" in sys.argv else _serve_web
    return _watch(
        [_Process("market-web", lambda: web(settings)), _Process("market-work", worker.main)]
    )


def _refuse(problem: str) -> int:
    print(problem, file=sys.stderr)  # noqa: T201 - for the person who started it
    return 2


def _empty(folder: Path) -> Path:
    """Return an empty folder for the metrics of this run."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _port_is_free(settings: Settings) -> bool:
    """Tell whether we can answer there; a market that is just ending gets time to let go."""
    for _ in range(PORT_SECONDS * 5):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.host, settings.port))
            except OSError as problem:
                if problem.errno != errno.EADDRINUSE:
                    return True  # Let the server say what is wrong.
                time.sleep(0.2)
            else:
                return True
    return False


def _serve_web(settings: Settings) -> None:
    from granian.constants import Interfaces  # noqa: PLC0415
    from granian.log import LogLevels  # noqa: PLC0415
    from granian.server import Server  # noqa: PLC0415

    Server(
        "wsgi:gate",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGINL,
        workers=settings.web_workers,
        # One request at a time in each process (kernel/web/gate.py): threads would only wait for
        # each other's turn (measured: a third of the rate and ten times the p99 with four).
        # Add processes instead.
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=END_SECONDS - 2,
        log_level=LogLevels.warning,
    ).serve()


def _serve_reloading(settings: Settings) -> None:
    """Serve without what was imported here: each reload reads the code anew."""
    words = [
        *(sys.executable, "-m", "granian", "--interface", "asginl", "--no-ws", "--reload"),
        *("--host", settings.host, "--port", str(settings.port), "--workers", "1"),
        *("--log-level", "warning", "wsgi:gate"),
    ]
    os.execv(words[0], words)  # noqa: S606


class _Process:
    """One process of the market, started again whenever it ends."""

    def __init__(self, name: str, act: Callable[[], None]) -> None:
        self.name, self.act = name, act
        self.rises_at: float | None = None
        self.start()

    def start(self) -> None:
        self.child = _context.Process(target=_become, args=(self.name, self.act, os.getpid()))
        self.child.start()
        self.started_at = time.monotonic()

    def keep_up(self) -> None:
        """Start it again when it ended; one that ends at once, not too often."""
        if self.child.is_alive():
            return
        if self.rises_at is None:
            self.sweep()
            self.rises_at = self.started_at + RESTART_SECONDS
        if time.monotonic() >= self.rises_at:
            self.rises_at = None
            self.start()

    def end(self, until: float) -> None:
        """Wait for it to end by itself, then end by force what is left."""
        self.child.join(max(0.0, until - time.monotonic()))
        self.child.kill()
        self.sweep()
        self.child.join()

    def sweep(self) -> None:
        """End its own children: they would keep the port."""
        if self.child.pid:
            with suppress(ProcessLookupError):
                os.killpg(self.child.pid, signal.SIGKILL)


def _become(name: str, act: Callable[[], None], parent: int) -> None:
    """Run one of the processes, tied to the life of its parent."""
    # A session of its own: Ctrl-C reaches it through the parent, once.
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(SET_NAME, name.encode())
        libc.prctl(SET_SIGNAL_AT_DEATH_OF_PARENT, int(signal.SIGTERM))
    if os.getppid() == parent:
        act()


def _watch(processes: list[_Process]) -> int:
    """Keep the processes running until a signal asks to stop."""
    stopping = False

    def stop(_signal: int, _frame: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    while not stopping:
        time.sleep(0.2)
        for process in processes:
            process.keep_up()
    for process in processes:
        process.child.terminate()
    until = time.monotonic() + END_SECONDS
    for process in processes:
        process.end(until)
    return 0


if __name__ == "__main__":
    sys.exit(main())
