"""One SVG file with just the Bootstrap icons that templates ask for."""

import re

from assets.paths import ASSETS, MODULES, templates

ICONS = MODULES / "bootstrap-icons/icons"
ASKED = re.compile(r"""icon\(\s*["']([a-z0-9-]+)["']""")
VIEW = re.compile(r'viewBox="([^"]+)"')
INSIDE = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


def names() -> list[str]:
    """Return the icons named in templates, and those of icons.txt that are chosen at run time."""
    found = set((ASSETS / "icons.txt").read_text().split())
    for path in templates():
        found.update(ASKED.findall(path.read_text()))
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
