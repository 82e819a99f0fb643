"""Fruit of the province that the icon set lacks."""

import math

from assets.drawing import LEAF, LEAF_DARK, WOODEN, Colours, Sheet

RED: Colours = ("#ff9a8f", "#e5455a", "#a81c45")
PINK: Colours = ("#ffc0a8", "#f0766f", "#c43a5c")


def _skin(sheet: Sheet, x: float, y: float, r: float, colours: tuple[str, str]) -> None:
    """Draw the bumps of a lychee's skin, smaller towards the rim."""
    for ring, count in ((0.0, 1), (0.3, 6), (0.58, 11), (0.82, 15)):
        for step in range(count):
            turn = math.tau * step / count + ring * 2
            bx, by = x + r * ring * math.cos(turn), y + r * ring * math.sin(turn)
            size = r * 0.115 * (1.15 - ring * 0.75)
            sheet.disc(round(bx + 1, 1), round(by + 1.6, 1), size, size, colours[1])
            sheet.disc(round(bx, 1), round(by, 1), size * 0.72, size * 0.72, colours[0])


def _lychee(
    sheet: Sheet, at: tuple[float, float, float], colours: Colours, skin: tuple[str, str]
) -> None:
    x, y, r = at
    sheet.marks.append(
        f'<ellipse cx="{x}" cy="{y}" rx="{r}" ry="{r * 1.04}" fill="{sheet.paint(colours)}"/>'
    )
    sheet.marks.append('<g opacity=".5">')
    _skin(sheet, x, y, r, skin)
    sheet.marks.append("</g>")
    sheet.gloss(x - r * 0.36, y - r * 0.44, r * 0.3, r * 0.2, 0.6)


def _bunch(sheet: Sheet, colours: Colours, skin: tuple[str, str]) -> None:
    sheet.leaf((118, 58), 96, 200, LEAF_DARK)
    sheet.leaf((128, 56), 104, -14)
    for path in (
        "M132 30C130 60 100 70 84 112",
        "M132 30C134 70 140 80 136 130",
        "M132 34C150 60 176 74 182 104",
    ):
        sheet.line(path, WOODEN[1], 7)
    _lychee(sheet, (186, 132, 46), colours, skin)
    _lychee(sheet, (74, 142, 50), colours, skin)
    sheet.shade(126, 150, 30, 40)
    _lychee(sheet, (134, 180, 55), colours, skin)


def lychee(sheet: Sheet) -> None:
    """Draw three on a twig, ripe."""
    _bunch(sheet, RED, ("#ff8d86", "#8f1538"))


def lychee_early(sheet: Sheet) -> None:
    """Draw three on a twig, of an early sort: pink with a breath of green."""
    _bunch(sheet, ("#ffd9a0", "#f2867a", "#c8506a"), ("#ffcf9d", "#b0405c"))


def guava(sheet: Sheet) -> None:
    """Draw one whole, one cut open."""
    sheet.leaf((98, 50), 92, -22)
    sheet.line("M96 66C94 52 98 42 106 34", WOODEN[1], 7)
    sheet.ball(98, 134, 76, 80, ("#e6f7a0", "#a5d65c", "#4f9a45"))
    sheet.shade(156, 190, 50, 40, "#1f4d2d")
    sheet.ball(172, 172, 66, 66, ("#d6f08c", "#93c956", "#4a8f42"))
    sheet.disc(172, 172, 57, 57, "#fdf3e3")
    sheet.shape("M172 128a44 44 0 1 1-.1 0z", ("#ffd3cc", "#f59a9c", "#e87a86"))
    for step in range(12):
        turn = math.tau * step / 12
        x, y = 172 + 29 * math.cos(turn), 172 + 29 * math.sin(turn)
        sheet.disc(round(x, 1), round(y, 1), 4.4, 4.4, "#f7e2a6")
    for x, y in ((165, 165), (181, 168), (170, 182)):
        sheet.disc(x, y, 4.4, 4.4, "#f7e2a6")


def custard_apple(sheet: Sheet) -> None:
    """Draw a na: green knobs in rows."""
    sheet.leaf((132, 48), 84, -18, LEAF_DARK)
    sheet.line("M128 58C126 44 130 34 138 26", WOODEN[1], 8)
    outline = "M128 50C190 44 228 92 222 148C216 204 170 238 128 238C86 238 40 204 34 148C28 92 66 44 128 50z"
    sheet.shape(outline, ("#d7efa0", "#8fc463", "#3f8450"))
    knob = sheet.paint(("#e9f8bd", "#a6d476", "#4d9253"))
    marks = []
    for row in range(7):
        for column in range(-4, 5):
            x = 128 + column * 43 + (21.5 if row % 2 else 0)
            y = 62 + row * 31
            marks.append(
                f'<ellipse cx="{x}" cy="{y}" rx="22" ry="19" fill="{knob}" stroke="#3b7d4a" stroke-opacity=".45" stroke-width="2"/>'
            )
    sheet.within(outline, marks)
    sheet.within(
        outline,
        [
            '<ellipse cx="200" cy="210" rx="80" ry="70" fill="#1d5a45" opacity=".35" filter="url(#softer)"/>'
        ],
    )
    sheet.gloss(86, 96, 26, 16, 0.55)


def dragon_fruit(sheet: Sheet) -> None:
    """Draw half of a red-fleshed one before a whole one."""
    flame = ("#c9ec72", "#63b85a", "#e0447f")
    for path in (
        "M70 92C40 80 28 52 34 28C54 44 78 60 92 84z",
        "M112 70C104 44 116 22 136 12C142 36 142 56 136 76z",
        "M60 140C34 136 18 120 12 98C36 100 60 112 72 126z",
    ):
        sheet.shape(path, flame, down=True)
    sheet.ball(104, 138, 76, 82, ("#ff9bb8", "#ee3f83", "#a8175f"))
    for path in (
        "M96 132C76 124 62 108 62 88C82 92 100 108 106 124z",
        "M132 118C126 98 132 82 146 70C154 88 152 106 144 122z",
        "M92 186C70 184 54 174 46 158C66 154 88 164 98 176z",
    ):
        sheet.shape(path, ("#ff8fb2", "#c9366f", "#8fce63"), down=True)
    sheet.shade(164, 194, 52, 40)
    sheet.ball(176, 170, 66, 68, ("#ff86ac", "#e32f78", "#9c1258"))
    sheet.shape("M176 112a56 58 0 1 1-.1 0z", ("#e0509b", "#c02a7c", "#93145f"))
    for ring, count in ((12, 5), (27, 11), (42, 17)):
        for step in range(count):
            turn = math.tau * step / count + ring
            sheet.disc(
                round(176 + ring * math.cos(turn), 1),
                round(170 + ring * math.sin(turn), 1),
                2.9,
                3.6,
                "#3a0f2c",
            )
    sheet.gloss(152, 140, 18, 10, 0.4)


def pomelo(sheet: Sheet) -> None:
    """Draw a pomelo with two segments."""
    sheet.leaf((112, 46), 92, -24, LEAF_DARK)
    sheet.line("M108 52C106 42 110 34 116 28", WOODEN[1], 8)
    sheet.shape(
        "M108 44C132 44 138 66 156 84C194 120 196 178 160 208C128 234 80 232 50 206C18 176 22 120 60 84C78 66 84 44 108 44z",
        ("#fff3a6", "#e3d455", "#9aac3a"),
    )
    sheet.gloss(76, 106, 24, 15, 0.55)
    sheet.shade(170, 196, 54, 40, "#6b5a10")
    for x, turn in ((150, 0), (196, 18)):
        sheet.marks.append(f'<g transform="rotate({turn} {x} 190)">')
        sheet.shape(
            f"M{x - 26} 234C{x - 50} 196 {x - 40} 146 {x} 128C{x + 40} 146 {x + 50} 196 {x + 26} 234C{x + 10} 244 {x - 10} 244 {x - 26} 234z",
            ("#fffdf2", "#f6ecc9"),
            down=True,
        )
        sheet.shape(
            f"M{x - 20} 226C{x - 40} 194 {x - 32} 156 {x} 140C{x + 32} 156 {x + 40} 194 {x + 20} 226C{x + 8} 234 {x - 8} 234 {x - 20} 226z",
            ("#ffd2c4", "#f58f86", "#e0636e"),
        )
        for dx in (-12, 0, 12):
            sheet.line(
                f"M{x + dx} 220C{x + dx * 1.6} 200 {x + dx} 172 {x + dx * 0.3} 154",
                "#fff",
                2.4,
                0.5,
            )
        sheet.marks.append("</g>")


def longan(sheet: Sheet) -> None:
    """Draw a bunch, one opened."""
    sheet.leaf((124, 56), 92, -20, LEAF_DARK)
    sheet.leaf((116, 58), 84, 206)
    for path in (
        "M120 28C120 60 84 80 70 100",
        "M120 28C124 70 124 80 122 104",
        "M120 28C140 60 170 74 180 96",
    ):
        sheet.line(path, WOODEN[1], 6)
    tan: Colours = ("#f7dfae", "#d6a661", "#96662f")
    for x, y, r in ((70, 124, 40), (184, 122, 40), (124, 118, 40), (96, 182, 44)):
        sheet.ball(x, y, r, r, tan)
    sheet.shade(160, 196, 36, 30)
    sheet.ball(170, 184, 48, 48, tan)
    sheet.shape(
        "M126 176C140 158 158 176 172 160C188 150 206 168 214 172C222 190 206 232 170 232C138 232 122 206 126 176z",
        ("#ffffff", "#f3f0ea", "#d5d0cc"),
    )
    sheet.ball(172, 198, 18, 18, ("#8b5a49", "#43221f", "#1f0f12"))


def jackfruit(sheet: Sheet) -> None:
    """Draw a cut half with its golden pods."""
    sheet.shape(
        "M118 20C186 20 226 76 220 144C214 208 170 240 124 238C70 236 34 190 38 128C42 64 74 20 118 20z",
        ("#d4df83", "#96ab49", "#5b7a36"),
    )
    for row in range(12):
        for column in range(10):
            x, y = 30 + column * 22 + (11 if row % 2 else 0), 28 + row * 18
            if ((x - 128) / 90) ** 2 + ((y - 130) / 106) ** 2 < 1:
                sheet.disc(x, y, 5, 4, "#e3eb9b")
    sheet.shape(
        "M136 48C186 50 206 98 200 146C194 194 164 218 132 214C98 210 84 172 88 128C92 82 106 48 136 48z",
        ("#fff6d8", "#f2dfa0"),
        down=True,
    )
    for x, y, turn in (
        (126, 88, -20),
        (164, 92, 20),
        (116, 128, -8),
        (152, 134, 6),
        (180, 136, 22),
        (124, 172, 14),
        (160, 178, -12),
    ):
        sheet.marks.append(f'<g transform="rotate({turn} {x} {y})">')
        sheet.ball(x, y, 17, 24, ("#ffe27a", "#f5b52c", "#cf7a1d"))
        sheet.marks.append("</g>")


def persimmon(sheet: Sheet) -> None:
    """Draw a flat orange fruit with its four-leaved cap."""
    sheet.ball(128, 144, 98, 86, ("#ffc56b", "#f58a2b", "#c84a1c"))
    sheet.gloss(88, 110, 28, 16)
    for turn in (8, 98, 188, 278):
        sheet.leaf((128, 82), 58, turn, LEAF_DARK)
    sheet.line("M128 82C126 66 130 56 138 48", WOODEN[1], 10)


def papaya(sheet: Sheet) -> None:
    """Draw cut along: orange flesh, black seeds."""
    sheet.marks.append('<g transform="rotate(28 128 128)">')
    sheet.shape(
        "M128 14C160 14 170 60 190 110C214 172 184 244 128 244C72 244 42 172 66 110C86 60 96 14 128 14z",
        ("#ffd76b", "#f2a33a", "#5da050"),
    )
    sheet.shape(
        "M128 32C152 32 158 72 174 116C192 170 170 226 128 226C86 226 64 170 82 116C98 72 104 32 128 32z",
        ("#ffb56b", "#ff8a4c", "#e8613a"),
    )
    sheet.shape(
        "M128 106C146 106 156 140 154 166C152 194 140 204 128 204C116 204 104 194 102 166C100 140 110 106 128 106z",
        ("#c94a30", "#e8703e"),
        down=True,
    )
    for x, y in (
        (128, 124),
        (119, 140),
        (137, 142),
        (128, 156),
        (114, 164),
        (142, 164),
        (121, 180),
        (136, 180),
        (128, 194),
    ):
        sheet.ball(x, y, 7, 7, ("#8d7f8a", "#3a2f3b", "#161018"))
    sheet.marks.append("</g>")


def jujube(sheet: Sheet) -> None:
    """Draw three green jujubes."""
    sheet.leaf((120, 70), 90, -24, LEAF)
    sheet.line("M124 100C120 70 126 50 136 38", WOODEN[1], 7)
    for x, y, r in ((78, 138, 50), (180, 134, 48), (130, 178, 54)):
        sheet.ball(x, y, r, r * 1.08, ("#eaf6a4", "#b4d862", "#6ca03e"))


def orange_mandarin(sheet: Sheet) -> None:
    """Draw two mandarins, one with a leaf."""
    sheet.ball(170, 158, 66, 60, ("#ffc46a", "#f5872a", "#cf4f17"))
    sheet.shade(120, 180, 40, 40)
    sheet.ball(98, 148, 76, 68, ("#ffd27a", "#fb9530", "#d85c1a"))
    sheet.leaf((98, 84), 66, -30, LEAF_DARK)
    sheet.line("M98 92C97 84 100 76 104 72", WOODEN[1], 7)


def dried_fruit(sheet: Sheet) -> None:
    """Draw a paper tray of dried lychees."""
    for x, y in ((78, 112), (122, 98), (168, 108), (98, 134), (146, 132), (188, 136), (62, 142)):
        sheet.ball(x, y, 29, 25, ("#c98a5f", "#8a4a34", "#4f2420"))
        sheet.line(f"M{x - 12} {y - 4}q8 -10 20 -6", "#e2b187", 3, 0.5)
    sheet.shape(
        "M28 142H228L204 222C202 230 194 234 186 234H70C62 234 54 230 52 222z",
        ("#f6dfb4", "#dcb276", "#b98449"),
        down=True,
    )
    sheet.disc(128, 190, 30, 24, "#fdf6e3")
    sheet.ball(128, 190, 15, 15, RED)


SCENES = {
    "lychee": lychee,
    "lychee-early": lychee_early,
    "guava": guava,
    "custard-apple": custard_apple,
    "dragon-fruit": dragon_fruit,
    "pomelo": pomelo,
    "longan": longan,
    "jackfruit": jackfruit,
    "persimmon": persimmon,
    "papaya": papaya,
    "jujube": jujube,
    "mandarin": orange_mandarin,
    "dried-fruit": dried_fruit,
}
