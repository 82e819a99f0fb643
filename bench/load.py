"""Puts load on a server with wrk and reads what it measured."""

import re
import shutil
import statistics
import subprocess
import tempfile
from dataclasses import dataclass

SECONDS = 2
CONNECTIONS = 4

SCRIPT = """
local paths = {{ {paths} }}
local at = 0
request = function()
  at = at % #paths + 1
  return wrk.format("GET", paths[at], {{ ["Accept-Encoding"] = "gzip, deflate, br", ["Host"] = wrk.host, ["Cookie"] = "{cookie}", ["Authorization"] = "{authorization}" }})
end
done = function(summary, latency, requests)
  local bad = summary.errors.status + summary.errors.timeout + summary.errors.read
  io.write(string.format("RESULT %f %f %f %d\\n", summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, bad))
end
"""


@dataclass(frozen=True)
class Figures:
    """Requests a second and milliseconds to answer, of one or several rounds."""

    rate: float
    p50_ms: float
    p99_ms: float


def available() -> bool:
    """Tell whether wrk is on this machine."""
    return shutil.which("wrk") is not None


def put(
    address: str,
    paths: list[str],
    *,
    connections: int = CONNECTIONS,
    seconds: int = SECONDS,
    cookie: str = "",
    authorization: str = "",
) -> Figures:
    """Ask for the paths in turn for some seconds, as whoever the cookie or the token is of.

    :raises RuntimeError: when an answer was an error.
    """
    asked = ", ".join(f'"{path}"' for path in paths)
    script = SCRIPT.format(paths=asked, cookie=cookie, authorization=authorization)
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        command = [
            "wrk",
            "--timeout",
            "10s",
            "-t1",
            f"-c{connections}",
            f"-d{seconds}s",
            "-s",
            file.name,
            address,
        ]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"RESULT ([\d.]+) ([\d.]+) ([\d.]+) (\d+)", said)
    if not found or int(found[4]):
        raise RuntimeError(f"errors under load at {paths[0]}: {said}")
    return Figures(float(found[1]), float(found[2]), float(found[3]))


def middle(rounds: list[Figures]) -> Figures:
    """Return the median of several rounds, figure by figure."""
    return Figures(
        statistics.median(r.rate for r in rounds),
        statistics.median(r.p50_ms for r in rounds),
        statistics.median(r.p99_ms for r in rounds),
    )
