"""Password hashes: argon2id (RFC 9106; strength as OWASP asks for)."""

from functools import lru_cache

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from accounts.rules import normal_password

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, type=Type.ID)


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password."""
    return _hasher.hash(normal_password(password))


def matches(password: str, hashed: str | None) -> bool:
    """Tell whether a password fits; without a hash the same work is done in vain."""
    try:
        _hasher.verify(hashed or _decoy(), normal_password(password))
    except (VerificationError, InvalidHashError):
        return False
    return hashed is not None


def is_outdated(hashed: str) -> bool:
    """Tell whether a hash was made with less work than is asked for today."""
    return _hasher.check_needs_rehash(hashed)


@lru_cache(maxsize=1)
def _decoy() -> str:
    return _hasher.hash("nobody has this password")
