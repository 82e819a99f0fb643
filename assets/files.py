"""Files of the build: named by content, compressed beforehand."""

import gzip
import hashlib
from pathlib import Path

from assets.paths import OUT

COMPRESSED = {".css", ".js", ".svg", ".json", ".txt"}


def publish(stem: str, suffix: str, data: bytes) -> str:
    """Write a file under a name that holds the digest of its content; return the name."""
    name = f"{stem}-{hashlib.sha256(data).hexdigest()[:10]}{suffix}"
    path = OUT / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return name


def compress(path: Path) -> None:
    """Write the brotli and gzip forms beside a text file."""
    if path.suffix not in COMPRESSED or path.with_name(path.name + ".br").exists():
        return
    import brotli  # noqa: PLC0415

    data = path.read_bytes()
    path.with_name(path.name + ".br").write_bytes(brotli.compress(data))
    path.with_name(path.name + ".gz").write_bytes(gzip.compress(data, 9, mtime=0))
