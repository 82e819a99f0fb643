"""Challenges for passkeys: kept in the browser's signed session, good once, for minutes."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import request, session

from accounts import queries
from accounts.errors import WrongPasskey
from accounts.rules import PENDING_MINUTES
from accounts.services.passkeys import (
    Ceremony,
    RelyingParty,
    new_passkey_options,
    passkey_options,
)
from kernel import clock
from kernel.errors import NotFound
from kernel.settings import Settings
from kernel.web.session import db, part

_CHALLENGE = "challenge"


def party() -> RelyingParty:
    """Return this market as browsers know it; in production only by its public address."""
    settings = part(Settings)
    origin = settings.public_url if settings.is_production else request.host_url.rstrip("/")
    return RelyingParty(urlsplit(origin).hostname or "", settings.market_name, origin)


def ask(user_id: str) -> dict[str, Any]:
    """Return the options for showing a passkey, and remember their challenge."""
    return _keep(passkey_options(db(), user_id, party=party()))


def ask_new(user_id: str) -> dict[str, Any]:
    """Return the options for making a passkey, and remember their challenge."""
    person = queries.user_card(db(), user_id)
    handle = queries.passkey_handle(db(), user_id)
    if person is None or handle is None:
        raise NotFound
    return _keep(new_passkey_options(db(), person, handle=handle, party=party()))


def answered(answer: str | None) -> Ceremony:
    """Return the ceremony that an answer ends; its challenge is used up.

    :raises WrongPasskey: when nothing was asked lately.
    """
    asked = session.pop(_CHALLENGE, None)
    if not isinstance(asked, Mapping) or not answer:
        raise WrongPasskey
    since = datetime.fromisoformat(asked["at"])
    if clock.now() - since > timedelta(minutes=PENDING_MINUTES):
        raise WrongPasskey
    return Ceremony(party(), asked["value"], answer)


def _keep(options: dict[str, Any]) -> dict[str, Any]:
    session[_CHALLENGE] = {"value": options["challenge"], "at": clock.now().isoformat()}
    return options
