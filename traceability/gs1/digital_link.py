"""GS1 Digital Link URIs (URI Syntax 1.7): read strictly, written canonically.

Path and query are read as they were sent: what was decoded before has lost its slashes.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

from traceability.errors import BadCode
from traceability.gs1.checks import CHECKS, is_of_kind
from traceability.gs1.ids import GS1
from traceability.gs1.table import IDENTIFIERS, Identifier

_URI = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*")
_DOMAIN = re.compile(r"(?:https?|HTTPS?)://([^/_~?#@!$&'()*+,;=%]+)(/.*)", re.DOTALL)

SIGNATURE = "8030"
# Keys whose serial number may lack; what is signed has one.
_SERIAL_INSIDE = ("253", "255", "8003")

Pair = tuple[str, str]


@dataclass(frozen=True)
class DigitalLink:
    """What a Digital Link says: ``path`` begins with the key, ``query`` holds attributes."""

    path: tuple[Pair, ...]
    query: tuple[Pair, ...] = ()

    @property
    def key(self) -> Pair:
        """The primary key and its value."""
        return self.path[0]

    @property
    def elements(self) -> tuple[Pair, ...]:
        """All AIs in the order seen."""
        return self.path + self.query

    @property
    def canonical(self) -> str:
        """The one form of all URIs that say the same."""
        return GS1 + path_of(self.path) + self._canonical_query

    @property
    def _canonical_query(self) -> str:
        # What is of fixed length comes first.
        ordered = sorted(self.query, key=lambda pair: not IDENTIFIERS[pair[0]].fixed)
        said = "&".join(f"{code}={quote(value, safe='')}" for code, value in ordered)
        return said and "?" + said


def path_of(pairs: Iterable[Pair]) -> str:
    """Return the path of a key and its qualifiers, escaped."""
    return "".join(f"/{code}/{quote(value, safe='')}" for code, value in pairs)


def build(pairs: Sequence[Pair], *, root: str = GS1, query: Sequence[Pair] = ()) -> str:
    """Return the Digital Link of a key with its qualifiers and attributes.

    :raises BadCode: when they make none.
    """
    made = DigitalLink(tuple(pairs), tuple(query))
    _judge(made)
    return root.rstrip("/") + made.canonical.removeprefix(GS1)


def parse(uri: str) -> DigitalLink:
    """Read a Digital Link URI under any domain, with any stem.

    :raises BadCode: when it is none: syntax, lengths, check digits, order, company of AIs.
    """
    if not _URI.fullmatch(uri):
        raise BadCode
    found = _DOMAIN.fullmatch(uri)
    if found is None:
        raise BadCode
    path, _, query = found[2].partition("#")[0].partition("?")
    return parse_sent(path, query)


def parse_sent(path: str, query: str = "") -> DigitalLink:
    """Read path and query of a Digital Link as they were sent.

    :raises BadCode: when they make none.
    """
    if not _URI.fullmatch(path) or not _URI.fullmatch(query):
        raise BadCode
    link = DigitalLink(_read_path(path), _read_query(query))
    _judge(link)
    return link


def _read_path(path: str) -> tuple[Pair, ...]:
    """Read pairs from the right up to the first primary key; what stands before is the stem."""
    parts = path.split("/")[1:]
    pairs: list[Pair] = []
    while len(parts) >= 2:
        code, value = parts[-2:]
        if code not in IDENTIFIERS:
            break
        pairs.insert(0, (code, _decode(value)))
        if IDENTIFIERS[code].is_key:
            return tuple(pairs)
        del parts[-2:]
    raise BadCode


def _read_query(query: str) -> tuple[Pair, ...]:
    pairs = []
    for part in re.split("[&;]", query):
        code, given, value = part.partition("=")
        if not given or not code.isdigit():
            continue
        pairs.append((code, _decode(value.replace("+", " "))))
    return tuple(pairs)


def _decode(text: str) -> str:
    return unquote_to_bytes(text).decode("latin-1")


def _judge(link: DigitalLink) -> None:
    """Refuse what is no Digital Link."""
    known = [IDENTIFIERS.get(code) for code, _ in link.elements]
    if None in known or len({code for code, _ in link.elements}) < len(known):
        raise BadCode
    codes = tuple(code for code, _ in link.path)
    if not is_path(codes) or not all(_may_be_asked(code, codes) for code, _ in link.query):
        raise BadCode
    for (_, value), identifier in zip(link.elements, known, strict=True):
        if identifier is None or not _has_content(value, identifier):
            raise BadCode
    said = dict(link.elements)
    if not all(_keeps_company(IDENTIFIERS[code], set(said)) for code in said):
        raise BadCode
    if SIGNATURE in said and any(_lacks_serial(code, said) for code in _SERIAL_INSIDE):
        raise BadCode


def _lacks_serial(code: str, said: dict[str, str]) -> bool:
    return code in said and len(said[code]) == IDENTIFIERS[code].least


def is_path(codes: Sequence[str]) -> bool:
    """Tell whether a key and its qualifiers may stand so: in order, of one list."""
    if not codes or codes[0] not in IDENTIFIERS:
        return False
    rest = codes[1:]
    return any(
        list(rest) == [one for one in some if one in rest]
        for some in IDENTIFIERS[codes[0]].qualifiers or ()
    )


def _may_be_asked(code: str, path: tuple[str, ...]) -> bool:
    """Tell whether an AI may stand in the query: it is an attribute and belongs not in the path."""
    places = range(1, len(path) + 1)
    belongs = any(is_path((*path[:place], code, *path[place:])) for place in places)
    return IDENTIFIERS[code].is_attribute and not belongs


def _has_content(value: str, identifier: Identifier) -> bool:
    if not identifier.least <= len(value) <= identifier.most:
        return False
    rest = value
    for part in identifier.parts:
        piece, rest = rest[: part.most], rest[part.most :]
        if not piece and part.may_lack:
            continue
        if len(piece) < part.least or not is_of_kind(piece, part.kind):
            return False
        if not all(CHECKS[name](piece) for name in part.checks):
            return False
    return not rest


def _keeps_company(identifier: Identifier, present: set[str]) -> bool:
    """Tell whether what an AI needs is there, and nothing that it excludes."""
    others = present - {identifier.code}
    if any(_is_there(bar, others) for bar in identifier.bars):
        return False
    return all(
        any(all(_is_there(one, present) for one in together) for together in group)
        for group in identifier.needs
    )


def _is_there(pattern: str, codes: set[str]) -> bool:
    wanted = re.compile(pattern.replace("n", r"\d"))
    return any(wanted.fullmatch(code) for code in codes)
