"""A page that is the same for every reader but for one secret, compressed beforehand.

The pieces around the places of the secret are compressed once, well, and each
reader's secret is put between them as it is. So an answer costs no compression,
and its length tells nothing about the secret.
"""

import struct
import zlib

_HEAD = bytes([0x1F, 0x8B, zlib.DEFLATED, 0, 0, 0, 0, 0, 2, 0xFF])
"""How gzip begins (RFC 1952): no name, no time, compressed as well as can be."""


class Pressed:
    """A page around the places of a secret, plain and compressed."""

    def __init__(self, page: str, place: str) -> None:
        self._plain = [piece.encode() for piece in page.split(place)]
        self._pressed = _press(self._plain)

    @property
    def has_places(self) -> bool:
        """Tell whether the page shows the secret at all."""
        return len(self._plain) > 1

    def plain(self, secret: str) -> bytes:
        """Return the page with the secret in its places."""
        return secret.encode().join(self._plain)

    def gzipped(self, secret: str) -> bytes:
        """Return the same as one gzip member."""
        page, between = self.plain(secret), _stored(secret.encode())
        end = struct.pack("<II", zlib.crc32(page), len(page))
        return _HEAD + between.join(self._pressed) + end


def _press(pieces: list[bytes]) -> list[bytes]:
    """Compress pieces so that other blocks fit between them."""
    deflate = zlib.compressobj(zlib.Z_BEST_COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS)
    # A full flush ends on a whole byte, and nothing later refers to what was before.
    done = [deflate.compress(piece) + deflate.flush(zlib.Z_FULL_FLUSH) for piece in pieces[:-1]]
    return [*done, deflate.compress(pieces[-1]) + deflate.flush(zlib.Z_FINISH)]


def _stored(data: bytes) -> bytes:
    """Return a block that is not compressed (RFC 1951, 3.2.4); it holds up to 65,535 bytes."""
    return struct.pack("<BHH", 0, len(data), len(data) ^ 0xFFFF) + data
