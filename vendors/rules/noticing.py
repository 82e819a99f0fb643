"""Notice before a hard decision: which decisions need it, and from when on they may be taken.

E-commerce law 122/2025/QH15, article 17: a vendor is suspended or ended at least so
many days after it was told why; an authority's order needs no notice.
"""

from datetime import date, timedelta

NEEDS_NOTICE = frozenset({"suspend", "terminate"})

NOTICE_DAYS = "ecom.vendor_termination_notice_days"
"""The rule that says how many days."""


def earliest_day(given_on: date, days: int) -> date:
    """Return the first day on which what was announced may be done.

    The day of the notice does not count and the last day counts whole
    (Civil code 91/2015/QH13, articles 147(2) and 148).
    """
    return given_on + timedelta(days=days + 1)


def with_addition(reason: str, addition: str) -> str:
    """Return the announced reason, and below it what the officer adds; never another instead."""
    addition = addition.strip()
    return reason if addition in {"", reason} else f"{reason}\n{addition}"
