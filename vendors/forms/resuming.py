"""What somebody typed into a form survives the end of a sign-in."""

import json
import zlib
from base64 import b85decode, b85encode
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, TypeVar

from flask import flash, request, session, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from accounts import guards
from kernel import clock
from kernel.sealing import SealBroken, Sealer
from kernel.web.answers import go
from kernel.web.session import part

View = TypeVar("View", bound=Callable[..., Any])

KEPT_FOR = timedelta(minutes=30)
MOST_LETTERS = 2500
"""A browser keeps no cookie above 4 kB."""

_TYPED, _WHO = "typed", "applicant"

guards.KEPT_ON_SIGN_IN.add(_TYPED)


def keeps_typed(view: View) -> View:
    """Keep what was sent to a guarded form by a browser that is no longer signed in.

    It is sealed into the browser's own session, for the person who was signed in
    there, and shown once by `typed_before` on the page of the same address.
    """

    @wraps(view)
    def keeping(*args: Any, **values: Any) -> Any:
        who = session.get(_WHO)
        if guards.current_signed() is not None or not who:
            return view(*args, **values)
        if _keep(who):
            flash(_("You were signed out. What you typed is kept: sign in and go on."))
        return go(url_for("accounts.show_sign_in", next=request.path))

    return keeping  # type: ignore[return-value]


def typed_before() -> MultiDict[str, str] | None:
    """Return, once, what this person typed on this page before the sign-in ended."""
    user_id = guards.current_actor().user_id
    if session.get(_WHO) != user_id:
        session[_WHO] = user_id
    kept = _open(session.get(_TYPED)) if _TYPED in session else None
    if kept is None or kept["path"] != request.path:
        return None
    session.pop(_TYPED)
    fresh = clock.now() - datetime.fromisoformat(kept["at"]) <= KEPT_FOR
    return MultiDict(kept["form"]) if fresh and kept["who"] == user_id else None


def _keep(who: str) -> bool:
    form = [pair for pair in request.form.items(multi=True) if pair[0] != "csrf_token"]
    kept = {"path": request.path, "who": who, "at": clock.now().isoformat(), "form": form}
    packed = b85encode(zlib.compress(json.dumps(kept, ensure_ascii=False).encode())).decode()
    sealed = part(Sealer).seal_text(packed)
    if len(sealed) <= MOST_LETTERS:
        session[_TYPED] = sealed
    return len(sealed) <= MOST_LETTERS


def _open(sealed: str | None) -> dict[str, Any] | None:
    try:
        packed = part(Sealer).open_text(sealed or "")
        return dict(json.loads(zlib.decompress(b85decode(packed)))) if packed else None
    except SealBroken:
        return None
