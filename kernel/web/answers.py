"""Answers that several trades give: lead on after a change, hand out a private file."""

import io

from flask import Response, redirect, send_file
from werkzeug.wrappers import Response as AnyResponse

from kernel.errors import NotFound
from kernel.storage import Storage
from kernel.web.session import part

Answer = str | tuple[str, int] | AnyResponse


def go(address: str) -> AnyResponse:
    """Lead on after a change: reloading the next page repeats nothing."""
    return redirect(address, 303)


def private_file(key: str, *, media_type: str, name: str) -> Response:
    """Hand out a stored file that the caller's guard allows: nothing in it can act.

    Pictures are shown in a sandbox, everything else is saved as a file.

    :raises NotFound: when nothing is stored under the key.
    """
    try:
        data = part(Storage).get(key)
    except KeyError:
        raise NotFound from None
    return private_bytes(data, media_type=media_type, name=name)


def private_bytes(data: bytes, *, media_type: str, name: str) -> Response:
    """Hand out bytes that only this reader may see, kept by no cache; nothing in them can act."""
    response = send_file(
        io.BytesIO(data),
        mimetype=media_type,
        as_attachment=not media_type.startswith("image/"),
        download_name=name,
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
