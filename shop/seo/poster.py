"""The picture that stands beside a shared link: 1200 x 630, drawn out of what the page shows.

Pure but for the files of letters and art that the build put down.
"""

import hashlib
import io
import json
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

from kernel.text import nfc

WIDTH, HEIGHT = 1200, 630
FONTS = Path(__file__).parents[2] / "build" / "fonts"
BOLD, PLAIN = "BeVietnamPro_700Bold.ttf", "BeVietnamPro_500Medium.ttf"
# Another way to draw makes other pictures: their addresses change with it.
_DRAWN = 2

_INK, _SOFT, _LEAF, _CARD = "#1f2d26", "#5c6a62", "#1f4d2d", "#ffffff"
# Ground from the upper left to the lower right, and the ground of the picture.
_TINTS = {
    "sun": ("#fdf6e3", "#fbe7b4", "#fdf1d3"),
    "blush": ("#fdf1ee", "#f7d3d3", "#fbe6e6"),
    "leaf": ("#f2f8ef", "#cfe4cb", "#e6f0e4"),
    "sky": ("#eff7f9", "#c8e0e8", "#e2eff3"),
    "lilac": ("#f5f1fa", "#d9cdea", "#e9e2f3"),
}
_EDGE, _PICTURE, _GAP = 64, 470, 56
# How large the letters of a title may be in so many lines: few lines before large letters.
_SIZES = ((2, (66, 60, 56)), (3, (66, 60, 54, 48)), (4, (48, 42)))
_MOST_LINES, _LINE = 4, 1.22


@dataclass(frozen=True)
class Poster:
    """What is drawn; ``picture`` is the content of a photo or of a piece of art."""

    title: str
    who: str = ""
    price: str = ""
    brand: str = ""
    tint: str = "sun"
    is_photo: bool = False
    # Names the picture: two contents never share a name.
    picture_name: str = ""
    picture: bytes = field(default=b"", repr=False)

    @property
    def digest(self) -> str:
        """Return what changes whenever the drawing does."""
        facts = {name: value for name, value in asdict(self).items() if name != "picture"}
        told = json.dumps([_DRAWN, facts], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:24]


def can_draw() -> bool:
    """Tell whether the letters are there: before the first build they are not."""
    return (FONTS / BOLD).exists() and (FONTS / PLAIN).exists()


def draw(poster: Poster) -> bytes:
    """Return the picture as JPEG."""
    first, last, ground = _TINTS.get(poster.tint, _TINTS["sun"])
    image = _gradient(first, last)
    _put_picture(image, poster, ground)
    pen = ImageDraw.Draw(image)
    _write(pen, poster)
    _put_brand(image, pen, poster.brand)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=86, optimize=True, progressive=True)
    return file.getvalue()


def wrap(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """Break a text into lines no wider than ``width``: between words, else inside of one."""
    lines = [""]
    for word in nfc(text).split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width:
            lines[-1] = longer
            continue
        lines += [] if lines == [""] else [""]
        for letter in word:
            if lines[-1] and font.getlength(lines[-1] + letter) > width:
                lines.append("")
            lines[-1] += letter
    return lines


def balanced(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """Break a text into as few lines as `wrap` does, but of about the same length."""
    lines = wrap(text, font, width)
    low, high = width // 2, width
    while high - low > 4:
        middle = (low + high) // 2
        low, high = (low, middle) if len(wrap(text, font, middle)) <= len(lines) else (middle, high)
    # Too narrow a room would break words.
    even = wrap(text, font, high)
    return even if sum(map(len, even)) + len(even) == sum(map(len, lines)) + len(lines) else lines


def fit(text: str, width: int) -> tuple[list[str], ImageFont.FreeTypeFont]:
    """Return a title in at most four lines, and the largest letters in which it has them.

    What is too long for the smallest letters is cut at the end.
    """
    font, lines = letters(BOLD, _SIZES[-1][1][-1]), [""]
    for most, sizes in _SIZES:
        for size in sizes:
            font = letters(BOLD, size)
            lines = wrap(text, font, width)
            if len(lines) <= most:
                return balanced(text, font, width), font
    last = lines[_MOST_LINES - 1]
    while last and font.getlength(last + "…") > width:
        last = last[:-1]
    return [*lines[: _MOST_LINES - 1], last.rstrip() + "…"], font


@lru_cache(maxsize=16)
def letters(name: str, size: int) -> ImageFont.FreeTypeFont:
    """Return the letters of a file in a size."""
    return ImageFont.truetype(str(FONTS / name), size)


def _write(pen: ImageDraw.ImageDraw, poster: Poster) -> None:
    """Write title, seller and price beside the picture, in the middle of the height."""
    width = WIDTH - 2 * _EDGE - (_PICTURE + _GAP if poster.picture else 0)
    lines, font = fit(poster.title, width)
    step = round(font.size * _LINE)
    who = balanced(poster.who, letters(PLAIN, 30), width)[:2] if poster.who else []
    tall = step * len(lines) + (18 + 40 * len(who) if who else 0) + (94 if poster.price else 0)
    y = max(_EDGE, (HEIGHT - 96 - tall) // 2 + 8)
    for line in lines:
        pen.text((_EDGE, y), line, _INK, font)
        y += step
    y += 18
    for line in who:
        pen.text((_EDGE, y), line, _SOFT, letters(PLAIN, 30))
        y += 40
    if poster.price:
        _put_price(pen, poster.price, y + 18)


def _put_price(pen: ImageDraw.ImageDraw, price: str, y: int) -> None:
    font = letters(BOLD, 36)
    width = round(font.getlength(price))
    pen.rounded_rectangle((_EDGE, y, _EDGE + width + 52, y + 68), 34, _LEAF)
    pen.text((_EDGE + 26, y + 34), price, _CARD, font, anchor="lm")


def _put_picture(image: Image.Image, poster: Poster, ground: str) -> None:
    if not poster.picture:
        return
    box = (WIDTH - _EDGE - _PICTURE, (HEIGHT - _PICTURE) // 2)
    size = (_PICTURE, _PICTURE)
    with Image.open(io.BytesIO(poster.picture), formats=["WEBP", "JPEG"]) as found:
        if poster.is_photo:
            tile = ImageOps.fit(found.convert("RGB"), size, Image.Resampling.LANCZOS)
        else:
            tile = Image.new("RGB", size, _mixed(ground, _CARD, 0.45))
            art = ImageOps.contain(found.convert("RGBA"), (380, 380), Image.Resampling.LANCZOS)
            tile.paste(art, ((_PICTURE - art.width) // 2, (_PICTURE - art.height) // 2), art)
    image.paste(tile, box, _rounded(size, 44))


def _put_brand(image: Image.Image, pen: ImageDraw.ImageDraw, brand: str) -> None:
    mark = _mark(56)
    top = HEIGHT - _EDGE - mark.height + 12
    image.paste(mark, (_EDGE, top), mark)
    pen.text((_EDGE + 74, top + 28), brand, _LEAF, letters(BOLD, 30), anchor="lm")


@lru_cache(maxsize=2)
def _mark(size: int) -> Image.Image:
    """Draw the market's mark (assets/mark.svg, 64 x 64) four times as large, then smaller."""
    scale = size * 4 / 64
    mark = Image.new("RGBA", (size * 4, size * 4))
    pen = ImageDraw.Draw(mark)

    def spot(x: float, y: float, radius: float, colour: str) -> None:
        box = [scale * side for side in (x - radius, y - radius, x + radius, y + radius)]
        pen.ellipse(box, colour)

    def path(*points: tuple[float, float]) -> list[tuple[float, float]]:
        return [(x * scale, y * scale) for x, y in points]

    pen.rounded_rectangle((0, 0, size * 4 - 1, size * 4 - 1), 16 * scale, _LEAF)
    leaf = ((32, 12), (38, 12.6), (43.5, 15), (49, 20), (43, 23.4), (37.5, 24), (32, 22))
    pen.polygon(path(*leaf), "#9ccb5a")
    for stem in (((32, 14), (30.5, 19), (23, 29)), ((33, 20), (36, 25.5), (42, 31))):
        pen.line(path(*stem), "#9ccb5a", round(3 * scale), joint="curve")
    spot(22, 40, 12, "#e0556d")
    spot(43, 41, 11, "#bf2f4b")
    spot(18, 36, 3, "#f6b3be")
    spot(39.5, 37.5, 2.6, "#e98a9b")
    return mark.resize((size, size), Image.Resampling.LANCZOS)


def _gradient(first: str, last: str) -> Image.Image:
    """Return the ground, from one colour at the upper left to another at the lower right."""
    slope = Image.linear_gradient("L").resize((WIDTH, HEIGHT))
    across = Image.linear_gradient("L").rotate(90).resize((WIDTH, HEIGHT))
    mask = Image.blend(slope, across, 0.6)
    ground = Image.new("RGB", (WIDTH, HEIGHT), first)
    ground.paste(Image.new("RGB", (WIDTH, HEIGHT), last), mask=mask)
    return ground


def _rounded(size: tuple[int, int], radius: int) -> Image.Image:
    large = Image.new("L", (size[0] * 2, size[1] * 2))
    box = (0, 0, size[0] * 2 - 1, size[1] * 2 - 1)
    ImageDraw.Draw(large).rounded_rectangle(box, radius * 2, 255)
    return large.resize(size, Image.Resampling.LANCZOS)


def _mixed(one: str, other: str, part: float) -> str:
    pairs = [(int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)
