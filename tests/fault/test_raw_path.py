"""The path of a request as it was sent, through the really served market."""

import http.client
from urllib.parse import urlsplit

import pytest

from kernel import db
from kernel.sealing import Sealer
from tests.conftest import DATA_KEY, FINGERPRINT_KEY
from tests.fault.running import environ_of, serving
from tests.traceability.land import Land

pytestmark = pytest.mark.fault

GTIN = "08938500000010"


@pytest.fixture
def market(sqlite_url, tmp_path):
    """A running market with one lot, whose number has a slash in it."""
    engine = db.open_engine(sqlite_url)
    maker = db.session_factory(engine)
    maker.configure(info={"sealer": Sealer([DATA_KEY], FINGERPRINT_KEY)})
    with maker() as session:
        land = Land(session)
        lot_id = land.harvest(gtin=GTIN)
        land.run(rename, lot_id)
    engine.dispose()
    with serving(environ_of(tmp_path / "instance", sqlite_url)) as running:
        yield running


def rename(session, lot_id, *, now):
    from traceability.models import Lot

    session.get(Lot, lot_id).code = "A/B"


def ask(market, path):
    """Send a path as it is: libraries for people would repair it."""
    place = urlsplit(market.address)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=10)
    connection.putrequest("GET", path)
    connection.putheader("Accept", "application/json")
    connection.endheaders()
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, (answer.getheader("Location") or "").removeprefix(market.address)


def test_the_server_tells_paths_as_they_were_sent(market):
    """R6, R7, R8, R25 of the reference."""
    status, location = ask(market, f"/01/{GTIN}/10/A%2FB?17=261231;3103=000189&flag&x=%7e")
    assert (status, location[:3]) == (307, "/t/")
    assert location.endswith("?17=261231;3103=000189&flag&x=%7e")
    assert ask(market, f"/01/{GTIN}/10/A/B")[0] == 400
    assert ask(market, f"/01/{GTIN}/10/NO%2FLOT") == (307, f"/g/{GTIN}")
    for path in (f"//01/{GTIN}", f"/01//{GTIN}", f"/01/{GTIN}/10/%00", f"/01/{GTIN}/10/%FF"):
        assert ask(market, path) == (400, ""), path
    assert ask(market, "/01/" + "1" * 9000)[0] in {400, 414}
    assert ask(market, f"/01/{GTIN}?a=" + "b" * 8192)[0] == 307
