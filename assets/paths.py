"""Where the parts of the front end lie."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
ASSETS = ROOT / "assets"
MODULES = ROOT / "node_modules"
OUT = ROOT / "build" / "static"
FONTS = ROOT / "build" / "fonts"
WORK = ROOT / "build" / "work"


def views() -> list[Path]:
    """Return the modules that hand values to templates."""
    patterns = ("*/views.py", "*/views/*.py", "*/desk.py", "shop/*.py")
    return sorted(path for pattern in patterns for path in ROOT.glob(pattern))


def templates() -> list[Path]:
    """Return every template of every package."""
    return sorted(ROOT.glob("*/templates/**/*.html"))
