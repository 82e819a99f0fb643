"""Decodes one HEIC photo in a process of its own: file in on stdin, PNG out on stdout.

libheif crashes the whole process on some broken files (one byte of the ``iloc``
box is enough), so no web worker ever hands it what a stranger sent. Started by
``kernel.pictures``; ends with TOO_LARGE when the picture has too many pixels.
"""

import io
import resource
import sys
from typing import BinaryIO

import pi_heif
from PIL import Image, ImageOps

TOO_LARGE = 3
MOST_MEMORY_BYTES = 3 * 1024**3
MOST_CPU_SECONDS = 20


def convert(source: BinaryIO, target: BinaryIO, most_pixels: int) -> int:
    """Write a HEIC photo upright as PNG with its colour profile alone; return the exit code."""
    pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
    # The bound is checked below, with an answer of its own.
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(source, formats=["HEIF"]) as opened:
        if opened.width * opened.height > most_pixels:
            return TOO_LARGE
        image = ImageOps.exif_transpose(opened)
        profile = opened.info.get("icc_profile")
        plain = image.convert("RGBA" if "A" in image.getbands() else "RGB")
        plain.info.clear()
        plain.save(target, "PNG", compress_level=0, icc_profile=profile)
    return 0


def main() -> int:
    """Convert stdin to stdout within bounds of memory and time."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_SECONDS, MOST_CPU_SECONDS))
    return convert(io.BytesIO(sys.stdin.buffer.read()), sys.stdout.buffer, int(sys.argv[1]))


if __name__ == "__main__":
    sys.exit(main())
