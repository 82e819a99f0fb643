"""Passkeys (WebAuthn) as the second step of sign-in."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import webauthn
from sqlalchemy.orm import Session
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from accounts.errors import WrongPasskey
from accounts.models import Passkey
from accounts.queries import UserCard, credential_ids
from accounts.services.people import need_user
from accounts.services.second_factor import first_codes, note_change
from kernel.actor import Actor

MOST_PASSKEYS = 10


@dataclass(frozen=True)
class RelyingParty:
    """The market as browsers know it: host name, name to show, origin."""

    id: str
    name: str
    origin: str


@dataclass(frozen=True)
class Ceremony:
    """A challenge and what the browser answered to it (JSON)."""

    party: RelyingParty
    challenge: str
    answer: str


def new_passkey_options(
    session: Session, person: UserCard, *, handle: str, party: RelyingParty
) -> dict[str, Any]:
    """Return what a browser needs to make a passkey (the challenge is inside)."""
    options = webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name=party.name,
        user_id=handle.encode(),
        user_name=person.contact,
        user_display_name=person.name or person.contact,
        exclude_credentials=_known(session, person.id),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
    )
    return _plain(webauthn.options_to_json(options))


def passkey_options(session: Session, user_id: str, *, party: RelyingParty) -> dict[str, Any]:
    """Return what a browser needs to show one of the person's passkeys."""
    options = webauthn.generate_authentication_options(
        rp_id=party.id,
        allow_credentials=_known(session, user_id),
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return _plain(webauthn.options_to_json(options))


def enrol_passkey(
    session: Session, *, ceremony: Ceremony, name: str, actor: Actor, now: datetime
) -> Sequence[str]:
    """Keep a new passkey; return fresh recovery codes if there were none.

    :raises WrongPasskey: when the answer does not belong to the challenge.
    """
    user = need_user(session, actor.user_id or "")
    if len(credential_ids(session, user.id)) >= MOST_PASSKEYS:
        raise WrongPasskey
    try:
        made = webauthn.verify_registration_response(
            credential=ceremony.answer,
            expected_challenge=base64url_to_bytes(ceremony.challenge),
            expected_rp_id=ceremony.party.id,
            expected_origin=ceremony.party.origin,
            require_user_verification=False,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise WrongPasskey from None
    credential_id = bytes_to_base64url(made.credential_id)
    if session.scalar(sa.select(sa.exists().where(Passkey.credential_id == credential_id))):
        raise WrongPasskey
    session.add(
        Passkey(
            user_id=user.id,
            credential_id=credential_id,
            public_key=bytes_to_base64url(made.credential_public_key),
            sign_count=made.sign_count,
            name=name[:60],
            created_at=now,
        )
    )
    note_change(session, user, "second_factor.passkey_added", actor, now)
    return first_codes(user)


def use_passkey(session: Session, user_id: str, *, ceremony: Ceremony, now: datetime) -> None:
    """Take the answer of a passkey as second factor.

    :raises WrongPasskey: when it is not the person's, was copied, or did not sign this challenge.
    """
    need_user(session, user_id)
    key = session.scalar(
        sa.select(Passkey)
        .where(Passkey.user_id == user_id, Passkey.credential_id == _credential(ceremony.answer))
        .with_for_update()
    )
    if key is None:
        raise WrongPasskey
    try:
        shown = webauthn.verify_authentication_response(
            credential=ceremony.answer,
            expected_challenge=base64url_to_bytes(ceremony.challenge),
            expected_rp_id=ceremony.party.id,
            expected_origin=ceremony.party.origin,
            credential_public_key=base64url_to_bytes(key.public_key),
            credential_current_sign_count=key.sign_count,
            require_user_verification=False,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise WrongPasskey from None
    key.sign_count, key.used_at = shown.new_sign_count, now


def _known(session: Session, user_id: str) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(id=base64url_to_bytes(each))
        for each in credential_ids(session, user_id)
    ]


def _credential(answer: str) -> str:
    """Return which credential an answer speaks of; "" when it cannot be read."""
    try:
        return str(json.loads(answer)["id"])
    except (ValueError, KeyError, TypeError):
        return ""


def _plain(text: str) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(text)
    return plain
