"""A bundle: what a lot's events are, and everything that proves them, in one file.

It is verified without any network: the signature of the checkpoint, that its key was valid
then, and for each event the path from its bytes to the root that was signed.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kernel.messages import msg
from traceability.proof.commitments import SALT_BYTES, commitment, is_held
from traceability.proof.merkle import leaf_hash, verify_consistency, verify_inclusion
from traceability.proof.notes import (
    BadNote,
    Checkpoint,
    Note,
    PublicKey,
    decode,
    is_signed,
    read_checkpoint,
    read_key,
    read_note,
    time_signed,
)

FORMAT = "trace-bundle/1"
MOST_BYTES = 32 * 1024 * 1024

REASONS = {
    "origin": msg("This bundle is of another log: %(found)s, not %(wanted)s."),
    "unsigned": msg("No known key of the log has signed the checkpoint."),
    "expired": msg("The checkpoint was signed on %(at)s, when its key was not valid."),
    "untimed": msg("The checkpoint does not prove when it was signed."),
    "empty": msg("The bundle holds no event: nothing is proved."),
    "changed": msg("Event %(event)s is not what was logged: it was changed or stands elsewhere."),
    "twice": msg("Event %(event)s is there twice."),
    "strange": msg("Event %(event)s tells nothing of this lot."),
    "commitment": msg("Words opened in event %(event)s (%(field)s) are not those written then."),
    "forked": msg(
        "Alarm: two checkpoints of %(size)s events have different roots. The log shows "
        "different people different histories."
    ),
    "rewritten": msg("Alarm: the log does not go on from your older checkpoint: it was rewritten."),
    "unjoined": msg("The bundle holds no proof that starts at your older checkpoint."),
    "older": msg("Your older checkpoint is not signed by a known key of this log."),
}
"""What can be wrong with a bundle, in words with named places."""

ALARMS = frozenset({"forked", "rewritten"})


class BadBundle(ValueError):
    """A file that is no bundle; the text says why, in English."""


@dataclass(frozen=True)
class KeySpan:
    """A key of the log and when what it signed holds: from the first instant to before the last."""

    key: PublicKey
    valid_from: datetime | None = None
    valid_to: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Tell whether the key was valid at an instant."""
        begun = self.valid_from is None or self.valid_from <= at
        return begun and (self.valid_to is None or at < self.valid_to)


@dataclass(frozen=True)
class Opened:
    """Personal words of an event with the salt that their digest was made with."""

    field: str
    salt: bytes
    value: str


@dataclass(frozen=True)
class ProvedEvent:
    """One event: its bytes, its number in the log, and the hashes that lead to the root."""

    event_id: str
    index: int
    body: str
    proof: tuple[bytes, ...]
    opened: tuple[Opened, ...] = ()


@dataclass(frozen=True)
class Load:
    """A crate or pallet, and from when until when (half-open) a lot was in it.

    ``names``: all that events call it.
    """

    names: tuple[str, ...]
    since: datetime
    until: datetime | None = None

    def is_in(self, body: str) -> bool:
        """Tell whether an event names it."""
        return any(name in body for name in self.names)

    def covers(self, at: datetime | None) -> bool:
        """Tell whether something happened meanwhile."""
        return at is not None and self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True)
class Joint:
    """The proof that the tree of the checkpoint begins with that of ``size`` leaves."""

    size: int
    proof: tuple[bytes, ...]


@dataclass(frozen=True)
class Bundle:
    """All of a lot's events that a checkpoint covers; ``ids`` are the lot's and its sources'."""

    ids: tuple[str, ...]
    note: Note
    keys: tuple[KeySpan, ...]
    events: tuple[ProvedEvent, ...]
    joint: Joint | None = None
    loads: tuple[Load, ...] = ()

    @property
    def checkpoint(self) -> Checkpoint:
        """Return what was signed."""
        return read_checkpoint(self.note.text)


@dataclass(frozen=True)
class Problem:
    """Something that does not hold; ``words`` are the key of ``REASONS``."""

    code: str
    values: dict[str, str]

    @property
    def words(self) -> str:
        """Return it in English."""
        return REASONS[self.code] % self.values


@dataclass(frozen=True)
class Verdict:
    """What came of verifying: nothing wrong means that every event is as it was logged."""

    problems: tuple[Problem, ...]
    checkpoint: Checkpoint
    signed_at: datetime | None
    signer: PublicKey | None

    @property
    def is_good(self) -> bool:
        """Tell whether everything holds."""
        return not self.problems

    @property
    def is_alarm(self) -> bool:
        """Tell whether the log itself was caught."""
        return any(one.code in ALARMS for one in self.problems)


def verify_bundle(
    bundle: Bundle,
    *,
    origin: str = "",
    trusted: Sequence[KeySpan] = (),
    older: Note | None = None,
) -> Verdict:
    """Verify a bundle with trusted keys, else with those it brings; say all that is wrong.

    ``origin`` is the log it should be of; ``older`` is a checkpoint that was kept.
    """
    keys = _trusted(bundle.keys, trusted)
    point = bundle.checkpoint
    problems = []
    if origin and point.origin != origin:
        problems.append(Problem("origin", {"found": point.origin, "wanted": origin}))
    signer, at = find_signer(bundle.note, keys)
    problems += _signature_problems(signer, at)
    problems += _event_problems(bundle, point)
    if older is not None:
        problems += _history_problems(bundle, point, older, keys)
    return Verdict(tuple(problems), point, at, signer.key if signer else None)


def read_bundle(text: str) -> Bundle:
    """Read a bundle.

    :raises BadBundle: when it is none.
    """
    if len(text) > MOST_BYTES:
        raise BadBundle("not a bundle: the file is too large")
    try:
        return _read(json.loads(text))
    except BadBundle:
        raise
    except (KeyError, TypeError, AttributeError, RecursionError) as wrong:
        raise BadBundle(f"not a bundle: {wrong!r}") from None
    except ValueError as wrong:
        raise BadBundle(str(wrong)) from None


def read_key_span(told: Any) -> KeySpan:
    """Read a key as the log publishes it.

    :raises BadNote: when it is none.
    """
    revoked, until = _moment(told.get("revoked_at")), _moment(told.get("valid_to"))
    ends = [one for one in (revoked, until) if one is not None]
    return KeySpan(
        read_key(_text(told["key"])), _moment(told.get("valid_from")), min(ends, default=None)
    )


def _read(told: Any) -> Bundle:
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise BadBundle(f"not a bundle: the format is not {FORMAT}")
    bundle = Bundle(
        ids=tuple(_text(one) for one in told["lot"]["ids"]),
        note=read_note(_text(told["checkpoint"])),
        keys=tuple(map(read_key_span, told["keys"])),
        events=tuple(map(_read_event, told["events"])),
        joint=_read_joint(told.get("consistency")),
        loads=tuple(map(_read_load, told.get("loads", []))),
    )
    read_checkpoint(bundle.note.text)
    return bundle


def _trusted(brought: Sequence[KeySpan], trusted: Sequence[KeySpan]) -> Sequence[KeySpan]:
    """Return the keys to go by; a key that was named without its days gets those it brings."""
    if not trusted:
        return brought
    days = {span.key: span for span in brought}
    bare = (None, None)
    return [
        days.get(span.key, span) if (span.valid_from, span.valid_to) == bare else span
        for span in trusted
    ]


def find_signer(note: Note, keys: Sequence[KeySpan]) -> tuple[KeySpan | None, datetime | None]:
    """Return the key that signed a note, preferably one that was valid then, and when."""
    found: tuple[KeySpan | None, datetime | None] = (None, None)
    for span in keys:
        if not is_signed(note, span.key):
            continue
        at = time_signed(note, span.key)
        if at is not None and span.holds(at):
            return span, at
        found = (span, at)
    return found


def _signature_problems(signer: KeySpan | None, at: datetime | None) -> list[Problem]:
    if signer is None:
        return [Problem("unsigned", {})]
    if at is None:
        return [Problem("untimed", {})]
    return [] if signer.holds(at) else [Problem("expired", {"at": at.isoformat()})]


def _event_problems(bundle: Bundle, point: Checkpoint) -> list[Problem]:
    if not bundle.events:
        return [Problem("empty", {})]
    problems, seen, loads = [], set[int](), _tied_loads(bundle)
    for event in bundle.events:
        named = {"event": event.event_id}
        leaf = leaf_hash(event.body.encode())
        if not verify_inclusion(event.index, point.size, leaf, event.proof, point.root):
            problems.append(Problem("changed", named))
        if event.index in seen:
            problems.append(Problem("twice", named))
        seen.add(event.index)
        if not _is_about(event, bundle.ids, loads):
            problems.append(Problem("strange", named))
        problems += [
            Problem("commitment", named | {"field": one.field})
            for one in event.opened
            if not _is_opened(event.body, one)
        ]
    return problems


def _tied_loads(bundle: Bundle) -> list[Load]:
    """Return the loads that events of the bundle tie to the lot, or to another load of these."""
    known, left = list(bundle.ids), list(bundle.loads)
    while True:
        tied = [load for load in left if _is_tied(load, known, bundle.events)]
        if not tied:
            return [load for load in bundle.loads if load not in left]
        known += [name for load in tied for name in load.names]
        left = [load for load in left if load not in tied]


def _is_tied(load: Load, known: Sequence[str], events: Sequence[ProvedEvent]) -> bool:
    return any(load.is_in(one.body) and any(id_ in one.body for id_ in known) for one in events)


def _is_about(event: ProvedEvent, ids: Sequence[str], loads: Sequence[Load]) -> bool:
    """Tell whether an event names the lot, or what the lot was in when it happened."""
    if any(one in event.body for one in ids):
        return True
    named = [load for load in loads if load.is_in(event.body)]
    return any(load.covers(_time_of(event.body)) for load in named)


def _time_of(body: str) -> datetime | None:
    try:
        return _moment(json.loads(body)["eventTime"].upper())
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _is_opened(body: str, one: Opened) -> bool:
    """Tell whether words were written in an event, and under this name."""
    mark = commitment(one.salt, one.value)
    return len(one.salt) == SALT_BYTES and is_held(body, one.field, mark)


def _history_problems(
    bundle: Bundle, point: Checkpoint, older: Note, keys: Sequence[KeySpan]
) -> list[Problem]:
    was = read_checkpoint(older.text)
    if was.origin != point.origin or find_signer(older, keys)[0] is None:
        return [Problem("older", {})]
    if was.size == point.size:
        same = was.root == point.root
        return [] if same else [Problem("forked", {"size": str(was.size)})]
    if bundle.joint is None or bundle.joint.size != was.size or was.size > point.size:
        return [Problem("unjoined", {})]
    joined = verify_consistency(was.size, point.size, was.root, point.root, bundle.joint.proof)
    return [] if joined else [Problem("rewritten", {})]


def _read_event(told: Any) -> ProvedEvent:
    return ProvedEvent(
        event_id=_text(told["event_id"]),
        index=_count(told["index"]),
        body=_text(told["body"]),
        proof=_hashes(told["proof"]),
        opened=tuple(
            Opened(_text(one["field"]), decode(_text(one["salt"])), _text(one["value"]))
            for one in told.get("opened", [])
        ),
    )


def _read_load(told: Any) -> Load:
    since = _moment(told["from"])
    if since is None:
        raise BadBundle("not a bundle: a load begins at some instant")
    return Load(tuple(_text(one) for one in told["names"]), since, _moment(told.get("to")))


def _read_joint(told: Any) -> Joint | None:
    return None if told is None else Joint(_count(told["from"]), _hashes(told["proof"]))


def _hashes(told: Any) -> tuple[bytes, ...]:
    if not isinstance(told, list):
        raise BadBundle("not a bundle: a proof is no list")
    return tuple(decode(_text(one)) for one in told)


def _text(told: Any) -> str:
    if not isinstance(told, str):
        raise BadBundle("not a bundle: words are asked for")
    # What cannot be encoded cannot have been logged.
    told.encode()
    return told


def _count(told: Any) -> int:
    """Read a number: a string of digits, because numbers of JSON end at 2^53 in browsers."""
    if not isinstance(told, str) or not told.isascii() or not told.isdigit() or len(told) > 20:
        raise BadBundle("not a bundle: numbers are written as strings of digits")
    return int(told)


def _moment(told: Any) -> datetime | None:
    if told is None:
        return None
    moment = datetime.fromisoformat(_text(told))
    if moment.tzinfo is None:
        raise BadNote("an instant without its zone")
    return moment
