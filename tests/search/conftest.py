"""The same tests for each engine: the one inside always, Meilisearch where there is a server."""

import os
from contextlib import contextmanager

import pytest

from catalog.search.embedded import TantivyEngine
from catalog.search.meilisearch import MeiliEngine
from tests.meilisearch import program, server
from tests.search.goods import DOCUMENTS

BOTH = ["embedded", pytest.param("meilisearch", marks=pytest.mark.meilisearch)]


@pytest.fixture(scope="session")
def meilisearch_server():
    """Where a server answers, and its key: that of the environment, or one of ours."""
    url, found = os.environ.get("MEILISEARCH_URL"), program()
    if url:
        yield url, os.environ.get("MEILISEARCH_KEY", "")
    elif found:
        with server(found) as running:
            yield running.url, ""
    else:
        pytest.skip("no Meilisearch (MEILISEARCH_BIN or MEILISEARCH_URL): its half cannot run")


@contextmanager
def opened(kind, request, folder):
    """Give something that opens one and the same engine again and again, as processes do."""
    if kind == "embedded":
        yield lambda: TantivyEngine(folder / "search")
        return
    url, key = request.getfixturevalue("meilisearch_server")
    name = f"test-{os.getpid()}-{os.urandom(4).hex()}"
    yield lambda: MeiliEngine(url, key, name=name)
    MeiliEngine(url, key, name=name).drop()


@pytest.fixture(params=BOTH)
def reopen(request, tmp_path):
    """Opens the engine of this test as another process would."""
    with opened(request.param, request, tmp_path) as found:
        yield found


@pytest.fixture
def engine(reopen):
    """An engine to write to, with a small market in it."""
    made = reopen()
    assert made.rebuild(DOCUMENTS) == len(DOCUMENTS)
    return made


@pytest.fixture(scope="module", params=BOTH)
def standing(request, tmp_path_factory):
    """An engine to read from, with a small market in it."""
    with opened(request.param, request, tmp_path_factory.mktemp("search")) as found:
        made = found()
        assert made.rebuild(DOCUMENTS) == len(DOCUMENTS)
        yield made
