"""What a request works with: its database session and the parts of the house."""

from typing import Any, TypeVar, cast

from flask import Flask, current_app, g
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import Serializer, URLSafeTimedSerializer
from itsdangerous.encoding import base64_encode
from sqlalchemy.orm import Session, sessionmaker

Part = TypeVar("Part")
SHORT = 200


def db() -> Session:
    """Return the session of this request, opened on first use, closed with the request."""
    if "db_session" not in g:
        maker = cast("sessionmaker[Session]", part(sessionmaker))
        g.db_session = maker()
    return cast(Session, g.db_session)


def remember(key: str, value: Any) -> Any:
    """Keep a value for the rest of this request and return it."""
    setattr(g, key, value)
    return value


def remembered(key: str) -> Any:
    """Return what was kept for this request, or None."""
    return g.get(key)


def provide(app: Flask, kind: type[Part], thing: Part) -> None:
    """Give the application the one thing of a kind, such as its Storage."""
    app.extensions[kind.__qualname__] = thing


def part(kind: type[Part]) -> Part:
    """Return the application's thing of a kind.

    :raises KeyError: when the factory provided none.
    """
    return cast(Part, current_app.extensions[kind.__qualname__])


def install(app: Flask, maker: sessionmaker[Session]) -> None:
    """Give every request a session of its own."""
    provide(app, sessionmaker, maker)
    app.session_interface = _SignedCookies()

    @app.teardown_appcontext
    def _close_session(_error: BaseException | None) -> None:
        session = g.pop("db_session", None)
        if session is not None:
            session.close()


class ShortSigner(URLSafeTimedSerializer):
    """Signs short things without trying to compress them first; it reads what either wrote."""

    def dump_payload(self, obj: Any) -> bytes:
        """Return the payload as text for an address or a cookie."""
        plain = Serializer.dump_payload(self, obj)
        return base64_encode(plain) if len(plain) <= SHORT else super().dump_payload(obj)


class _SignedCookies(SecureCookieSessionInterface):
    """Flask's own, but for its signer: built once, not twice a request."""

    _signer: ShortSigner | None = None

    def get_signing_serializer(self, app: Flask) -> ShortSigner:
        """Return what signs the cookie; the secret does not change while the house is open."""
        if self._signer is None:
            how = {"key_derivation": self.key_derivation, "digest_method": self.digest_method}
            self._signer = ShortSigner(
                app.config["SECRET_KEY"],
                salt=self.salt,
                serializer=self.serializer,
                signer_kwargs=how,
            )
        return self._signer
