"""What a partner writes when it subscribes to a query."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kernel.messages import msg
from traceability.epcis.canonical import read_instant
from traceability.epcis.checking import check_texts
from traceability.epcis.errors import BadSubscription
from traceability.epcis.schedules import read_schedule

MOST_DEST, MOST_SECRET = 500, 500
LIMITS = ("eventCountLimit", "maxEventCount")
_NAMES = frozenset(
    [
        "@context",
        "dest",
        "signatureToken",
        "secret",
        "stream",
        "schedule",
        "reportIfEmpty",
        "initialRecordTime",
    ]
)


@dataclass(frozen=True)
class SubscriptionWish:
    """Where to, when (as it is recorded, or by a schedule), and from when on."""

    dest: str
    streams: bool
    schedule: dict[str, str]
    reports_empty: bool = False
    since: datetime | None = None
    # Deliveries are signed with it.
    secret: str = field(default="", repr=False)


def read_wish(body: Any) -> SubscriptionWish:
    """Read the body of a subscription.

    :raises BadSubscription: for the first thing that cannot be used; ``field`` says which.
    """
    if not isinstance(body, dict):
        raise BadSubscription(msg("This must be an object with fields."))
    check_texts(body, "subscription")
    for name in body:
        if name not in _NAMES:
            raise BadSubscription(msg("There is no such field here."), field=str(name)[:80])
    streams = _flag(body, "stream")
    if streams == ("schedule" in body):
        raise BadSubscription(msg("Give either a schedule or stream: true."), field="schedule")
    return SubscriptionWish(
        dest=_text(body, "dest", MOST_DEST),
        streams=streams,
        schedule={} if streams else read_schedule(body["schedule"]),
        reports_empty=_flag(body, "reportIfEmpty"),
        since=_since(body.get("initialRecordTime")),
        # The schema of EPCIS 2.0 demands "secret" and describes "signatureToken".
        secret=next(
            (
                _text(body, name, MOST_SECRET)
                for name in ("signatureToken", "secret")
                if name in body
            ),
            "",
        ),
    )


def need_unlimited(parameters: Mapping[str, Any]) -> None:
    """Refuse to subscribe to a query that leaves out what is more than so many events.

    :raises BadSubscription: then; ``field`` is the limit.
    """
    for name in LIMITS:
        if name in parameters:
            raise BadSubscription(
                msg(
                    "A query with this limit would lose events: it can be asked, not subscribed to."
                ),
                field=name,
            )


def _text(body: Mapping[str, Any], name: str, most: int) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= most:
        raise BadSubscription(
            msg("This must be a text of 1 to %(most)s letters."), field=name, most=most
        )
    return value


def _flag(body: Mapping[str, Any], name: str) -> bool:
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise BadSubscription(msg("This must be true or false."), field=name)
    return value


def _since(value: Any) -> datetime | None:
    if value is None:
        return None
    moment = read_instant(value) if isinstance(value, str) else None
    if moment is None:
        raise BadSubscription(
            msg("This must be a date and time with offset, such as 2026-11-20T07:30:00+07:00."),
            field="initialRecordTime",
        )
    return moment
