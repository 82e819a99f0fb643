"""Identifiers that sort by time and leak no counts."""

import secrets
from datetime import datetime

from ulid import ULID

# Crockford base32 without letters that are misread over the telephone.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id() -> str:
    """Return a new ULID of 26 characters: the primary key of every table."""
    return str(ULID())


def made_at(ulid: str) -> datetime:
    """Return when an id was made.

    :raises ValueError: when it is none of ours.
    """
    return ULID.from_str(ulid).datetime


def short_code(length: int = 8) -> str:
    """Return a random code for people to read aloud (Crockford base32)."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def new_token() -> str:
    """Return an unguessable URL-safe token of 256 bits."""
    return secrets.token_urlsafe(32)
