"""What every answer of the repository has: versions, forms, problems as EPCIS 2.0 names them."""

import json
import re
from typing import Any, NoReturn

from flask import Blueprint, Response, request
from flask.globals import request_ctx

from kernel.messages import msg
from kernel.web import errors
from kernel.web.forms import refusal_text
from kernel.web.security import csrf
from traceability.epcis.checking import check_texts
from traceability.epcis.errors import (
    AddressTooLong,
    BadEvent,
    BadMediaType,
    CaptureTooLarge,
    EpcisError,
    NotAcceptable,
)
from traceability.epcis.telling import DIGITAL_LINKS
from traceability.services.capture import MOST_BYTES, MOST_EVENTS

ROOT = "/epcis/v2"
VERSION = "2.0.0"
MOST_ADDRESS = 8_000
JSON, JSON_LD = "application/json", "application/ld+json"
# EPC URNs need the length of the company prefix, which a Digital Link does not tell.
FORMATS = ("No_Preference", DIGITAL_LINKS, "Never_Translates")

blueprint = Blueprint("epcis", __name__, url_prefix=ROOT)
# A token proves who asks; there is no browser and no form.
csrf.exempt(blueprint)

_TYPES = {
    400: "ValidationException",
    401: "SecurityException",
    403: "SecurityException",
    404: "NoSuchResourceException",
    406: "NotAcceptableException",
    409: "ResourceAlreadyExistsException",
    413: "CaptureLimitExceededException",
    414: "URITooLongException",
    415: "UnsupportedMediaTypeException",
}


def _problem_type(status: int, code: str) -> str:
    named = code if code.endswith("Exception") else _TYPES.get(status, "ImplementationException")
    return f"epcisException:{named}"


errors.PROBLEM_TYPES["/epcis/"] = _problem_type


@blueprint.errorhandler(EpcisError)
def _refused(refusal: EpcisError) -> Response:
    text = refusal_text(refusal)
    made = errors.answer(
        refusal.status, f"{refusal.field}: {text}" if refusal.field else text, refusal.code
    )
    if refusal.status == 401:
        made.headers["WWW-Authenticate"] = "Bearer"
    return made


@blueprint.before_request
def _negotiate() -> Response | None:
    if request.method == "OPTIONS":
        return _options()
    if len(request.query_string) > MOST_ADDRESS or len(request.path) > MOST_ADDRESS:
        raise AddressTooLong
    _need_versions()
    accepted = request.accept_mimetypes
    if accepted and not accepted.best_match([JSON, JSON_LD, "application/problem+json"]):
        raise NotAcceptable(name=request.headers.get("Accept", "")[:80])
    # Whoever tells events may write them in either form.
    if request.method == "GET" and epc_format() not in FORMATS:
        raise NotAcceptable(field="GS1-EPC-Format", name=epc_format()[:80])
    return None


def epc_format() -> str:
    """Return in which form identifiers are wanted."""
    return request.headers.get("GS1-EPC-Format", DIGITAL_LINKS)


def _need_versions() -> None:
    for standard in ("EPCIS", "CBV"):
        for end in ("Version", "Min", "Max"):
            name = f"GS1-{standard}-{end}"
            wanted = request.headers.get(name)
            if wanted is not None and not _fits(wanted, end):
                raise NotAcceptable(field=name, name=wanted[:80])


def _fits(wanted: str, end: str) -> bool:
    if not re.fullmatch(r"\d{1,4}(\.\d{1,4}){0,3}", wanted, re.ASCII):
        return False
    asked = tuple(int(part) for part in wanted.split("."))[:2]
    asked += (0,) * (2 - len(asked))
    return {"Version": asked == (2, 0), "Min": asked <= (2, 0), "Max": asked >= (2, 0)}[end]


def _options() -> Response:
    made = Response(status=204)
    adapter = request_ctx.url_adapter
    made.allow.update(adapter.allowed_methods() if adapter else ())
    made.headers["GS1-EPC-Format"] = ", ".join(FORMATS)
    if request.path == f"{ROOT}/capture":
        made.headers["GS1-Capture-Error-Behaviour"] = "rollback, proceed"
        made.headers["GS1-EPCIS-Capture-Limit"] = str(MOST_EVENTS)
        made.headers["GS1-EPCIS-Capture-File-Size-Limit"] = str(MOST_BYTES)
    return made


@blueprint.after_request
def _say_versions(made: Response) -> Response:
    for standard in ("EPCIS", "CBV"):
        made.headers[f"GS1-{standard}-Version"] = VERSION
        made.headers[f"GS1-{standard}-Min"] = VERSION
        made.headers[f"GS1-{standard}-Max"] = VERSION
    wanted = epc_format()
    made.headers.setdefault("GS1-EPC-Format", wanted if wanted in FORMATS else ", ".join(FORMATS))
    made.headers["GS1-CBV-XML-Format"] = "No_Preference"
    made.headers["GS1-Vendor-Version"] = "1.0"
    made.headers["Cache-Control"] = "private, no-store"
    made.vary.update(("Accept", "Authorization", "GS1-EPC-Format"))
    return made


def json_answer(text: str, status: int = 200, **headers: str) -> Response:
    """Return JSON in the form that was asked for."""
    wanted = request.accept_mimetypes.best_match([JSON, JSON_LD], default=JSON)
    made = Response(text, status=status, mimetype=wanted)
    for name, value in headers.items():
        made.headers[name.replace("_", "-")] = value
    return made


def read_body() -> Any:
    """Return the JSON that was sent.

    :raises EpcisError: when it is none, too large, or of another form.
    """
    if request.mimetype not in {JSON, JSON_LD}:
        raise BadMediaType(field="Content-Type")
    if (request.content_length or 0) > MOST_BYTES:
        raise CaptureTooLarge(events=MOST_EVENTS, octets=MOST_BYTES)
    request.max_content_length = MOST_BYTES
    try:
        return json.loads(request.get_data(), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise BadEvent(msg("The body is no JSON.")) from None


def _no_number(_text: str) -> NoReturn:
    raise ValueError


def need_text(value: Any, name: str) -> str:
    """Return a part of an address that the database can be asked for.

    :raises BadEvent: for letters that cannot be stored.
    """
    check_texts(value, name)
    return str(value)
