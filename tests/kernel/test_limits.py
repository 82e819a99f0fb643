from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from kernel import clock
from kernel.db import open_engine, session_factory, transaction
from kernel.limits import RateWindow, SqlStorage, forget_windows
from kernel.settings import Settings
from kernel.web import limits
from tests.together import at_once


@pytest.fixture
def storage(maker, now):
    return SqlStorage(maker=maker)


def test_hits_are_counted_until_the_window_ends(storage, now):
    assert [storage.incr("a", 60) for _ in range(3)] == [1, 2, 3]
    assert (storage.get("a"), storage.get("b")) == (3, 0)
    assert storage.get_expiry("a") == (now + timedelta(seconds=60)).timestamp()
    assert storage.get_expiry("b") == now.timestamp()
    with clock.fixed(now + timedelta(seconds=60)):
        assert storage.get("a") == 0
        assert storage.incr("a", 60, amount=2) == 2


def test_windows_are_cleared_one_or_all(storage):
    for key in "abc":
        storage.incr(key, 60)
    storage.clear("a")
    assert [storage.get(key) for key in "abc"] == [0, 1, 1]
    storage.reset()
    assert [storage.get(key) for key in "abc"] == [0, 0, 0]


def test_windows_that_are_over_are_swept(storage, session, now):
    storage.incr("old", 10)
    storage.incr("new", 100)
    with transaction(session):
        forget_windows(session, now + timedelta(seconds=10))
    assert session.scalars(sa.select(RateWindow.key)).all() == ["new"]


def test_hits_at_once_are_all_counted(storage, now):
    assert sorted(at_once(lambda _number: storage.incr("a", 60), 12)) == list(range(1, 13))


def test_a_broken_database_is_noticed(storage, tmp_path):
    assert storage.check() is True
    broken = SqlStorage(maker=session_factory(open_engine(f"sqlite:///{tmp_path}/no/such.db")))
    assert broken.check() is False


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("unix:", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_visitor_is_an_address_or_the_network_of_one_connection(address, counted_as):
    app = Flask(__name__)
    with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        assert limits.visitor() == counted_as


def test_redis_counts_where_the_settings_name_one(tmp_path, monkeypatch):
    made = []
    monkeypatch.setattr(limits.limiter, "init_app", made.append)
    settings = Settings(
        market_env="demo",
        instance_path=tmp_path,
        secret_key="a secret of the tests",
        redis_url="redis://127.0.0.1:6379/0",
    )
    app = Flask(__name__)
    limits.install(app, settings, None)
    assert app.config["RATELIMIT_STORAGE_URI"] == "redis://127.0.0.1:6379/0"
    assert made == [app]
