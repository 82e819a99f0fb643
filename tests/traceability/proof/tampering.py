"""Whatever can be done to a proof, by one who holds the file or even the key of the market.

Both verifiers, the command's and the browser's, are held to the same list.
"""

import base64
import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from traceability.proof.notes import (
    Checkpoint,
    new_seed,
    read_checkpoint,
    read_note,
    sign_checkpoint,
)

Told = dict[str, Any]


@dataclass(frozen=True)
class Forger:
    """A good bundle of several events, the seed of the key that signed it, and when."""

    told: Told
    seed: bytes
    at: datetime

    @property
    def point(self) -> Checkpoint:
        return read_checkpoint(read_note(self.told["checkpoint"]).text)

    def copy(self) -> Told:
        return copy.deepcopy(self.told)

    def signed(self, *, size=None, root=None, origin="", seed=None, at=None) -> str:
        """Return a checkpoint with right signatures, of what the forger likes."""
        point = self.point
        wanted = Checkpoint(
            origin or point.origin,
            point.size if size is None else size,
            point.root if root is None else root,
        )
        return sign_checkpoint(
            wanted, name=wanted.origin, seed=seed or self.seed, at=at or self.at
        ).whole


def flipped(text: str) -> str:
    """Return base64 of bytes of which one bit is another."""
    data = base64.b64decode(text)
    return base64.b64encode(bytes([data[0] ^ 1]) + data[1:]).decode()


def earlier(text: str) -> str:
    """Return an event of which one letter is another: a thousand years."""
    return text.replace('"eventTime":"2', '"eventTime":"1', 1)


def body(forger):
    told = forger.copy()
    event = told["events"][1]
    event["body"] = earlier(event["body"])
    return told, None


def leaf(forger):
    """The first hash of a path is that of the leaf beside it."""
    told = forger.copy()
    told["events"][0]["proof"][0] = flipped(told["events"][0]["proof"][0])
    return told, None


def node(forger):
    told = forger.copy()
    told["events"][0]["proof"][-1] = flipped(told["events"][0]["proof"][-1])
    return told, None


def moved(forger):
    told = forger.copy()
    told["events"][0]["index"] = told["events"][1]["index"]
    return told, None


def swapped(forger):
    told = forger.copy()
    one, two = told["events"][:2]
    one["body"], two["body"] = two["body"], one["body"]
    return told, None


def put_in(forger):
    """An event that never was takes the path of another."""
    told = forger.copy()
    event = copy.deepcopy(told["events"][0])
    event["body"] = earlier(event["body"])
    event["event_id"] = "ni:///sha-256;forged"
    told["events"].append(event)
    return told, None


def twice(forger):
    told = forger.copy()
    told["events"].append(told["events"][0])
    return told, None


def emptied(forger):
    told = forger.copy()
    told["events"].clear()
    return told, None


def cut(forger):
    """The log is signed anew without its end: the events there are in it no more."""
    told = forger.copy()
    told["checkpoint"] = forger.signed(size=1)
    return told, None


def of_another_lot(forger):
    told = forger.copy()
    told["lot"]["ids"] = ["https://cho.example.vn/t/OTHER"]
    return told, None


def of_another_log(forger):
    told = forger.copy()
    told["checkpoint"] = forger.signed(origin="other.example/trace")
    return told, None


def wrong_key(forger):
    told = forger.copy()
    told["checkpoint"] = forger.signed(seed=new_seed())
    return told, None


def own_key(forger):
    """The forger brings his key along, named as ours."""
    told = wrong_key(forger)[0]
    told["keys"] = []
    return told, None


def expired_key(forger):
    told = forger.copy()
    told["checkpoint"] = forger.signed(at=forger.at - timedelta(days=400))
    return told, None


def untimed(forger):
    told = forger.copy()
    told["checkpoint"] = told["checkpoint"].rsplit("— ", 1)[0]
    return told, None


def rewritten(forger):
    """The tree that was kept is not the beginning of this one, whatever joins them."""
    told = forger.copy()
    told["consistency"] = {"from": "2", "proof": told["events"][0]["proof"][:2]}
    return told, forger.signed(size=2, root=bytes(32))


def two_roots(forger):
    return forger.copy(), forger.signed(root=bytes(32))


def unjoined(forger):
    return forger.copy(), forger.signed(size=2, root=bytes(32))


def strange_checkpoint(forger):
    return forger.copy(), forger.signed(seed=new_seed())


def named(forger):
    """Words are told for which the event holds no digest."""
    told = forger.copy()
    salt = base64.b64encode(bytes(16)).decode()
    words = {"field": "market:recordedBy", "salt": salt, "value": "Ai đó"}
    told["events"][0]["opened"] = [words]
    return told, None


TAMPERED: list[tuple[Callable[[Forger], tuple[Told, str | None]], list[str]]] = [
    (body, ["changed"]),
    (leaf, ["changed"]),
    (node, ["changed"]),
    (moved, ["changed", "twice"]),
    (swapped, ["changed", "changed"]),
    (put_in, ["changed", "twice"]),
    (twice, ["twice"]),
    (emptied, ["empty"]),
    (cut, ["changed"]),
    (of_another_lot, ["strange"]),
    (of_another_log, ["origin", "unsigned"]),
    (wrong_key, ["unsigned"]),
    (own_key, ["unsigned"]),
    (expired_key, ["expired"]),
    (untimed, ["untimed"]),
    (rewritten, ["rewritten"]),
    (two_roots, ["forked"]),
    (unjoined, ["unjoined"]),
    (strange_checkpoint, ["older"]),
    (named, ["commitment"]),
]
"""What is done, and what is found: all of it, where an event is concerned once for each."""


def as_file(told: Told) -> str:
    return json.dumps(told, ensure_ascii=False)
