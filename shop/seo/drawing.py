"""Pictures of shared links: drawn when first asked for, kept under their content ever after."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore
from urllib.parse import quote

from flask import Flask

from kernel.settings import Settings
from kernel.storage import Storage
from kernel.web.language import current_language
from kernel.web.session import part, provide
from shop.frame import Art
from shop.seo.head import absolute
from shop.seo.poster import Poster, can_draw, draw

STATIC = Path(__file__).parents[2] / "build" / "static"
WAIT_SECONDS = 5.0
"""How long a picture waits for another to be drawn: one process draws one at a time."""


class Busy(Exception):
    """Others are being drawn; ask again in some seconds."""


class Drawer:
    """Finds art by name, and draws one picture at a time."""

    def __init__(self, app: Flask) -> None:
        self.art = Art(app)
        self.turn = BoundedSemaphore(1)


def install(app: Flask, _settings: Settings) -> None:
    """Give the application what draws."""
    provide(app, Drawer, Drawer(app))


def art_name(name: str) -> str:
    """Return the built file of a piece of art; its name holds the digest of its content."""
    return part(Drawer).art(name).large.removeprefix("/static/")


def photo_name(digest: str) -> str:
    """Return the stored file of a photo."""
    return f"pictures/{digest}-960.jpg"


def poster_address(kind: str, key: str, poster: Poster) -> str:
    """Return where the picture of a page is; it moves with every change of what is drawn.

    Empty before the first build: there are no letters to draw with.
    """
    if not _has_letters():
        return ""
    name = f"{current_language()}-{poster.digest}.jpg"
    return absolute(f"/share/{kind}/{quote(key, safe='')}/{name}")


def kept_picture(digest: str) -> bytes | None:
    """Return a picture that was drawn before."""
    try:
        return part(Storage).get(_key(digest))
    except KeyError:
        return None


def drawn_picture(poster: Poster) -> bytes:
    """Draw a picture and keep it.

    :raises Busy: when others are being drawn and do not end.
    """
    drawer = part(Drawer)
    if not drawer.turn.acquire(timeout=WAIT_SECONDS):
        raise Busy
    try:
        found = kept_picture(poster.digest)
        if found is None:
            found = draw(replace(poster, picture=_content(poster)))
            part(Storage).put(_key(poster.digest), found, "image/jpeg")
    finally:
        drawer.turn.release()
    return found


def _content(poster: Poster) -> bytes:
    """Return the photo or the art; without it the words stand alone."""
    try:
        if poster.is_photo:
            return part(Storage).get(f"public/{poster.picture_name}")
        return (STATIC / poster.picture_name).read_bytes()
    except (KeyError, OSError, ValueError):
        return b""


def _key(digest: str) -> str:
    return f"public/share/{digest}.jpg"


@cache
def _has_letters() -> bool:
    return can_draw()
