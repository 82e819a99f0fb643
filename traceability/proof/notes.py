"""Signed notes and checkpoints of C2SP: a text of a few lines, and who signed it.

A note is its text, an empty line, and a line for each signature: a dash, the name of the
key, and base64 of the key's id (4 bytes) and the signature. The text of a checkpoint is
origin, size and root. When it was signed stands in a second signature by the same key, a
cosignature of the kind that witnesses give, so that the text stays that of every such log.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from traceability.proof.merkle import HASH_BYTES

ED25519, COSIGNATURE = 1, 4
"""Kinds of signature: over the text, and over a time and the text."""

MOST_BYTES = 64 * 1024
MOST_SIGNATURES = 100
_DASH = "— "
_SIZE = re.compile(r"0|[1-9][0-9]{0,19}", re.ASCII)
_NAME = re.compile(r"[^\s+]{1,200}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


class BadNote(ValueError):
    """Something that is no signed note, no checkpoint or no key; the text says why, in English."""


@dataclass(frozen=True)
class PublicKey:
    """A public Ed25519 key and what it is called."""

    name: str
    public: bytes
    kind: int = ED25519

    @property
    def id(self) -> bytes:
        """Return the four bytes that tell signatures of this key from others."""
        named = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(named).digest()[:4]

    @property
    def text(self) -> str:
        """Return the key as it is published: name, id and key (C2SP: a verifier key)."""
        return f"{self.name}+{self.id.hex()}+{_text(bytes([self.kind]) + self.public)}"

    @property
    def as_witness(self) -> "PublicKey":
        """Return the same key as it signs times."""
        return PublicKey(self.name, self.public, COSIGNATURE)


@dataclass(frozen=True)
class Signature:
    """One line below a note."""

    name: str
    key_id: bytes
    data: bytes

    @property
    def line(self) -> str:
        """Return it as it is written."""
        return f"{_DASH}{self.name} {_text(self.key_id + self.data)}\n"


@dataclass(frozen=True)
class Note:
    """A text and its signatures, none of them verified yet."""

    text: str
    signatures: tuple[Signature, ...]

    @property
    def whole(self) -> str:
        """Return the note as it is written."""
        return f"{self.text}\n{''.join(one.line for one in self.signatures)}"


@dataclass(frozen=True)
class Checkpoint:
    """What a log says of itself: its name, how many leaves it has, and the root over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """Return the text that is signed."""
        return f"{self.origin}\n{self.size}\n{_text(self.root)}\n"


def origin_of(root: str) -> str:
    """Return the name of the log, and of its keys, of a market at an address."""
    return f"{root.partition('://')[2].rstrip('/')}/trace"


def short_root(root: bytes) -> str:
    """Return the beginning of a root as it is printed on paper: 64 bits in four groups."""
    return root[:8].hex(" ", 2)


def sign_checkpoint(point: Checkpoint, *, name: str, seed: bytes, at: datetime) -> Note:
    """Return a checkpoint with a signature and the time of it, by one key."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    known = PublicKey(name, key.public_key().public_bytes_raw())
    seconds = int(at.timestamp())
    timed = seconds.to_bytes(8, "big") + key.sign(_timed(seconds, point.text))
    return Note(
        point.text,
        (
            Signature(name, known.id, key.sign(point.text.encode())),
            Signature(name, known.as_witness.id, timed),
        ),
    )


def is_signed(note: Note, key: PublicKey) -> bool:
    """Tell whether a note has a right signature of a key, and no wrong one."""
    ours = [one for one in note.signatures if (one.name, one.key_id) == (key.name, key.id)]
    return bool(ours) and all(_is_right(key, one.data, note.text.encode()) for one in ours)


def time_signed(note: Note, key: PublicKey) -> datetime | None:
    """Return when a key signed a note, by a right cosignature of it; None when there is none."""
    witness = key.as_witness
    for one in note.signatures:
        if (one.name, one.key_id) != (witness.name, witness.id) or len(one.data) != 72:
            continue
        seconds = int.from_bytes(one.data[:8], "big")
        if seconds < 1 << 33 and _is_right(key, one.data[8:], _timed(seconds, note.text)):
            return datetime.fromtimestamp(seconds, UTC)
    return None


def read_note(text: str) -> Note:
    """Take a signed note apart.

    :raises BadNote: when it is none.
    """
    if len(text) > MOST_BYTES or _CONTROL.search(text):
        raise BadNote("not a signed note: too long, or with control characters")
    body, found, lines = text.rpartition("\n\n")
    if not found or not body or not lines.endswith("\n"):
        raise BadNote("not a signed note: no signatures below an empty line")
    each = lines.removesuffix("\n").split("\n")
    if len(each) > MOST_SIGNATURES:
        raise BadNote("not a signed note: too many signatures")
    return Note(body + "\n", tuple(map(_read_signature, each)))


def read_checkpoint(text: str) -> Checkpoint:
    """Read the text of a note as a checkpoint; further lines are of no concern.

    :raises BadNote: when it is none.
    """
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() != "" or not all(lines):
        raise BadNote("not a checkpoint: origin, size and root are asked for")
    origin, size, root = lines[:3]
    if not _SIZE.fullmatch(size):
        raise BadNote("not a checkpoint: the size is no number")
    digest = decode(root)
    if len(digest) != HASH_BYTES:
        raise BadNote("not a checkpoint: the root has not 32 bytes")
    return Checkpoint(origin, int(size), digest)


def read_key(text: str) -> PublicKey:
    """Read a published key.

    :raises BadNote: when it is none, or its id is not that of the key.
    """
    parts = text.strip().split("+", 2)
    if len(parts) != 3 or not _NAME.fullmatch(parts[0]):
        raise BadNote("not a key: name, id and key are asked for, with + between them")
    data = decode(parts[2])
    if len(data) != 33 or data[0] not in {ED25519, COSIGNATURE}:
        raise BadNote("not a key: no Ed25519 key")
    key = PublicKey(parts[0], data[1:], data[0])
    if parts[1] != key.id.hex():
        raise BadNote("not a key: its id is that of another")
    return key


def new_seed() -> bytes:
    """Return the seed of a new private key."""
    return Ed25519PrivateKey.generate().private_bytes_raw()


def public_of(seed: bytes) -> bytes:
    """Return the public key to a seed."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def cosign(note: Note, *, name: str, seed: bytes, at: datetime) -> Signature:
    """Return the cosignature of a witness: it saw this note at this time."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    known = PublicKey(name, key.public_key().public_bytes_raw(), COSIGNATURE)
    seconds = int(at.timestamp())
    signed = key.sign(_timed(seconds, note.text))
    return Signature(name, known.id, seconds.to_bytes(8, "big") + signed)


def decode(text: str) -> bytes:
    """Return the bytes of a text in base64.

    :raises BadNote: when it is not the one way to write them.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadNote("no base64") from None
    if _text(data) != text:
        raise BadNote("no base64")
    return data


def _read_signature(line: str) -> Signature:
    name, found, data = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not found or not _NAME.fullmatch(name):
        raise BadNote("not a signed note: a line below it is no signature")
    signed = decode(data)
    if len(signed) < 5:
        raise BadNote("not a signed note: a signature is too short")
    return Signature(name, signed[:4], signed[4:])


def _timed(seconds: int, text: str) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _is_right(key: PublicKey, signature: bytes, signed: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, signed)
    except (InvalidSignature, ValueError):
        return False
    return True


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
