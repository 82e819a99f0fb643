"""Personal words in events: the event holds a digest, salt and words lie beside it.

Who has both can show that they were written then. Without them the digest tells nothing,
and the event stays as it was: so words are erased while the chain stays whole.
"""

import hashlib
import json
import re

RECORDED_BY, HARVESTED_BY = "market:recordedBy", "market:harvestedBy"
"""Under which names events hold digests of people."""

SALT_BYTES = 16
PREFIX = "commitment:sha-256:"
_MARK = re.compile(PREFIX + r"([0-9a-f]{64})")


def commitment(salt: bytes, value: str) -> str:
    """Return what an event holds in place of a value: SHA-256 over salt and value."""
    return PREFIX + hashlib.sha256(salt + value.encode()).hexdigest()


def is_held(body: str, field: str, mark: str) -> bool:
    """Tell whether an event (canonical JSON) holds a digest under just this name."""
    return f"{json.dumps(field, ensure_ascii=False)}:{json.dumps(mark)}" in body


def commitments_in(body: str) -> list[str]:
    """Return the digests (64 hex digits) that the body of an event holds, each once, in order."""
    return list(dict.fromkeys(_MARK.findall(body)))
