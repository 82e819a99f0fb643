"""Pages of the repository: how long, where the next one begins, and until when that is known."""

import hashlib
import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from flask import Response, request
from itsdangerous import BadData

from kernel import clock
from kernel.messages import msg
from kernel.settings import Settings
from kernel.web.session import ShortSigner, part
from traceability.epcis.asking import one
from traceability.epcis.canonical import instant_text
from traceability.epcis.checking import check_texts
from traceability.epcis.errors import BadEvent, BadParameter

USUAL, MOST = 30, 1_000
MOST_PARAMETERS = 100
TOKEN_HOLDS = timedelta(hours=1)
_OURS = ("perPage", "nextPageToken")
# What a code was asked with, its attributes too, is passed on by its resolver: no question to us.
_PASSED_ON = re.compile(r"linkType|context|\d{2,4}", re.ASCII)


def parameters() -> dict[str, list[str]]:
    """Return the parameters of the address: values stand one by one, or with pipes between them.

    :raises BadParameter: for what is no text, and for too many.
    """
    found: dict[str, list[str]] = {}
    try:
        pairs = parse_qsl(
            request.query_string.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_PARAMETERS,
        )
        for name, value in pairs:
            check_texts([name, value], name[:80])
            if _PASSED_ON.fullmatch(name):
                continue
            found.setdefault(name, []).append(value)
    except (ValueError, BadEvent):
        raise BadParameter(msg("The parameters of this address cannot be read.")) from None
    return found


def split(values: list[str]) -> list[str]:
    """Return values that stand with pipes between them, one by one."""
    return [each for value in values for each in value.split("|")]


def page_size(found: dict[str, list[str]]) -> int:
    """Return how many are wanted on a page, at most a thousand.

    :raises BadParameter: when it is no number from 1 on.
    """
    if "perPage" not in found:
        return USUAL
    text = one("perPage", found["perPage"])
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text)):
        raise BadParameter(msg("This must be a whole number from 1 on."), field="perPage")
    return min(int(text), MOST)


def page_start(found: dict[str, list[str]]) -> tuple[Any, ...]:
    """Return where the page begins; empty: at the beginning.

    :raises BadParameter: for a token that is not ours, too old, or of another question.
    """
    if "nextPageToken" not in found:
        return ()
    token = one("nextPageToken", found["nextPageToken"])
    try:
        question, until, *start = _signer().loads(token)
    except BadData:
        question, until, start = None, 0, []
    if question != _question(found) or until < clock.now().timestamp():
        raise BadParameter(
            msg("This page is not known, or no longer. Ask again from the beginning."),
            field="nextPageToken",
        )
    return tuple(start)


def lead_on(made: Response, found: dict[str, list[str]], following: tuple[Any, ...]) -> None:
    """Tell where the next page is."""
    until = clock.now() + TOKEN_HOLDS
    token = _signer().dumps([_question(found), int(until.timestamp()), *following])
    pairs = [(name, value) for name, values in found.items() for value in values]
    pairs = [(name, value) for name, value in pairs if name != "nextPageToken"]
    query = urlencode([*pairs, ("nextPageToken", token)])
    root = part(Settings).public_url.rstrip("/")
    made.headers["Link"] = f'<{root}{quote(request.path)}?{query}>; rel="next"'
    made.headers["GS1-Next-Page-Token-Expires"] = instant_text(until)


def _signer() -> ShortSigner:
    return ShortSigner(part(Settings).secret_key, salt="epcis-pages")


def _question(found: dict[str, list[str]]) -> str:
    asked = sorted((k, v) for k, v in found.items() if k not in _OURS)
    return hashlib.sha256(repr((request.path, asked)).encode()).hexdigest()[:16]
