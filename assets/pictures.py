"""Composed art: 3D icons and our own drawings, with a soft shadow, as WebP of three widths."""

import hashlib
import io
import json
import subprocess
from pathlib import Path

from PIL import Image, ImageFilter

from assets import scenes_field, scenes_fruit, scenes_life
from assets.drawing import Sheet
from assets.files import publish
from assets.paths import ASSETS, MODULES, OUT, WORK

EMOJI = MODULES / "@lobehub/fluent-emoji-3d/assets"
CATALOGUE = ASSETS / "art" / "catalogue.json"
DRAWN = WORK / "art"
SCENES = {**scenes_fruit.SCENES, **scenes_field.SCENES, **scenes_life.SCENES}
WIDTHS = (128, 256, 512)
# Changing how pictures are made must make them anew.
RECIPE = "1"
SHADOW = (31, 45, 38, 70)


def build(node: str) -> dict[str, str]:
    """Write every picture that is not there yet; return manifest entries ``art/carrot-256.webp``."""
    sources = find_sources()
    kept = WORK / "art.json"
    known: dict[str, dict[str, str]] = json.loads(kept.read_text()) if kept.exists() else {}
    prints = {name: _fingerprint(name, path) for name, path in sources.items()}
    fresh = [n for n in sources if not _is_there(known.get(prints[n], {}))]
    _render([sources[name] for name in fresh if sources[name].suffix == ".svg"], node)
    for name in fresh:
        known[prints[name]] = _write(name, _open(sources[name]))
    kept.write_text(json.dumps({key: known[key] for key in prints.values()}))
    return {key: value for name in sources for key, value in known[prints[name]].items()}


def find_sources() -> dict[str, Path]:
    """Return the file of every name: our drawing if there is one, else the icon."""
    icons: dict[str, str] = json.loads(CATALOGUE.read_text())
    found = {name: EMOJI / f"{code}.webp" for name, code in icons.items()}
    return dict(sorted({**found, **draw()}.items()))


def draw() -> dict[str, Path]:
    """Write our own drawings as SVG and return their files by name."""
    DRAWN.mkdir(parents=True, exist_ok=True)
    found = {}
    for name, scene in SCENES.items():
        sheet = Sheet()
        scene(sheet)
        found[name] = DRAWN / f"{name}.svg"
        found[name].write_text(sheet.svg())
    return found


def _fingerprint(name: str, path: Path) -> str:
    return hashlib.sha256(f"{RECIPE} {name} ".encode() + path.read_bytes()).hexdigest()


def _is_there(files: dict[str, str]) -> bool:
    return bool(files) and all((OUT / name).exists() for name in files.values())


def _render(drawings: list[Path], node: str) -> None:
    """Turn drawings into PNG, all in one run of Node."""
    if drawings:
        script = ASSETS / "render.mjs"
        subprocess.run([node, str(script), str(DRAWN), *map(str, drawings)], check=True)


def _open(source: Path) -> Image.Image:
    path = DRAWN / f"{source.stem}.png" if source.suffix == ".svg" else source
    return Image.open(path).convert("RGBA").resize((448, 448), Image.Resampling.LANCZOS)


def _write(name: str, icon: Image.Image) -> dict[str, str]:
    """Put the icon over its shadow and save it in every width."""
    whole = Image.new("RGBA", (512, 512), (0, 0, 0, 0))
    shadow = Image.new("RGBA", (512, 512), (0, 0, 0, 0))
    shadow.paste(Image.new("RGBA", icon.size, SHADOW), (32, 46), icon.getchannel("A").point(_faint))
    whole.alpha_composite(shadow.filter(ImageFilter.GaussianBlur(13)))
    whole.alpha_composite(icon, (32, 20))
    return {f"art/{name}-{width}.webp": _save(name, whole, width) for width in WIDTHS}


def _faint(alpha: int) -> int:
    return alpha * SHADOW[3] // 255


def _save(name: str, picture: Image.Image, width: int) -> str:
    data = io.BytesIO()
    small = picture.resize((width, width), Image.Resampling.LANCZOS)
    small.save(data, "WEBP", quality=82, alpha_quality=85, method=4)
    return publish(f"art/{name}-{width}", ".webp", data.getvalue())
