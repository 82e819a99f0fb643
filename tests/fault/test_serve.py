"""One command runs everything: it starts quickly, keeps processes alive, and ends them all."""

import signal
import subprocess
import sys
import time

import pytest

from kernel import clock
from tests.fault.running import ROOT, environ_of, kill, serving, wait_until
from tests.orders.market import open_market

pytestmark = pytest.mark.fault


@pytest.fixture
def environ(sqlite_url, tmp_path):
    """Settings of a market that has vendors, so that no sample is loaded."""
    from kernel import db

    engine = db.open_engine(sqlite_url)
    open_market(db.session_factory(engine), clock.now())
    engine.dispose()
    return environ_of(tmp_path / "instance", sqlite_url)


def end(market, number):
    """Ask the market to end and return its exit code and how long it took."""
    began = time.monotonic()
    market.process.send_signal(number)
    return market.process.wait(timeout=20), time.monotonic() - began


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_everything_and_the_next_start_is_quick(environ, number):
    with serving(environ) as market:
        assert len(market.everything()) >= 5
        code, seconds = end(market, number)
        assert (code, market.everything()) == (0, [])
        assert seconds < 15
    if number is signal.SIGINT:
        with serving(environ) as market:
            assert market.seconds_to_start < 20, "about 3 s where nothing else runs"
            assert end(market, number)[0] == 0
        text = (market.instance / "said.txt").read_text()
        assert "Traceback" not in text


def test_whoever_is_killed_is_brought_back(environ):
    with serving(environ) as market:
        for victims in (market.web_workers, market.worker, market.web_server):
            (victim, *_) = victims()
            kill(victim)
            wait_until(
                lambda victims=victims, victim=victim: (
                    victim not in victims() and market.is_whole()
                ),
                20,
                f"{victims.__name__} is back",
            )
        # The web server's own children went with it: they would keep the port.
        assert len(market.everything()) == 5


def test_nobody_survives_the_starter(environ):
    with serving(environ) as market:
        kill(market.process.pid)
        wait_until(lambda: market.everything() == [], 15, "the processes end with their starter")
    with serving(environ) as again:
        assert again.answers()


def test_a_taken_port_is_named_and_stops_the_start(environ, tmp_path):
    with serving(environ):
        second = subprocess.run(
            [sys.executable, "-m", "shop.serve"],
            cwd=ROOT,
            env=environ | {"INSTANCE_PATH": str(tmp_path / "second"), "PATH": ""},
            capture_output=True,
            text=True,
            timeout=20,
        )
    assert second.returncode == 2
    assert (
        second.stderr
        == f"PORT={environ['PORT']}: another program answers there; set PORT to another\n"
    )
