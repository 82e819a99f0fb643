"""People of the tests: browsers that are signed in without a walk through the pages."""

from collections.abc import Iterable
from datetime import datetime
from itertools import count
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from accounts.guards import session_values
from accounts.services.people import create_user
from accounts.services.signing import open_sign_in
from kernel.db import Base, transaction

PASSWORD = "correct horse battery"
_number = count(1)


def session_of(app: Flask) -> Session:
    """Return a new session on the database of an application."""
    maker: sessionmaker[Session] = app.extensions[sessionmaker.__qualname__]
    return maker()


def sign_in_as(
    app: Flask,
    client: FlaskClient,
    *,
    now: datetime,
    roles: Iterable[str] = (),
    strong: bool = True,
    **wishes: Any,
) -> str:
    """Make a person, sign their browser in, and return their id.

    ``vendor`` and ``vendor_roles`` make them a member there; ``user_id`` signs in
    somebody who exists; ``name`` and ``lang`` are taken over.
    """
    with session_of(app) as opened, transaction(opened) as session:
        user_id = wishes.get("user_id") or create_user(
            session,
            name=wishes.get("name", "Lan"),
            contact=f"person{next(_number)}@example.com",
            password=PASSWORD,
            lang=wishes.get("lang"),
            now=now,
            roles=roles,
        )
        if wishes.get("vendor"):
            _join(session, wishes["vendor"], user_id, wishes.get("vendor_roles", ["owner"]), now)
        sign_in = open_sign_in(session, user_id, stamp=None, device="test", strong=strong, now=now)
    with client.session_transaction() as browser:
        browser.update(session_values(sign_in))
    return str(user_id)


def _join(session: Session, vendor_id: str, user_id: str, roles: Iterable[str], now: datetime):
    members = Base.metadata.tables["vendor_member"]
    session.execute(
        sa.insert(members).values(
            vendor_id=vendor_id, user_id=user_id, roles=list(roles), created_at=now
        )
    )
