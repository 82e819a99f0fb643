"""One SVG file with just the Bootstrap icons that templates ask for."""

import re

from assets.paths import ASSETS, MODULES, templates, views

ICONS = MODULES / "bootstrap-icons/icons"
ASKED = re.compile(r"""icon\(\s*["']([a-z0-9-]+)["']""")
QUOTED = re.compile(r"[\"']([a-z0-9]+(?:-[a-z0-9]+)+)[\"']")
VIEW = re.compile(r'viewBox="([^"]+)"')
INSIDE = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


def names() -> list[str]:
    """Return the icons that are asked for.

    Those named as ``icon("...")``; those handed on by templates and views, known by
    the hyphen in their name; and short names chosen at run time, from icons.txt.
    """
    found = set((ASSETS / "icons.txt").read_text().split())
    there = {path.stem for path in ICONS.glob("*-*.svg")}
    for path in [*templates(), *views()]:
        text = path.read_text()
        found.update(ASKED.findall(text) if path.suffix == ".html" else ())
        found.update(there.intersection(QUOTED.findall(text)))
    return sorted(found)


def sprite() -> str:
    """Return the sprite.

    :raises FileNotFoundError: when a template names an icon that does not exist.
    """
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(map(_symbol, names()))}</svg>'


def _symbol(name: str) -> str:
    svg = (ICONS / f"{name}.svg").read_text()
    view, inside = VIEW.search(svg), INSIDE.search(svg)
    if view is None or inside is None:
        raise ValueError(f"{name}.svg is not an icon")
    body = re.sub(r"\s+", " ", inside[1]).strip()
    return f'<symbol id="{name}" viewBox="{view[1]}">{body}</symbol>'
