"""Passwords are hashed here as in the product: with all its work."""

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from accounts.services import hashing


@pytest.fixture(scope="module", autouse=True)
def full_strength(full_hasher: PasswordHasher, light_hasher: None) -> Iterator[None]:
    """Hash at full strength."""
    del light_hasher  # what it did is undone for this module
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hashing, "_hasher", full_hasher)
        yield
