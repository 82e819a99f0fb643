"""The service worker of the farmer's diary, and the icons it has on a phone."""

import io
import json
import subprocess
from pathlib import Path

from PIL import Image

from assets.files import publish
from assets.paths import ASSETS, MODULES, ROOT, WORK

# What the app needs without network; everything else of the market comes from the network alone.
KEPT = ("app.css", "diary.css", "diary.js", "icons.svg", "mark.svg", "diary-192.png")
SHELLS = ("app/vi", "app/en")
ICON_WIDTHS = (192, 512)


def build(manifest: dict[str, str]) -> str:
    """Bundle the worker with the names of the files it keeps; return its own name."""
    fonts = sorted(name for name in manifest if name.startswith("fonts/be-vietnam-pro"))
    files = [f"/static/{manifest[name]}" for name in (*KEPT, *fonts)]
    esbuild = next(MODULES.glob("@esbuild/*/bin/esbuild"))
    made = WORK / "diary-worker.js"
    subprocess.run(
        [
            str(esbuild),
            str(ASSETS / "js/diary/worker.js"),
            *("--bundle", "--minify", "--format=iife", "--target=chrome99,firefox97,safari15.4"),
            *(f"--define:FILES={json.dumps(files)}", f"--define:SHELLS={json.dumps(SHELLS)}"),
            *("--legal-comments=none", "--log-level=warning", f"--outfile={made}"),
        ],
        cwd=ROOT,
        check=True,
    )
    return publish("diary-worker", ".js", made.read_bytes())


def icons(node: str) -> dict[str, str]:
    """Draw the icons a phone shows; one fills its square, to be cut into any shape."""
    drawn = WORK / "art"
    drawn.mkdir(parents=True, exist_ok=True)
    sources = [ASSETS / "diary.svg", _filled(drawn / "diary-filled.svg")]
    script = ASSETS / "render.mjs"
    subprocess.run([node, str(script), str(drawn), *map(str, sources)], check=True)
    found = {
        f"diary-{width}.png": _publish(f"diary-{width}", drawn / "diary.png", width)
        for width in ICON_WIDTHS
    }
    found["diary-filled.png"] = _publish("diary-filled", drawn / "diary-filled.png", 512)
    return found


def _filled(path: Path) -> Path:
    """Write the icon without round corners: whatever shape is cut, its middle stays whole."""
    path.write_text((ASSETS / "diary.svg").read_text().replace(' rx="16"', ""))
    return path


def _publish(stem: str, drawn: Path, width: int) -> str:
    data = io.BytesIO()
    with Image.open(drawn) as picture:
        small = picture.convert("RGBA").resize((width, width), Image.Resampling.LANCZOS)
        small.save(data, "PNG", optimize=True)
    return publish(stem, ".png", data.getvalue())
