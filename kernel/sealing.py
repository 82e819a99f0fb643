"""Personal data at rest: sealed with a key that lies outside the database.

The first key seals; all of them open, so that a new key can be put before the
old ones while the market runs (``flask market reseal`` seals everything anew).
"""

import hashlib
import hmac
from collections.abc import Sequence
from typing import cast

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy.orm import Session

from kernel.errors import DomainError
from kernel.messages import msg
from kernel.settings import Settings


class SealBroken(DomainError):
    """A sealed value opens with none of the keys."""

    code, status = "seal_broken", 500
    message = msg("This was sealed with a key that is not here any more.")


class Sealer:
    """Seals and opens texts and files, and gives fingerprints that only the key holder can make."""

    def __init__(self, keys: Sequence[str], fingerprint_key: str) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self._newest = Fernet(keys[0])
        self._fingerprint_key = fingerprint_key.encode()

    def seal(self, data: bytes) -> bytes:
        """Return data sealed with the first key."""
        return self._fernet.encrypt(data)

    def open(self, sealed: bytes) -> bytes:
        """Return what was sealed.

        :raises SealBroken: when no key opens it, or it was changed.
        """
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            raise SealBroken from None

    def seal_text(self, text: str) -> str:
        """Return a text sealed; nothing stays nothing."""
        return self.seal(text.encode()).decode() if text else ""

    def open_text(self, sealed: str) -> str:
        """Return the text that was sealed.

        :raises SealBroken: when no key opens it, or it was changed.
        """
        return self.open(sealed.encode()).decode() if sealed else ""

    def renew(self, sealed: bytes) -> bytes:
        """Return the same content sealed with the first key.

        :raises SealBroken: when no key opens it.
        """
        try:
            return self._fernet.rotate(sealed)
        except InvalidToken:
            raise SealBroken from None

    def is_newest(self, sealed: bytes) -> bool:
        """Tell whether the first key opens this: it need not be sealed anew."""
        try:
            self._newest.decrypt(sealed)
        except InvalidToken:
            return False
        return True

    def fingerprint(self, text: str) -> str:
        """Return 64 hex digits that are the same for the same text: HMAC-SHA256.

        Keyed, because the 12 digits of a personal number are tried out in seconds.
        """
        return hmac.new(self._fingerprint_key, text.encode(), hashlib.sha256).hexdigest()


def open_sealer(settings: Settings) -> Sealer:
    """Return the sealer with the keys of the settings."""
    return Sealer(settings.data_keys, settings.fingerprint_key)


def sealer_of(session: Session) -> Sealer:
    """Return the sealer that a session carries, as it carries the call that wakes the worker.

    :raises KeyError: when whoever opened the session gave it none.
    """
    return cast("Sealer", session.info["sealer"])
