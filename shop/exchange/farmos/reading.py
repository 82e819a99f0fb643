"""What a farmOS server answers (JSON:API 1.0), read without trust: logs, assets, quantities."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeGuard

from kernel.errors import DomainError
from kernel.messages import msg

LOG_TYPES = (
    "activity", "harvest", "input", "lab_test", "maintenance", "observation", "seeding",
    "transplanting",
)  # fmt: skip
"""What a plot's diary can hold; births and medicine of animals are left where they are."""

MOST_NAME, MOST_NOTE, MOST_WORDS = 120, 1000, 40
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TAG = re.compile(r"<[^>]{0,400}>")


class BadAnswer(DomainError):
    """A server that answers, but not as farmOS does."""

    code, status = "bad_answer", 422
    message = msg("The server does not answer as farmOS 2 or 3 does.")


@dataclass(frozen=True)
class Amount:
    """One quantity: ``numerator / denominator`` of a unit, as the server calls it."""

    numerator: int
    denominator: int = 1
    unit: str = ""
    label: str = ""


@dataclass(frozen=True)
class Log:
    """One log. ``at`` is UTC; ``places`` are the assets it happened to or in (uuids)."""

    uuid: str
    type: str
    name: str
    status: str
    at: datetime
    notes: str = ""
    places: tuple[str, ...] = ()
    amounts: tuple[Amount, ...] = ()
    method: str = ""
    lot_number: str = ""


@dataclass(frozen=True)
class Pulled:
    """What was pulled from a server: logs, and the names of assets by uuid."""

    logs: tuple[Log, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept."""
        logs = [asdict(log) | {"at": log.at.isoformat()} for log in self.logs]
        return {"logs": logs, "names": dict(self.names)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Pulled":
        """Read what was kept."""
        logs = tuple(
            Log(
                **{
                    **log,
                    "at": datetime.fromisoformat(log["at"]),
                    "places": tuple(log["places"]),
                    "amounts": tuple(Amount(**amount) for amount in log["amounts"]),
                }
            )
            for log in kept["logs"]
        )
        return cls(logs, kept["names"])


@dataclass(frozen=True)
class Page:
    """One page of logs, the names of what it mentions, and the address of the next."""

    logs: tuple[Log, ...]
    names: Mapping[str, str]
    next: str | None


def read_page(document: object, log_type: str) -> Page:
    """Read one page of logs of a type.

    :raises BadAnswer: when it is no document of JSON:API with logs of farmOS.
    """
    whole = _mapping(document)
    rows = whole.get("data")
    if not isinstance(rows, list):
        raise BadAnswer
    known = {_text(one, "id"): one for one in _items(whole.get("included"))}
    logs = tuple(_log(_mapping(row), log_type, known) for row in rows)
    names = {
        key: _name(one)
        for key, one in known.items()
        if str(one.get("type", "")).startswith("asset--")
    }
    return Page(logs, names, _next(whole))


def _log(row: Mapping[str, Any], log_type: str, known: Mapping[str, Mapping[str, Any]]) -> Log:
    uuid, said = _text(row, "id"), _mapping(row.get("attributes"))
    if not _UUID.fullmatch(uuid):
        raise BadAnswer
    notes = said.get("notes")
    return Log(
        uuid=uuid,
        type=log_type,
        name=_text(said, "name")[:MOST_NAME],
        status=_text(said, "status")[:MOST_WORDS],
        at=_moment(said.get("timestamp")),
        notes=_plain(_text(notes, "value") if isinstance(notes, dict) else "")[:MOST_NOTE],
        places=tuple(dict.fromkeys((*_linked(row, "location"), *_linked(row, "asset")))),
        amounts=tuple(_amounts(row, known)),
        method=_text(said, "method")[:MOST_NAME],
        lot_number=_text(said, "lot_number")[:MOST_WORDS],
    )


def _amounts(row: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> Iterable[Amount]:
    for key in _linked(row, "quantity")[:20]:
        one = known.get(key)
        value = _mapping(_mapping((one or {}).get("attributes")).get("value") or {})
        top, bottom = value.get("numerator"), value.get("denominator")
        if one is None or not _is_whole(top) or not _is_whole(bottom) or bottom <= 0 or top < 0:
            continue
        unit = next(iter(_linked(one, "units")), "")
        label = _text(_mapping(one.get("attributes")), "label")[:80]
        yield Amount(top, bottom, _name(known.get(unit, {}))[:20], label)


def _linked(row: Mapping[str, Any], name: str) -> list[str]:
    """Return the ids that a relationship names, be it one or many."""
    data = _mapping(_mapping(row.get("relationships") or {}).get(name) or {}).get("data")
    ones = data if isinstance(data, list) else [data] if data else []
    return [key for one in ones if _UUID.fullmatch(key := _text(_mapping(one), "id"))]


def _next(whole: Mapping[str, Any]) -> str | None:
    link = _mapping(whole.get("links") or {}).get("next")
    address = link.get("href") if isinstance(link, dict) else link
    return address if isinstance(address, str) and address else None


def _moment(value: object) -> datetime:
    """Read an instant: with an offset, or a number of seconds."""
    try:
        if isinstance(value, str) and not value.isdecimal():
            moment = datetime.fromisoformat(value)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        return datetime.fromtimestamp(int(str(value)), UTC)
    except (ValueError, OverflowError, OSError):
        raise BadAnswer from None


def _plain(html: str) -> str:
    """Return a note without its marks."""
    return " ".join(_TAG.sub(" ", html).split())


def _name(row: Mapping[str, Any]) -> str:
    return _text(_mapping(row.get("attributes") or {}), "name")[:MOST_NAME]


def _text(row: object, name: str) -> str:
    value = row.get(name) if isinstance(row, dict) else None
    return (
        "".join(c for c in value if c.isprintable() or c in "\n\t")
        if isinstance(value, str)
        else ""
    )


def _items(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadAnswer
    return value


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**12
