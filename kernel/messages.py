"""Message ids: English literals marked here are translated where they are shown."""

import enum

LABELS: dict[enum.Enum, str] = {}
"""English message id of every enum member that people see."""


def msg(message: str) -> str:
    """Mark a literal as a message id."""
    return message
