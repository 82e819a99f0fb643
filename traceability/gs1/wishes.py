"""What a request to the resolver wishes for: link type, context, languages, media types.

Headers are read with patience: what is malformed is no wish, and never a refusal.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

LINKSET, JSON, JSON_LD, HTML = (
    "application/linkset+json",
    "application/json",
    "application/ld+json",
    "text/html",
)
_VOCABULARY = re.compile(r"(?:gs1:|https?://(?:(?:ref|www)\.)?gs1\.org/voc/)([A-Za-z]+)")
_RANGE = re.compile(r"(\*|[A-Za-z]{1,8})(-[A-Za-z0-9]{1,8})*")
_MEDIA = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+/[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_QUALITY = re.compile(r"[01](\.\d{0,3})?")

Weighed = tuple[tuple[str, float], ...]
"""Wishes with their quality from 0 (never) to 1."""


@dataclass(frozen=True)
class Wish:
    """What was asked for; ``link_type`` is the bare term, None where none was named."""

    link_type: str | None = None
    context: str | None = None
    languages: Weighed = ()
    media: Weighed = ()

    @property
    def is_linkset(self) -> bool:
        """Tell whether all links are asked for, instead of being led to one."""
        if self.link_type in {"linkset", "all"}:
            return True
        asked = dict(self.media).get(LINKSET, 0)
        return asked > 0 and asked == max(quality for _, quality in self.media)

    @property
    def form(self) -> str:
        """The media type to answer in with links: JSON, JSON-LD or, without a wish, a page."""
        offered = ((HTML, HTML), (LINKSET, LINKSET), (JSON, LINKSET), (JSON_LD, JSON_LD))
        return max(offered, key=lambda one: media_fit(one[0], self.media))[1]


def read_wish(query: str, *, accept: str = "", languages: str = "") -> Wish:
    """Read query, ``Accept`` and ``Accept-Language`` as they were sent."""
    return Wish(
        _link_type(parameter(query, "linkType")),
        parameter(query, "context") or None,
        _weighed(languages, _RANGE),
        _weighed(accept, _MEDIA),
    )


def parameter(query: str, name: str) -> str:
    """Return the first value of a query parameter; empty when there is none."""
    for part in re.split("[&;]", query):
        key, _, value = part.partition("=")
        if key == name:
            return unquote(value.replace("+", " "))
    return ""


def _link_type(said: str) -> str | None:
    """Return a term of GS1 without its prefix; what is none is kept, and leads nowhere."""
    found = _VOCABULARY.fullmatch(said)
    return found[1] if found else said or None


def _weighed(header: str, pattern: re.Pattern[str]) -> Weighed:
    wishes = []
    for part in header.split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        if pattern.fullmatch(name):
            wishes.append((name.lower(), _quality(parameters)))
    return tuple(wishes)


def _quality(parameters: Sequence[str]) -> float:
    for parameter_ in parameters:
        name, _, value = parameter_.partition("=")
        if name.strip().lower() == "q":
            value = value.strip()
            return min(float(value), 1.0) if _QUALITY.fullmatch(value) else 1.0
    return 1.0


def media_fit(offered: str, wishes: Weighed) -> tuple[float, int]:
    """Return how well a media type fits: quality, and how exactly it was named.

    Without a wish everything fits like ``*/*``; -1 is never.
    """
    kind = offered.partition("/")[0]
    for exactness, name in ((2, offered.lower()), (1, f"{kind}/*"), (0, "*/*")):
        named = [quality for wish, quality in wishes if wish == name]
        if named:
            return (max(named), exactness) if max(named) else (0.0, -1)
    return (0.0, 0) if wishes else (1.0, 0)


def language_fit(offered: str, wishes: Weighed) -> tuple[float, int]:
    """Return how well a language fits (RFC 4647): exactly 4, by lookup 3, by prefix 2, by ``*`` 1.

    Lookup drops subtags of the wish from the right: ``vi-VN`` finds ``vi``. -1 is never.
    """
    fits = []
    for wish, quality in wishes:
        exactness = _exactness(offered.lower(), wish)
        if exactness:
            fits.append((exactness, quality))
    if not fits:
        return 0.0, 0
    # The most exact wish decides: "en;q=0, *" wants all but English.
    exactness, quality = max(fits)
    return (quality, exactness) if quality else (0.0, -1)


def _exactness(offered: str, wish: str) -> int:
    if wish == offered:
        return 4
    if wish.startswith(f"{offered}-"):
        return 3
    if offered.startswith(f"{wish}-"):
        return 2
    return int(wish == "*")
