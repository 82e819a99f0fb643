"""The chain through the log: each row names all that came before it."""

import hashlib

GENESIS = bytes(32)


def link(before: bytes, leaf: bytes) -> bytes:
    """Return what the next row of the log names as the one before (no hash of the tree)."""
    return hashlib.sha256(b"\x02" + before + leaf).digest()
