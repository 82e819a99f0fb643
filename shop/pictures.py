"""Addresses of photos for templates: what ``srcset`` offers, and the largest one."""

from dataclasses import dataclass
from typing import Protocol

from flask import Flask

from kernel.pictures import WIDTHS, widths_of
from kernel.settings import Settings

ENDINGS = {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg"}
CARD_WIDTHS = frozenset({320, 480, 960})


class Shot(Protocol):
    """A photo of a listing as queries hand it on."""

    @property
    def digest(self) -> str: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...


@dataclass(frozen=True)
class Full:
    """The largest file of a photo, and its size in pixels."""

    address: str
    width: int
    height: int


def picture_set(photo: Shot, ending: str = "webp", *, card: bool = False) -> str:
    """Return the ``srcset`` of a photo in one format; each width is that of the file."""
    widths = [w for w in widths_of(photo.width) if not card or w in CARD_WIDTHS]
    return ", ".join(
        f"{_address(photo, width, ending)} {min(width, photo.width)}w"
        for width in widths or WIDTHS[:1]
    )


def picture_full(photo: Shot, ending: str = "webp") -> Full:
    """Return the largest file there is of a photo."""
    width = min(WIDTHS[-1], photo.width)
    height = max(1, round(photo.height * width / photo.width))
    return Full(_address(photo, widths_of(photo.width)[-1], ending), width, height)


def install(app: Flask, _settings: Settings) -> None:
    """Teach templates to write them."""
    app.jinja_env.globals.update(picture_set=picture_set, picture_full=picture_full)


def _address(photo: Shot, width: int, ending: str) -> str:
    return f"/media/pictures/{photo.digest}-{width}.{ending}"
