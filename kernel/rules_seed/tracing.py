"""Rules of the log that proves events."""

from typing import Any

TRACING: list[tuple[str, Any, str, str, str]] = [
    (
        "trace.checkpoint_minutes",
        10,
        "Quy chế của sàn",
        "H",
        "so soon after an event nobody can change it unseen any more",
    ),
    (
        "trace.checkpoint_mail_days",
        1,
        "Quy chế của sàn",
        "H",
        "so often the office gets a checkpoint to keep: a history is rewritten unseen at most so long",
    ),
    (
        "trace.subscription_days",
        5,
        "Quy chế của sàn",
        "H",
        "so long a partner's server may be out of reach before nothing is sent to it any more",
    ),
]
"""Key, value, legal reference, certainty, note."""
