"""What the search log may keep, and whom it leaves out: no person is ever in it."""

import enum
import re
from dataclasses import dataclass
from datetime import date

from kernel.errors import Invalid
from kernel.messages import LABELS, msg
from kernel.text import fold, nfc

MOST_KEPT = 80
"""Letters of a query that is counted: longer ones are texts, not searches."""

MOST_DAYS = 732
"""Days of one report."""

_PERSONAL = re.compile(
    r"@|https?:|www\."
    # Telephone numbers, numbers of papers, accounts and birthdays, however they are spaced.
    r"|\d(?:[\s.,()/+\-]{0,3}\d){6,}"
    # Codes of orders, lots and tickets: letters and many digits in one word.
    r"|(?<!\w)(?=\w*[^\W\d_])(?:[^\W\d_]*\d){4}\w*"
)
_ADDRESS = re.compile(r"\b(?:so nha|ngach|hem|apartment|can ho) ?\d")
_BOT = re.compile(
    r"bot|crawl|spider|slurp|scan|fetch|preview|monitor|headless|lighthouse|archiver|curl|wget"
    r"|python|java/|okhttp|go-http|libwww|httpclient|axios|scrapy",
    re.IGNORECASE,
)


class View(enum.Enum):
    """Which queries a report lists."""

    NOTHING = "nothing"
    FEW_CLICKS = "few_clicks"
    WANTED = "wanted"


LABELS.update(
    {
        View.NOTHING: msg("Found nothing"),
        View.FEW_CLICKS: msg("Few clicks"),
        View.WANTED: msg("Most wanted"),
    }
)


@dataclass(frozen=True, order=True)
class Note:
    """Something that was searched for, or a hit of it that was opened (then ``code`` says which).

    ``words`` are what was typed; the log keeps them only as they were understood.
    """

    day: date
    lang: str
    words: str
    found: bool = True
    code: str = ""


def kept_words(text: str) -> str:
    """Return what was typed if it may be counted; nothing if it may be about a person.

    >>> kept_words("Vải  thiều"), kept_words("0912 345 678"), kept_words("lan@example.vn")
    ('vải thiều', '', '')
    """
    words = " ".join(nfc(text).casefold().split())
    folded = fold(words)
    if not folded or len(words) > MOST_KEPT or _PERSONAL.search(words) or _ADDRESS.search(folded):
        return ""
    # What looks like a number only without its marks and spaces is one, too.
    return "" if _PERSONAL.search(folded) else words


def is_bot(agent: str) -> bool:
    """Tell whether a browser says that it is none, or says nothing."""
    return not agent or _BOT.search(agent) is not None


def need_period(first: date, last: date) -> tuple[date, date]:
    """Return the days of a report.

    :raises Invalid: naming the field when they are none, or too many.
    """
    if last < first:
        raise Invalid(msg("The last day is before the first."), field="last")
    if (last - first).days > MOST_DAYS:
        raise Invalid(msg("Two years at most."), field="last")
    return first, last
