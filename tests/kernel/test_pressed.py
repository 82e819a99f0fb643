"""A page compressed beforehand unpacks to the page with its secret, in every decoder."""

import gzip
import shutil
import subprocess
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.web.pressed import Pressed

PLACE = "@place@"


@given(
    pieces=st.lists(st.text(st.characters(exclude_characters="@", exclude_categories=["Cs"]))),
    secret=st.text("abcXYZ019-_.", max_size=200),
)
def test_what_is_unpacked_is_the_plain_page(pieces, secret):
    page = PLACE.join(pieces)
    pressed = Pressed(page, PLACE)
    expected = page.replace(PLACE, secret).encode()
    assert pressed.has_places == (len(pieces) > 1)
    assert pressed.plain(secret) == expected
    assert gzip.decompress(pressed.gzipped(secret)) == expected


def test_one_page_serves_many_secrets():
    pressed = Pressed(f"<p>{'vải ' * 500}{PLACE}{'vải ' * 500}{PLACE}</p>", PLACE)
    for secret in ("one", "another and longer", ""):
        assert gzip.decompress(pressed.gzipped(secret)) == pressed.plain(secret)


def test_it_is_one_gzip_member_with_nothing_after_it():
    decoder = zlib.decompressobj(16 + zlib.MAX_WBITS)
    pressed = Pressed(f"a{PLACE}b", PLACE)
    assert decoder.decompress(pressed.gzipped("x")) == b"axb"
    assert decoder.eof
    assert decoder.unused_data == b""


@pytest.mark.skipif(not shutil.which("gzip"), reason="no gzip program")
def test_another_decoder_agrees():
    pressed = Pressed(f"trước {PLACE} giữa {PLACE} sau" * 100, PLACE)
    done = subprocess.run(
        ["gzip", "-dc"], input=pressed.gzipped("s" * 90), capture_output=True, check=True
    )
    assert done.stdout == pressed.plain("s" * 90)


def test_the_length_tells_nothing_about_the_secret():
    pressed = Pressed(f"<b>token-of-the-page {PLACE}</b>", PLACE)
    assert len(pressed.gzipped("token-of-the-page")) == len(pressed.gzipped("q8Zx-Lm2_0vK.t4Rb"))
