"""A farmOS server that answers as one: a harvest, a spraying and two pages of looks at the field."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

PLOT = "11111111-1111-4111-8111-111111111111"
KILO = "22222222-2222-4222-8222-222222222222"
HEAP = "33333333-3333-4333-8333-333333333333"


def uuid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def log(number: int, name: str, on: str, *, links=None, **said):
    location = {"location": {"data": [{"type": "asset--land", "id": PLOT}]}}
    return {
        "type": "log--any",
        "id": uuid(number),
        "attributes": {"name": name, "timestamp": f"{on}T02:00:00+00:00", "status": "done", **said},
        "relationships": location | (links or {}),
    }


def asset(name="Lô ao"):
    return {"type": "asset--land", "id": PLOT, "attributes": {"name": name}}


HARVEST = log(
    1,
    "Hái lứa đầu",
    "2026-11-20",
    lot_number="L7",
    links={"quantity": {"data": [{"type": "quantity--standard", "id": HEAP}]}},
)
WEIGHED = [
    {
        "type": "quantity--standard",
        "id": HEAP,
        "attributes": {"value": {"numerator": 241, "denominator": 2, "decimal": "120.5"}},
        "relationships": {"units": {"data": {"type": "taxonomy_term--unit", "id": KILO}}},
    },
    {"type": "taxonomy_term--unit", "id": KILO, "attributes": {"name": "kilograms"}},
]
SPRAYED = log(
    2, "Dầu neem", "2026-11-01", method="foliar spray", notes={"value": "<p>Rệp <b>xanh</b></p>"}
)
LATER = [log(number, f"Xem vườn {number}", "2026-11-02") for number in range(10, 62)]


class Farm(BaseHTTPRequestHandler):
    """Answers as farmOS does: a token for a password, then logs, fifty a page."""

    asked: list[str] = []

    def log_message(self, *_args):
        pass

    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if form["password"] != ["right"]:
            return self._answer({"error": "invalid_grant"}, 400)
        return self._answer({"token_type": "Bearer", "access_token": "abc"})

    def do_GET(self):
        Farm.asked.append(self.path)
        if self.headers["Authorization"] != "Bearer abc":
            return self._answer({}, 401)
        parts = urlsplit(self.path)
        kind, offset = parts.path.rsplit("/", 1)[1], "offset" in parts.query
        if kind == "maintenance":
            return self._answer({}, 404)
        data = {"harvest": [HARVEST], "input": [SPRAYED], "observation": LATER[:50]}.get(kind, [])
        links = {}
        if kind == "observation":
            if offset:
                data = LATER[50:]
            else:
                links = {"next": {"href": f"http://elsewhere.example{self.path}&page[offset]=50"}}
        return self._answer({"data": data, "included": [asset(), *WEIGHED], "links": links})

    def _answer(self, body, status=200):
        said = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/vnd.api+json")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)


@contextmanager
def farm_server() -> Iterator[str]:
    """Serve a farm on this machine; give its address. Its password is "right"."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Farm)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
