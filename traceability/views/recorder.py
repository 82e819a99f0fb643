"""The diary as an app of its own on a phone: its page, its manifest, its service worker."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Blueprint, Response, jsonify, url_for
from flask_babel import force_locale
from flask_babel import gettext as _

from accounts import guards
from kernel.i18n import LANGUAGES
from kernel.settings import Settings
from kernel.web.answers import Answer, go
from kernel.web.language import current_language
from kernel.web.pages import Assets, page
from kernel.web.session import part, remember
from traceability.views.recorder_words import phone_words

blueprint = Blueprint("recorder", __name__, url_prefix="/work/<vendor_id>/diary")

recorders = guards.member("owner", "recorder")

HERE = "geolocation=(self), microphone=(), camera=(self), payment=()"
"""The person may note where something was done; everywhere else the policy forbids to ask."""


@blueprint.get("/app")
@recorders
def open_app(vendor_id: str) -> Answer:
    """Lead to the app in the reader's language."""
    return go(url_for("recorder.show_app", vendor_id=vendor_id, wish=current_language()))


@blueprint.get("/app/<any(vi, en):wish>")
@recorders
def show_app(vendor_id: str, wish: str) -> Answer:
    """Show the app: a page without anything of a person or a day, kept by the phone."""
    shown = Response(_shell(vendor_id, wish))
    shown.headers["Permissions-Policy"] = HERE
    shown.headers["Cache-Control"] = "no-cache"
    return shown


@blueprint.get("/app/<any(vi, en):wish>/manifest.webmanifest")
@guards.public
def show_manifest(vendor_id: str, wish: str) -> Answer:
    """Tell a phone how to put the app on its home screen; it asks without a cookie."""
    with _speaking(wish):
        made = jsonify(_manifest(vendor_id, wish))
    made.content_type = "application/manifest+json"
    return made


@blueprint.get("/sw.js")
@guards.public
def show_worker(vendor_id: str) -> Answer:
    """Hand out the service worker; another page or another build makes it another worker."""
    built = part(Assets).bytes_of("diary-worker.js")
    shells = "".join(_shell(vendor_id, lang) for lang in LANGUAGES)
    version = hashlib.sha256(built + shells.encode()).hexdigest()[:12]
    made = Response(f'const VERSION="{version}";\n'.encode() + built)
    made.content_type = "text/javascript; charset=utf-8"
    made.headers["Cache-Control"] = "no-cache"
    made.set_etag(version)
    return made


def _shell(vendor_id: str, lang: str) -> str:
    base = url_for("recorder.open_app", vendor_id=vendor_id).removesuffix("/app")
    with _speaking(lang):
        words = phone_words()
        return page("traceability/recorder.html", vendor_id=vendor_id, base=base, words=words)


@contextmanager
def _speaking(lang: str) -> Iterator[None]:
    """Speak the language that stands in the address, whatever the reader's cookie says."""
    before = current_language()
    remember("lang", lang)
    try:
        with force_locale(lang):
            yield
    finally:
        remember("lang", before)


def _manifest(vendor_id: str, lang: str) -> dict[str, object]:
    base = url_for("recorder.open_app", vendor_id=vendor_id).removesuffix("app")
    asset, start = part(Assets), f"{base}app/{lang}"
    activities = (("spray", _("Spraying")), ("harvest", _("Harvest")))
    return {
        "id": f"{base}app",
        "name": f"{_('Farm diary')} · {part(Settings).market_name}",
        "short_name": _("Farm diary"),
        "description": _("Write down what is done on the farm, with or without network."),
        "lang": lang,
        "dir": "ltr",
        "start_url": start,
        "scope": base,
        "display": "standalone",
        "theme_color": "#1f4d2d",
        "background_color": "#fbf8f1",
        "categories": ["business", "productivity"],
        "icons": [
            {"src": asset("diary-192.png"), "sizes": "192x192", "type": "image/png"},
            {"src": asset("diary-512.png"), "sizes": "512x512", "type": "image/png"},
            {
                "src": asset("diary-filled.png"),
                "sizes": "512x512",
                "type": "image/png",
                "purpose": "maskable",
            },
        ],
        "shortcuts": [
            {"name": name, "url": f"{start}#/new/{activity}"} for activity, name in activities
        ],
    }
