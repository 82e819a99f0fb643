"""Facts of accounts, in the past tense."""

from dataclasses import dataclass

from kernel.events import Event


@dataclass(frozen=True)
class AccountDeleted(Event):
    """A person left and asked to be forgotten."""

    user_id: str
