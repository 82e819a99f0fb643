"""Public pictures: named by their content, so a browser may keep them for ever."""

import mimetypes

from flask import Blueprint, Response, abort, request

from accounts import guards
from kernel.storage import Storage
from kernel.web.session import part

blueprint = Blueprint("media", __name__)

mimetypes.add_type("image/avif", ".avif")
mimetypes.add_type("image/webp", ".webp")


@blueprint.get("/media/<path:name>")
@guards.public
def show(name: str) -> Response:
    """Send one public file."""
    key = f"public/{name}"
    # The name holds the digest of the content: who has it has it right.
    if request.if_none_match:
        return Response(status=304)
    try:
        data = part(Storage).get(key)
    except (KeyError, ValueError):
        abort(404)
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    response = Response(data, mimetype=media_type)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.set_etag(name)
    return response
