"""Animals, crafts and days out."""

import math

from assets.drawing import LEAF_DARK, Colours, Sheet
from assets.scenes_fruit import RED

WHITE: Colours = ("#ffffff", "#f1f2f4", "#c3cbd6")
BLUE = "#2f5fa8"


def ruoi(sheet: Sheet) -> None:
    """Draw a tray of palolo worms with dill and mandarin peel: the autumn tide."""
    sheet.shape(
        "M20 116L236 116L212 216C210 228 200 236 188 236H68C56 236 46 228 44 216z",
        ("#e8f4f8", "#a9cbd8", "#6f9db2"),
        down=True,
    )
    sheet.disc(128, 118, 108, 38, "#f3fafc")
    sheet.disc(128, 118, 96, 30, "#3f7f8c")
    paints = [
        sheet.paint(c)
        for c in (
            ("#ff9d86", "#d8503f", "#8f2f2c"),
            ("#b7d98a", "#6a9a4a", "#3c6a3a"),
            ("#f3c27a", "#c9823a", "#84501f"),
        )
    ]
    for at in range(15):
        x, y = 52 + (at * 37) % 150, 100 + (at * 17) % 32
        bend = 16 if at % 2 else -16
        path = f"M{x - 24} {y}q14 {-bend} 26 0t26 0"
        sheet.marks.append(
            f'<path d="{path}" fill="none" stroke="{paints[at % 3]}" stroke-width="10" stroke-linecap="round"/>'
        )
        sheet.line(f"M{x - 22} {y - 3}q14 {-bend} 26 0", "#fff", 2.4, 0.35)
    sheet.leaf((150, 96), 74, -40, LEAF_DARK)
    sheet.leaf((150, 98), 60, -76)
    sheet.ball(190, 190, 30, 27, ("#ffc46a", "#f5872a", "#cf4f17"))


def pottery(sheet: Sheet) -> None:
    """Draw a blue and white vase of Chu Đậu."""
    body = "M104 20H152C150 44 146 56 156 70C198 92 216 130 204 174C196 208 178 226 172 240H84C78 226 60 208 52 174C40 130 58 92 100 70C110 56 106 44 104 20z"
    sheet.shape(body, WHITE)
    sheet.within(body, [
        f'<path d="M40 98H216M40 104H216M40 206H216M96 34H160M96 62H160" stroke="{BLUE}" stroke-width="4.500" fill="none"/>',
        f'<path d="M56 224q9 -14 18 0t18 0 18 0 18 0 18 0 18 0 18 0 18 0" stroke="{BLUE}" stroke-width="4.500" fill="none"/>',
        '<ellipse cx="206" cy="190" rx="52" ry="70" fill="#3b4a7a" opacity=".28" filter="url(#softer)"/>',
    ])  # fmt: skip
    for turn in range(0, 360, 60):
        sheet.marks.append(
            f'<g transform="rotate({turn} 128 154)"><path d="M128 150C112 140 114 122 128 116C142 122 144 140 128 150z" fill="{BLUE}" opacity=".85"/></g>'
        )
    sheet.disc(128, 154, 8, 8, "#f3c55a")
    sheet.line("M78 182C88 166 86 148 78 134M178 182C168 166 170 148 178 134", BLUE, 5)
    sheet.disc(128, 20, 24, 6, "#dfe5ee")
    sheet.gloss(86, 120, 22, 12, 0.95)


def pottery_class(sheet: Sheet) -> None:
    """Draw clay on the wheel."""
    sheet.disc(128, 202, 104, 34, "#6b4a3a")
    sheet.disc(128, 192, 104, 34, "#a87f5f")
    sheet.disc(128, 190, 86, 26, "#8a6248")
    sheet.shape(
        "M70 96C70 84 186 84 186 96C182 124 204 140 196 168C190 192 160 200 128 200C96 200 66 192 60 168C52 140 74 124 70 96z",
        ("#f0c3a0", "#c98560", "#8a4f3c"),
    )
    sheet.disc(128, 96, 58, 16, "#e6b08a")
    sheet.disc(128, 98, 46, 11, "#7a4636")
    for y in (122, 142, 162):
        sheet.line(
            f"M{70 - (y - 122) * 0.1} {y}C96 {y + 12} 160 {y + 12} {188 + (y - 122) * 0.1} {y}",
            "#8a4f3c",
            3.5,
            0.45,
        )
    sheet.gloss(90, 132, 16, 14, 0.5)


def incense(sheet: Sheet) -> None:
    """Draw a fanned bundle of incense sticks."""
    for at in range(-8, 9):
        x = 128 + at * 11.5
        y = 30 + abs(at) * 5
        sheet.line(f"M{128 + at * 2.4} 168L{x} {y + 62}", "#d8a55a", 5)
        sheet.line(
            f"M{128 + at * 7.6} {104 + abs(at) * 3}L{x} {y}", "#a3283f" if at % 2 else "#c93e55", 8
        )
        sheet.disc(x, y, 4, 4, "#ffcf7a")
    sheet.line("M112 176L128 240M144 176L128 240M128 172V242", "#d8a55a", 9)
    sheet.shape(
        "M102 150C116 160 140 160 154 150L150 190C140 198 116 198 106 190z",
        ("#f6cf62", "#d69a2c", "#a86c1c"),
        down=True,
    )


def embroidery(sheet: Sheet) -> None:
    """Draw a hoop with a lotus, the needle in it."""
    sheet.disc(122, 136, 100, 100, "#a87745")
    sheet.marks.append(
        f'<circle cx="120" cy="132" r="98" fill="{sheet.paint(("#e9c18c", "#c4905a", "#8f6239"))}"/>'
    )
    sheet.disc(120, 132, 82, 82, "#fffaf0")
    for turn, length in ((-90, 62), (-122, 56), (-58, 56), (-150, 50), (-30, 50)):
        sheet.leaf((120, 160), length, turn, ("#ffd0dc", "#f08aa6", "#d2557f"))
    sheet.leaf((112, 168), 56, 168, LEAF_DARK)
    sheet.leaf((128, 168), 56, 12)
    sheet.line("M120 162C122 180 118 192 120 206", "#3d9a55", 6)
    sheet.line("M150 108L226 26", "#aab6c4", 8)
    sheet.line("M152 104L224 27", "#f0f4f8", 3)
    sheet.line("M222 32C246 60 214 96 232 128C240 146 226 160 214 150", "#d2557f", 4)


def lychee_picking(sheet: Sheet) -> None:
    """Draw a bamboo basket full of lychees."""
    for x, y in (
        (66, 112),
        (190, 112),
        (96, 92),
        (160, 92),
        (128, 84),
        (80, 130),
        (176, 130),
        (110, 120),
        (148, 120),
    ):
        sheet.ball(x, y, 27, 27, RED)
        for dx, dy in ((-6, 2), (6, -4), (4, 9), (-10, -8), (12, 6), (-2, -14)):
            sheet.disc(x + dx, y + dy, 2.6, 2.6, "#8f1538")
    sheet.leaf((110, 84), 84, 212, LEAF_DARK)
    sheet.leaf((140, 78), 88, -34)
    sheet.shape(
        "M30 132H226L204 224C200 236 190 242 178 242H78C66 242 56 236 52 224z",
        ("#f2cf8c", "#c9944e", "#8a5d33"),
    )
    for at in range(6):
        sheet.line(f"M{38 + at * 3} {154 + at * 17}H{218 - at * 3}", "#8a5d33", 3.5, 0.45)
    for at in range(9):
        sheet.line(f"M{46 + at * 20.5} 140L{64 + at * 16} 238", "#fff0c8", 3.5, 0.4)
    sheet.line("M30 134H226", "#a8743e", 13)
    sheet.line("M32 131H222", "#f4d79c", 4)


def stork(sheet: Sheet) -> None:
    """Draw a white stork on one leg in the lake."""
    sheet.shape(
        "M20 216C70 196 186 196 236 216C224 240 32 240 20 216z",
        ("#a9dcec", "#4f9dbd", "#2f6f93"),
        down=True,
    )
    sheet.line("M132 160L128 216M150 158L162 186L150 208", "#e08a3a", 7)
    sheet.shape(
        "M64 118C92 86 160 92 196 132C214 150 224 164 232 184C196 178 168 178 138 172C96 166 62 150 64 118z",
        WHITE,
    )
    sheet.shape(
        "M126 116C160 116 196 146 234 186C196 186 150 172 126 146z",
        ("#eef1f6", "#b9c4d4", "#5e6b80"),
        down=True,
    )
    sheet.line("M84 130C64 108 66 84 90 70C104 60 104 46 92 40", "#ffffff", 19)
    sheet.line("M90 128C74 108 74 90 94 76", "#d7deE8".lower(), 6)
    sheet.ball(86, 40, 17, 15, WHITE)
    sheet.shape("M74 34L18 50L74 50z", ("#ffc46a", "#ef8a2e"), down=True)
    sheet.disc(82, 37, 3.4, 3.4, "#1f2d26")
    for x, turn in ((36, -100), (50, -80), (210, -86)):
        sheet.leaf((x, 222), 64, turn, LEAF_DARK)
    sheet.line("M98 224H150M170 230H200", "#e6f7fc", 4, 0.7)


def pagoda(sheet: Sheet) -> None:
    """Draw a temple with a curved tile roof and a banyan leaf."""
    tile: Colours = ("#e8735a", "#b9402f", "#7a2326")
    sheet.shape("M40 214H216V238H40z", ("#d7c9ae", "#a8987a"), down=True)
    sheet.shape("M66 140H190V216H66z", ("#fff0cf", "#edcf94"), down=True)
    for x in (70, 104, 142, 176):
        sheet.shape(f"M{x} 138H{x + 11}V216H{x}z", ("#a85a3c", "#6b3325"), down=True)
    sheet.shape("M114 160H142V216H114z", ("#5d3326", "#2f1a17"), down=True)
    sheet.shape(
        "M14 128C46 126 66 112 82 92H174C190 112 210 126 242 128C238 146 214 152 190 150H66C42 152 18 146 14 128z",
        tile,
    )
    sheet.line(
        "M22 132C60 132 80 118 92 98M234 132C196 132 176 118 164 98M112 146L116 98M144 146L140 98",
        "#7a2326",
        3.5,
        0.5,
    )
    sheet.shape("M96 72H160V94H96z", ("#fff0cf", "#edcf94"), down=True)
    sheet.shape(
        "M50 66C76 64 92 50 104 30H152C164 50 180 64 206 66C202 80 186 84 168 82H88C70 84 54 80 50 66z",
        tile,
    )
    sheet.shape("M102 22C118 30 138 30 154 22L150 38H106z", ("#f6cf62", "#c78f2a"), down=True)
    sheet.gloss(84, 112, 20, 8, 0.5)


def temple(sheet: Sheet) -> None:
    """Draw a stone gate with three arches."""
    stone: Colours = ("#fbead0", "#dcb98a", "#a87c55")
    sheet.shape("M24 106H232V238H24z", stone)
    for x, y, w in ((46, 150, 40), (104, 128, 48), (170, 150, 40)):
        sheet.shape(
            f"M{x} 238V{y + w / 2}A{w / 2} {w / 2} 0 0 1 {x + w} {y + w / 2}V238z",
            ("#6b3a2c", "#3a1d1b"),
            down=True,
        )
    roof: Colours = ("#e8735a", "#b9402f", "#7a2326")
    sheet.shape(
        "M8 106C28 104 34 94 40 84H216C222 94 228 104 248 106C246 120 234 122 224 120H32C22 122 10 120 8 106z",
        roof,
    )
    sheet.shape("M84 50H172V84H84z", stone)
    sheet.shape(
        "M60 52C80 50 88 38 94 24H162C168 38 176 50 196 52C194 64 182 66 172 64H84C74 66 62 64 60 52z",
        roof,
    )
    sheet.disc(128, 72, 10, 7, "#bf2f4b")


def puppet(sheet: Sheet) -> None:
    """Draw a water puppet: chú Tễu, smiling, in the pond."""
    skin: Colours = ("#ffd9b8", "#f0a97e", "#c4724f")
    sheet.shape("M74 150C84 120 172 120 182 150L200 214H56z", ("#ff8a70", "#cf3b3f", "#8f1f36"))
    sheet.shape("M104 130H152L140 186H116z", ("#f8d886", "#dca23a"), down=True)
    sheet.line("M78 152C50 158 42 130 54 108", "#f0a97e", 20)
    sheet.line("M178 152C206 158 214 130 202 108", "#f0a97e", 20)
    sheet.ball(128, 88, 54, 56, skin)
    sheet.shape(
        "M80 66C80 30 176 30 176 66C150 54 106 54 80 66z", ("#4a3a44", "#221a22"), down=True
    )
    sheet.ball(128, 28, 17, 16, ("#5a4854", "#2a2029", "#171117"))
    sheet.line("M98 80q9 -9 18 0M140 80q9 -9 18 0", "#3a2229", 5)
    sheet.shape(
        "M102 104C118 112 138 112 154 104C150 130 106 130 102 104z",
        ("#b02a40", "#7a1830"),
        down=True,
    )
    sheet.line("M108 107C120 112 136 112 148 107", "#fff", 5)
    sheet.disc(92, 100, 9, 6, "#f08a78")
    sheet.disc(164, 100, 9, 6, "#f08a78")
    sheet.shape(
        "M14 206q19 -16 38 0t38 0 38 0 38 0 38 0 38 0V232C200 246 56 246 14 232z",
        ("#a9dcec", "#4f9dbd", "#2f6f93"),
        down=True,
    )
    sheet.line("M40 226H92M150 230H206", "#e6f7fc", 4, 0.7)


def farm_visit(sheet: Sheet) -> None:
    """Draw a walk through the field: rows, sun and a hat."""
    sheet.ball(190, 66, 40, 40, ("#fff0a8", "#fbc63d", "#ee9420"))
    sheet.shape(
        "M10 150C70 112 186 112 246 150V222C246 234 236 240 226 240H30C20 240 10 234 10 222z",
        ("#c6e88a", "#6fb556", "#2f7a45"),
    )
    for at in range(-3, 4):
        sheet.line(f"M{128 + at * 18} 132L{128 + at * 46} 240", "#2f7a45", 6, 0.55)
    for x, y in ((60, 176), (196, 176), (92, 206), (164, 206), (128, 178)):
        for turn in (-130, -90, -50):
            sheet.leaf((x, y), 30, turn)
    sheet.shape(
        "M38 120C60 96 78 74 96 62C114 74 132 96 154 120C130 134 62 134 38 120z",
        ("#fff0c4", "#e8c47c", "#b98a48"),
    )
    for turn in range(5):
        sheet.line(f"M{60 + turn * 18} {112 + math.sin(turn) * 4}L96 66", "#b98a48", 2.5, 0.4)


def hat(sheet: Sheet) -> None:
    """Draw a conical leaf hat."""
    sheet.shape(
        "M12 190C60 130 100 70 128 38C156 70 196 130 244 190C210 226 46 226 12 190z",
        ("#fff6da", "#efd49a", "#b98f52"),
    )
    for at in range(6):
        half, y = 22 + at * 19, 74 + at * 25
        sheet.line(
            f"M{128 - half} {y}C{128 - half * 0.5} {y + 16} {128 + half * 0.5} {y + 16} {128 + half} {y}",
            "#b98f52",
            2.6,
            0.5,
        )
    sheet.line("M60 200C70 250 150 252 176 204", "#e4769a", 8)
    sheet.gloss(104, 112, 22, 12, 0.6)


SCENES = {
    "ruoi": ruoi,
    "pottery": pottery,
    "pottery-class": pottery_class,
    "incense": incense,
    "embroidery": embroidery,
    "lychee-picking": lychee_picking,
    "stork": stork,
    "pagoda": pagoda,
    "temple": temple,
    "puppet": puppet,
    "farm-visit": farm_visit,
    "hat": hat,
}
