"""Pages from templates: filters, assets and what every template may use."""

import enum
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask, render_template, request
from flask_babel import gettext
from jinja2 import ChoiceLoader, FileSystemBytecodeCache, FileSystemLoader

from kernel import i18n, money
from kernel.messages import LABELS
from kernel.quantity import Unit
from kernel.settings import Settings
from kernel.web.language import current_language
from kernel.web.session import provide


def page(template: str, /, **values: Any) -> str:
    """Render a page; the template's path is package/page."""
    return render_template(template, **values)


def translate_label(member: enum.Enum) -> str:
    """Return the words for an enum member in the reader's language."""
    return str(gettext(LABELS[member]))


def translate_words(text: str) -> str:
    """Return what the house wrote in the reader's language, and what people wrote as they did."""
    # Nothing is the name of the catalogue's own head.
    return str(gettext(text)) if text else ""


def install(app: Flask, *, root: Path, settings: Settings) -> None:
    """Teach templates the house's filters and globals."""
    app.jinja_loader = ChoiceLoader(
        [FileSystemLoader(folder) for folder in sorted(root.glob("*/templates"))]
    )
    env = app.jinja_env
    env.trim_blocks = env.lstrip_blocks = True
    # Read once for all processes of the machine: the first page of a new one comes ten times sooner.
    env.bytecode_cache = FileSystemBytecodeCache(pattern="market-%s.cache")
    env.filters.update(
        vnd=money.format_vnd,
        day=lambda value: i18n.format_day(value) if value else "",
        moment=lambda value: i18n.format_moment(value) if value else "",
        local=lambda text, lang=None: i18n.pick(text, lang or current_language()),
        label=translate_label,
        said=translate_words,
        quantity=_quantity,
        per=_per,
        iso=lambda value: value.isoformat() if isinstance(value, date | datetime) else "",
    )
    assets = Assets(root / "build" / "static")
    provide(app, Assets, assets)
    env.globals.update(
        asset=assets,
        settings=settings,
        with_language=_with_language,
    )

    @app.context_processor
    def _of_this_request() -> dict[str, object]:
        return {"lang": current_language()}


def _quantity(amount: int, unit: Unit, piece: dict[str, str] | None = None) -> str:
    return i18n.format_quantity(amount, unit, i18n.pick(piece, current_language()))


def _per(amount: int, unit: Unit | None, piece: dict[str, str] | None = None) -> str:
    """Write what a price is for: ``kg``, ``500 g``, ``hộp``."""
    if unit is None or unit is Unit.SEAT:
        return str(gettext("person"))
    if amount == 1 and unit is Unit.PIECE:
        return i18n.pick(piece, current_language()) or str(gettext("piece"))
    written = _quantity(amount, unit, piece)
    return written.removeprefix("1 ")


def _with_language(lang: str) -> str:
    """Return the address of this page in another language."""
    query = [(key, value) for key, value in request.args.items(multi=True) if key != "lang"]
    return f"{request.path}?{urlencode([*query, ('lang', lang)])}"


class Assets:
    """Built files by their plain names: their addresses, and what is in them."""

    def __init__(self, folder: Path) -> None:
        self.manifest_path = folder / "manifest.json"
        self.names: dict[str, str] = {}
        self.read_at = 0

    def __call__(self, name: str) -> str:
        if name not in self.names:
            self._read()
        return f"/static/{self.names.get(name, name)}"

    def bytes_of(self, name: str) -> bytes:
        """Return a built file, for a page that must have it under an address of its own.

        :raises FileNotFoundError: when it was not built.
        """
        address = self(name).removeprefix("/static/")
        return (self.manifest_path.parent / address).read_bytes()

    def _read(self) -> None:
        if not self.manifest_path.exists():
            return
        changed = self.manifest_path.stat().st_mtime_ns
        if changed != self.read_at:
            self.names, self.read_at = json.loads(self.manifest_path.read_text()), changed
