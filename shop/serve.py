"""Web server and worker together: ``python -m shop.serve``, ended by Ctrl-C."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from kernel.settings import BadSetting, Settings, load_settings
from shop import prepare

RESTART_SECONDS = 1.0


def main() -> int:
    """Bring the database up to date, start both processes, watch them, end them."""
    try:
        settings = load_settings()
    except BadSetting as problem:
        print(problem, file=sys.stderr)  # noqa: T201 - for the person who started it
        return 2
    prepare.prepare(settings, reload="--reload" in sys.argv)
    environ = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(_empty(settings.instance_path))}
    commands = [
        _web(settings, reload="--reload" in sys.argv),
        [sys.executable, "-m", "shop.worker"],
    ]
    return _watch(commands, environ)


def _empty(instance: Path) -> Path:
    """Return an empty folder for the metrics of this run."""
    folder = instance / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _web(settings: Settings, *, reload: bool) -> list[str]:
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"),
        *("--host", settings.host, "--port", str(settings.port)),
        *("--workers", str(settings.web_workers), "--blocking-threads", "4"),
        *("--respawn-failed-workers", "--respawn-interval", "0.5"),
        *("--log-level", "warning", "wsgi:app"),
    ]
    return [*command, "--reload"] if reload else command


def _watch(commands: list[list[str]], environ: dict[str, str]) -> int:
    """Keep the processes running until a signal asks to stop."""
    stopping = False

    def stop(_signal: int, _frame: object) -> None:
        nonlocal stopping
        stopping = True

    # Children get their own sessions: Ctrl-C reaches them through us, once.
    def start(words: list[str]) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(words, env=environ, start_new_session=True)  # noqa: S603

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    children = [start(words) for words in commands]
    while not stopping:
        time.sleep(0.2)
        for number, child in enumerate(children):
            if child.poll() is not None and not stopping:
                time.sleep(RESTART_SECONDS)
                children[number] = start(commands[number])
    for child in children:
        child.terminate()
    for child in children:
        try:
            child.wait(timeout=15)
        except subprocess.TimeoutExpired:
            child.kill()
    return 0


if __name__ == "__main__":
    sys.exit(main())
