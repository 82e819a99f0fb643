"""Who may ask by program: partners with a token of a vendor."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import request

from kernel import clock
from kernel.web.session import db, remember, remembered
from traceability.epcis.errors import NotInScope, NotSignedIn
from traceability.queries.partners import Partner, partner_of
from traceability.services.partners import token_digest

View = TypeVar("View", bound=Callable[..., Any])


def partner(scope: str) -> Callable[[View], View]:
    """Let in whose token allows this: read or capture."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **values: Any) -> Any:
            if not getattr(current_partner(), f"may_{scope}"):
                raise NotInScope
            return view(*args, **values)

        guarded.guard = f"partner:{scope}"  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return guard


def current_partner() -> Partner:
    """Return who asks.

    :raises NotSignedIn: without a token that holds today.
    """
    known = remembered("partner")
    if known is None:
        known = remember("partner", _read_partner())
    return known  # type: ignore[no-any-return]


def _read_partner() -> Partner:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotSignedIn
    today = clock.local_date(clock.now())
    found = partner_of(db(), token_digest(token.strip()), today=today)
    if found is None:
        raise NotSignedIn
    return found
