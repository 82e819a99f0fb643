"""Vegetables, rice and what is made of them."""

from assets.drawing import LEAF, LEAF_DARK, Colours, Sheet

PURPLE: Colours = ("#e9a6c8", "#b3527f", "#6d2457")
SACK: Colours = ("#fff3d8", "#ecd2a0", "#c59c63")
GLASS: Colours = ("#ffd98a", "#d98a2e", "#8f4a1c")


def _bulb(sheet: Sheet, at: tuple[float, float, float], colours: Colours) -> None:
    x, y, r = at
    sheet.shape(
        f"M{x} {y - r * 1.75}C{x + r * 0.12} {y - r * 1.1} {x + r} {y - r * 0.8} {x + r} {y}"
        f"C{x + r} {y + r * 0.75} {x + r * 0.45} {y + r} {x} {y + r}"
        f"C{x - r * 0.45} {y + r} {x - r} {y + r * 0.75} {x - r} {y}"
        f"C{x - r} {y - r * 0.8} {x - r * 0.12} {y - r * 1.1} {x} {y - r * 1.75}z",
        colours,
    )
    for bend in (-0.55, 0, 0.55):
        sheet.line(
            f"M{x} {y - r * 1.1}C{x + r * bend * 1.5} {y - r * 0.5} {x + r * bend * 1.5} {y + r * 0.5} {x + r * bend * 0.3} {y + r * 0.9}",
            "#fff", 2.5, 0.28,
        )  # fmt: skip
    sheet.gloss(x - r * 0.4, y - r * 0.3, r * 0.28, r * 0.18)
    for dx in (-8, -2, 5):
        sheet.line(f"M{x + dx * 0.6} {y + r}l{dx} 12", "#d8b98f", 3)


def shallot(sheet: Sheet) -> None:
    """Draw three purple onions of Kinh Môn."""
    _bulb(sheet, (76, 140, 50), PURPLE)
    _bulb(sheet, (182, 138, 48), PURPLE)
    sheet.shade(130, 170, 40, 40)
    _bulb(sheet, (130, 176, 56), ("#f3b6d2", "#c2608d", "#7a2a60"))


def spring_onion(sheet: Sheet) -> None:
    """Draw a bunch tied with a string."""
    for top, bend in ((70, -30), (100, -14), (130, 0), (160, 16), (190, 32)):
        sheet.line(
            f"M128 190C{128 + bend * 0.4} 140 {top} 100 {top + bend * 0.5} 26", "#2f8a4a", 17
        )
        sheet.line(
            f"M126 190C{126 + bend * 0.4} 140 {top - 3} 100 {top + bend * 0.5 - 3} 28", "#7cc95a", 8
        )
    for x in (100, 119, 138, 157):
        sheet.shape(
            f"M{x - 10} 176H{x + 10}C{x + 14} 200 {x + 16} 226 {x} 232C{x - 16} 226 {x - 14} 200 {x - 10} 176z",
            ("#f1fbe4", "#ffffff", "#dcdfe4"),
            down=True,
        )
        sheet.line(f"M{x} 232l-4 14M{x} 232l5 13", "#d9c7a0", 2.5)
    sheet.line("M92 176C110 186 148 186 166 176", "#e3a92b", 10)


def taro(sheet: Sheet) -> None:
    """Draw a taro and its speckled cut."""
    sheet.ball(100, 122, 70, 84, ("#c9a58b", "#8a6350", "#553a37"))
    for y in (74, 100, 126, 152, 178):
        sheet.line(
            f"M{44 + abs(126 - y) * 0.2} {y}q56 20 {110 - abs(126 - y) * 0.4} 0", "#5d4038", 4, 0.4
        )
    sheet.shape("M92 46C90 30 98 20 108 16C112 28 112 38 108 48z", LEAF, down=True)
    sheet.shade(162, 190, 46, 36)
    sheet.ball(170, 176, 62, 56, ("#a07f70", "#775447", "#4a312d"))
    sheet.disc(170, 176, 52, 46, "#f6edf4")
    for x, y in (
        (148, 160),
        (170, 150),
        (190, 164),
        (158, 182),
        (180, 184),
        (196, 184),
        (142, 182),
        (170, 204),
        (172, 170),
    ):
        sheet.line(f"M{x} {y}l6 4", "#a985b8", 4, 0.8)


def pumpkin(sheet: Sheet) -> None:
    """Draw a ribbed orange pumpkin."""
    skin: Colours = ("#ffd07a", "#f0912d", "#bf5518")
    for x, rx in ((58, 46), (198, 46), (88, 50), (168, 50), (128, 52)):
        sheet.marks.append(
            f'<ellipse cx="{x}" cy="150" rx="{rx}" ry="{78 - abs(x - 128) * 0.14}" fill="{sheet.paint(skin)}"/>'
        )
    sheet.gloss(84, 116, 22, 16)
    sheet.shape(
        "M112 84C114 62 108 46 98 36L122 26C132 42 140 58 146 84C136 92 122 92 112 84z",
        ("#9ccb5a", "#4b8a3d", "#2a5c34"),
        down=True,
    )
    sheet.leaf((142, 78), 78, -12)


def gourd(sheet: Sheet) -> None:
    """Draw a long wax gourd."""
    sheet.marks.append('<g transform="rotate(-38 128 128)">')
    sheet.shape(
        "M30 128C30 96 60 84 100 88H170C208 86 232 98 232 128C232 158 208 172 170 168H100C60 172 30 160 30 128z",
        ("#b9e08a", "#5fae5a", "#23693f"),
    )
    sheet.line("M46 114C80 98 180 98 216 114", "#e9f8c8", 6, 0.5)
    sheet.line("M44 140C90 154 170 156 218 140", "#1d5a37", 5, 0.3)
    sheet.shape(
        "M232 118C246 112 252 104 254 96L262 106C262 122 252 136 232 140z",
        ("#9ccb5a", "#4b8a3d"),
        down=True,
    )
    sheet.marks.append("</g>")
    sheet.gloss(98, 136, 20, 12)


def radish(sheet: Sheet) -> None:
    """Draw a white radish with its leaves."""
    for turn in (-118, -92, -66, -44):
        sheet.leaf((150, 96), 92, turn, LEAF if turn % 4 else LEAF_DARK)
    sheet.shape(
        "M122 92C150 76 190 96 182 134C176 166 130 206 62 240C54 244 48 238 52 230C70 172 88 110 122 92z",
        ("#ffffff", "#f4f4ea", "#cfd6c4"),
    )
    for path in ("M96 150l22 8", "M130 168l20 4", "M82 192l18 6"):
        sheet.line(path, "#c3ccb6", 4, 0.8)
    sheet.gloss(122, 120, 18, 12, 0.8)


def kudzu(sheet: Sheet) -> None:
    """Draw kudzu roots beside a bowl of white starch."""
    sheet.shape(
        "M36 74C70 50 110 60 136 88C160 114 150 140 128 132C96 122 60 128 36 116C18 106 18 86 36 74z",
        ("#d9b48c", "#a97c57", "#6c4a38"),
    )
    for path in ("M52 82q10 20 4 34", "M84 76q10 24 4 44", "M112 90q6 20 0 36"):
        sheet.line(path, "#6c4a38", 4, 0.45)
    sheet.leaf((140, 84), 76, -40)
    sheet.leaf((150, 92), 70, 2, LEAF_DARK)
    sheet.shape("M64 168C80 130 180 130 196 168z", ("#ffffff", "#eef0f2"), down=True)
    sheet.shape(
        "M48 166H212C212 210 180 236 130 236C80 236 48 210 48 166z",
        ("#f4fbff", "#bcd9ec", "#6f9cc2"),
    )
    sheet.line("M62 186C96 200 164 200 198 186", "#3f72b0", 5, 0.7)


def starch(sheet: Sheet) -> None:
    """Draw a tied bag of fine powder."""
    _sack(sheet, ("#ffffff", "#e8edf3", "#b4c2d2"))
    sheet.disc(128, 172, 34, 30, "#d6e8d2")
    sheet.leaf((104, 182), 56, -34, LEAF_DARK)


def _sack(sheet: Sheet, colours: Colours) -> None:
    sheet.shape(
        "M96 60C80 34 92 22 104 30C112 18 144 18 152 30C164 22 176 34 160 60z", colours, down=True
    )
    sheet.shape(
        "M96 66H160C206 96 228 160 212 212C206 230 192 238 176 238H80C64 238 50 230 44 212C28 160 50 96 96 66z",
        colours,
    )
    sheet.line("M92 66C112 76 144 76 164 66", "#bf2f4b", 11)
    sheet.line("M70 128C62 156 62 190 70 214", "#fff", 7, 0.5)


def rice(sheet: Sheet) -> None:
    """Draw a bag of rice with an ear on it and grains before it."""
    _sack(sheet, SACK)
    sheet.line("M128 206C126 176 130 150 144 124", "#5f9a3f", 5)
    for x, y, turn in (
        (132, 132, -60),
        (150, 120, -50),
        (120, 150, -110),
        (140, 150, -30),
        (118, 170, -120),
        (140, 170, -30),
        (126, 188, -40),
    ):
        sheet.marks.append(f'<g transform="rotate({turn} {x} {y})">')
        sheet.ball(x + 8, y, 13, 6.5, ("#ffeaa0", "#edb93f", "#c08524"))
        sheet.marks.append("</g>")
    for x, y in ((70, 236), (88, 242), (180, 240), (164, 244), (196, 234)):
        sheet.ball(x, y, 9, 5, ("#ffffff", "#fdf6e4", "#d9cba8"))


def sticky_rice(sheet: Sheet) -> None:
    """Draw a leaf cone of sticky rice."""
    sheet.leaf((30, 150), 200, -16, LEAF_DARK)
    sheet.leaf((226, 160), 190, 196)
    for x, y in (
        (92, 120),
        (128, 104),
        (164, 120),
        (108, 140),
        (148, 140),
        (76, 146),
        (180, 146),
        (128, 128),
    ):
        sheet.ball(x, y, 27, 23, ("#fffbe6", "#f7e29c", "#dcb451"))
    for x, y in (
        (100, 116),
        (132, 100),
        (160, 122),
        (120, 132),
        (146, 136),
        (84, 144),
        (174, 146),
        (112, 108),
    ):
        sheet.marks.append(
            f'<ellipse cx="{x}" cy="{y}" rx="8" ry="3.6" fill="#fffef4" transform="rotate({x * 7 % 90} {x} {y})"/>'
        )
    sheet.shape(
        "M36 152C80 184 176 184 220 152C214 208 180 236 128 236C76 236 42 208 36 152z", LEAF
    )
    for bend in (60, 94, 128, 162, 196):
        sheet.line(
            f"M{bend} {176 - abs(bend - 128) * 0.12}Q{128 + (bend - 128) * 0.8} 210 128 232",
            "#2f7a45",
            3,
            0.4,
        )


def _box(sheet: Sheet, lid: Colours) -> None:
    sheet.shape("M24 110L128 150V238L24 196z", lid, down=True)
    sheet.shape("M232 110L128 150V238L232 196z", (lid[1], lid[2]), down=True)
    sheet.shape("M24 110L128 70L232 110L128 150z", ("#fff6dc", "#f1d898"), down=True)


def green_bean_cake(sheet: Sheet) -> None:
    """Draw an open box of golden bean cakes with a dragon-red side."""
    _box(sheet, ("#e4506a", "#bf2f4b", "#7f1c38"))
    for row in range(3):
        for column in range(3):
            x, y = 128 + (column - row) * 31, 78 + (column + row) * 12.5
            sheet.shape(
                f"M{x - 26} {y}L{x} {y - 10}L{x + 26} {y}L{x} {y + 10}z",
                ("#fff0a8", "#f2cf5b"),
                down=True,
            )
            sheet.shape(
                f"M{x - 26} {y}L{x} {y + 10}V{y + 24}L{x - 26} {y + 14}z",
                ("#edc04a", "#d39e30"),
                down=True,
            )
            sheet.shape(
                f"M{x + 26} {y}L{x} {y + 10}V{y + 24}L{x + 26} {y + 14}z",
                ("#d9a838", "#b98424"),
                down=True,
            )
    sheet.shape("M24 124L128 164V238L24 196z", ("#e4506a", "#bf2f4b"), down=True)
    sheet.shape("M232 124L128 164V238L232 196z", ("#b32a46", "#7f1c38"), down=True)
    sheet.line("M48 160C60 150 74 176 88 168C98 162 106 180 112 192", "#f6cf62", 7)


def gai_cake(sheet: Sheet) -> None:
    """Draw black cakes in dry banana leaf, one cut open."""
    sheet.shape(
        "M22 150C40 96 110 70 168 84C190 92 184 128 160 146C118 176 60 190 34 184C20 180 16 166 22 150z",
        ("#d9b06a", "#9c6b38", "#5f3d24"),
    )
    for path in (
        "M40 160C80 130 130 108 170 104",
        "M50 174C90 152 130 136 164 128",
        "M44 142C80 114 124 94 160 92",
    ):
        sheet.line(path, "#5f3d24", 3, 0.4)
    sheet.line("M84 104C96 124 100 146 92 170", "#f0dcae", 7)
    sheet.shade(160, 204, 54, 26)
    sheet.shape(
        "M96 186C100 152 138 134 176 138C216 142 238 164 234 190C230 218 196 236 158 232C120 228 92 212 96 186z",
        ("#6b5a68", "#3a2d3d", "#1d1622"),
    )
    sheet.disc(180, 190, 34, 27, "#f5dc86")
    sheet.disc(180, 190, 25, 19, "#eec85c")
    for x, y in ((170, 184), (188, 182), (180, 197), (194, 195), (168, 197)):
        sheet.disc(x, y, 3.6, 3, "#fdf3d2")
    sheet.gloss(126, 166, 20, 9, 0.35)


def rice_cake(sheet: Sheet) -> None:
    """Draw a square bánh chưng tied crosswise."""
    sheet.shape("M36 92L134 44L226 86L224 176L126 230L38 180z", ("#a9d86b", "#4f9a4c", "#22663d"))
    sheet.shape("M36 92L134 44L226 86L128 136z", ("#c6ea86", "#6db456"), down=True)
    sheet.shape("M128 136L226 86L224 176L126 230z", ("#3f8a4a", "#1f5c38"), down=True)
    for path in (
        "M70 76L164 122L162 210",
        "M102 60L196 104L194 192",
        "M84 162V116L178 66",
        "M36 132L127 182L225 130",
    ):
        sheet.line(path, "#f2e3b0", 6)


def _bottle(sheet: Sheet, colours: Colours, band: str) -> None:
    sheet.shape(
        "M108 30H148V74C148 92 182 100 182 134V222C182 234 174 242 162 242H94C82 242 74 234 74 222V134C74 100 108 92 108 74z",
        colours,
    )
    sheet.shape("M104 16H152V44H104z", ("#e4506a", "#8f1c3a"), down=True)
    sheet.shape("M74 146H182V206H74z", ("#fffaf0", "#f0e3c8"), down=True)
    sheet.disc(128, 176, 20, 20, band)
    sheet.line("M90 128C88 120 94 112 102 106", "#fff", 7, 0.6)
    sheet.line("M88 218V226", "#fff", 7, 0.4)


def fish_sauce(sheet: Sheet) -> None:
    """Draw a bottle of amber sauce."""
    _bottle(sheet, ("#f7b25a", "#b9561f", "#6b2413"), "#e2eff3")
    sheet.line(
        "M116 176C122 166 136 166 142 176C136 186 122 186 116 176zM142 176l8 -7v14z", "#2f6f9a", 5
    )


def oil(sheet: Sheet) -> None:
    """Draw a bottle of golden oil."""
    _bottle(sheet, ("#fff3b0", "#f0c53c", "#b98518"), "#e6f0e4")
    sheet.leaf((114, 186), 34, -40, LEAF_DARK)


def lotus_seed(sheet: Sheet) -> None:
    """Draw a green pod with seeds."""
    sheet.line("M128 150C126 190 122 220 112 246", "#4f9a4c", 12)
    sheet.shape(
        "M36 96C40 160 90 186 128 190C166 186 216 160 220 96z", ("#b9e07a", "#6db456", "#2f7a45")
    )
    sheet.disc(128, 96, 92, 50, "#d6ef9c")
    sheet.disc(128, 94, 84, 43, "#b3dc78")
    for x, y in (
        (128, 94),
        (92, 84),
        (164, 84),
        (76, 104),
        (180, 104),
        (108, 112),
        (148, 112),
        (128, 72),
        (128, 122),
    ):
        sheet.disc(x, y, 13, 9.5, "#6aa84c")
        sheet.ball(x, y - 3, 10, 8, ("#fdfbe2", "#e3eaa8", "#a8bf62"))


def sesame(sheet: Sheet) -> None:
    """Draw a wooden spoon of black and white seeds."""
    sheet.line("M150 130L226 40", "#8a5d3c", 20)
    sheet.line("M150 126L222 42", "#c79a6b", 9)
    sheet.disc(104, 162, 80, 62, "#8a5d3c")
    sheet.disc(102, 156, 72, 52, "#5d3a29")
    for row in range(9):
        for column in range(11):
            x, y = 36 + column * 13 + (6 if row % 2 else 0), 110 + row * 11
            if ((x - 102) / 66) ** 2 + ((y - 154) / 47) ** 2 < 1:
                dark = (row * 3 + column) % 3
                colour = "#2c2a33" if dark else "#fdf3da"
                sheet.marks.append(
                    f'<ellipse cx="{x}" cy="{y}" rx="7" ry="4.6" fill="{colour}" transform="rotate({(x * y) % 180} {x} {y})"/>'
                )


SCENES = {
    "shallot": shallot,
    "spring-onion": spring_onion,
    "taro": taro,
    "pumpkin": pumpkin,
    "gourd": gourd,
    "radish": radish,
    "kudzu": kudzu,
    "starch": starch,
    "rice": rice,
    "sticky-rice": sticky_rice,
    "green-bean-cake": green_bean_cake,
    "gai-cake": gai_cake,
    "rice-cake": rice_cake,
    "fish-sauce": fish_sauce,
    "oil": oil,
    "lotus-seed": lotus_seed,
    "sesame": sesame,
}
