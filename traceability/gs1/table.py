"""All Application Identifiers of GS1, as of January 2026: one row for all that are alike.

A row is ``AIs ; marks ; parts ; needs ; bars ; key``; ``-`` is nothing, cells at the end may lack.
``AIs``: written one by one, ``[0-5]`` and ``[13]`` stand for each of these digits.
``marks``: ``*`` of fixed length, ``?`` may stand in the query of a Digital Link.
``parts``: kind (N digits, X CSET 82, Y CSET 39, Z base64url), length (``..20`` at most),
names of checks; ``[...]`` may lack.
``needs``: each of the groups (``&``) by one of its alternatives (``,``), all of it (``+``);
``n`` is any digit. ``bars``: none of these beside it; ``~`` its own family.
``key``: a primary key, with its qualifiers in order, or another such list (``|``).
"""

import re
from dataclasses import dataclass
from itertools import product

TABLE = """\
00 ; *? ; N18,csum,gcppos2 ; - ; - ; /
01 ; *? ; N14,csum,gcppos2 ; - ; 255,37 ; /22,10,21|235
02 ; *? ; N14,csum,gcppos2 ; 37 ; 01,03
03 ; * ; N14,csum,gcppos2 ; - ; 01,02,37
10 ; ? ; X..20 ; 01,02,03,8006,8026
1[1356] ; *? ; N6,yymmd0 ; 01,02,03,8006,8026
12 ; *? ; N6,yymmd0 ; 8020
17 ; *? ; N6,yymmd0 ; 01,02,03,255,8006,8026
20 ; *? ; N2 ; 01,02,8006,8026
21 ; - ; X..20 ; 01,03,8006 ; 235
22 ; - ; X..20 ; 01
235 ; - ; X..28 ; 01
24[0-1] ; ? ; X..30 ; 01,02,8006,8026
242 ; ? ; N..6 ; 01,02,8006,8026
243 71[0-7] ; ? ; X..20 ; 01
250 ; ? ; X..30 ; 01,8006 & 21
251 ; ? ; X..30 ; 01,8006
253 ; ? ; N13,csum,gcppos1 [X..17] ; - ; - ; /
254 ; - ; X..20 ; 414
255 ; ? ; N13,csum,gcppos1 [N..12] ; - ; 01,02,415,8006,8020,8026 ; /
30 ; ? ; N..8 ; 01,02
31[0-6][0-5] 32[0-9][0-5] 35[01267][0-5] 36[01456][0-5] ; *? ; N6 ; 01,02 ; ~
33[0-6][0-5] 34[0-9][0-5] 35[3-5][0-5] 36[23789][0-5] ; *? ; N6 ; 00,01 ; ~
337[0-5] ; *? ; N6 ; 01 ; ~
37 ; ? ; N..8 ; 00 & 02,8026
390[0-9] ; ? ; N..15 ; 255,8020 ; ~,391n,394n,8111
391[0-9] ; ? ; N3,iso4217 N..15 ; 8020 ; ~
392[0-9] ; ? ; N..15 ; 01 & 30,31nn,32nn,35nn,36nn ; ~,393n
393[0-9] ; ? ; N3,iso4217 N..15 ; 30,31nn,32nn,35nn,36nn ; ~
394[0-3] ; ? ; N4 ; 255 ; ~,8111
395[0-5] ; ? ; N6 ; 30,31nn,32nn,35nn,36nn ; 392n,393n,~,8005
400 90 ; ? ; X..30
401 ; ? ; X..30,gcppos1 ; - ; - ; /
402 ; ? ; N17,csum,gcppos1 ; - ; - ; /
403 4308 4319 ; ? ; X..30 ; 00
41[01236] ; *? ; N13,csum,gcppos1
414 ; *? ; N13,csum,gcppos1 ; - ; - ; /254|7040
415 ; *? ; N13,csum,gcppos1 ; 8020 ; - ; /8020
417 ; *? ; N13,csum,gcppos1 ; - ; - ; /7040
420 ; ? ; X..20 ; - ; 421
421 ; ? ; N3,iso3166 X..9 ; - ; 4307
422 ; ? ; N3,iso3166 ; 01,02,8006,8026 ; 426
42[35] ; ? ; N3,iso3166 [N3],iso3166 [N3],iso3166 [N3],iso3166 [N3],iso3166 ; 01,02 ; 426
424 ; ? ; N3,iso3166 ; 01,02 ; 426
426 ; ? ; N3,iso3166 ; 01,02
427 ; ? ; X..3 ; 01,02 & 422
43[01][0-1] 4320 ; ? ; X..35,pcenc ; 00
43[01][2456] ; ? ; X..70,pcenc ; 00
4303 ; ? ; X..70,pcenc ; 4302
43[01]7 ; ? ; X2,iso3166alpha2 ; 00
4309 ; ? ; N10,latitude N10,longitude ; 00
4313 ; ? ; X..70,pcenc ; 4312
4318 ; ? ; X..20 ; 00
432[1-3] ; ? ; N1,yesno ; 00
432[4-5] ; ? ; N6,yymmd0 N4,hhmi ; 00
4326 ; ? ; N6,yymmdd ; 00
4330 ; ? ; N6 [X1],hyphen ; 00 ; 4331
4331 ; ? ; N6 [X1],hyphen ; 00 ; 4330
4332 ; ? ; N6 [X1],hyphen ; 00 ; 4333
4333 ; ? ; N6 [X1],hyphen ; 00 ; 4332
7001 ; ? ; N13 ; 01,02,8006,8026
7002 ; ? ; X..30 ; 01,02
7003 ; ? ; N6,yymmdd N4,hhmi ; 01,02
7004 ; ? ; N..4 ; 01+10
7005 ; ? ; X..12 ; 01,02
7006 ; ? ; N6,yymmdd ; 01,02
7007 ; ? ; N6,yymmdd [N6],yymmdd ; 01,02
7008 ; ? ; X..3 ; 01,02
7009 ; ? ; X..10 ; 01,02
7010 ; ? ; X..2 ; 01,02
7011 ; ? ; N6,yymmdd [N4],hhmi ; 01,02
7020 ; ? ; X..20 ; 01,8006 & 416
7021 7240 8012 ; ? ; X..20 ; 01,8006
7022 ; ? ; X..20 ; 7021
7023 ; ? ; X..30,gcppos1
703[0-9] ; ? ; N3,iso3166999 X..27 ; 01,02
7040 ; - ; N1 X1 X1 X1,importeridx
7041 ; - ; X..4,packagetype ; 00
723[0-9] ; ? ; X2 X..28 ; 01,8004
7241 ; ? ; N2,mediatype ; 8017,8018
7242 ; ? ; X..25 ; 8017,8018
7250 ; ? ; N8,yyyymmdd ; 8018 ; 7251
7251 ; ? ; N8,yyyymmdd N4,hhmi ; 8018 ; 7250
7252 ; ? ; N1,iso5218 ; 8018
725[3-4] ; ? ; X..40,pcenc ; 8017,8018 ; 7256,7259
7255 ; ? ; X..10 ; 8017,8018 ; 7256,7259
7256 ; ? ; X..90,pcenc ; 8017,8018
7257 ; ? ; X..70,pcenc ; 8018
7258 ; ? ; X3,posinseqslash ; 8018+7259
7259 ; ? ; X..40,pcenc ; 8018 ; 7256
8001 ; ? ; N4,nonzero N5,nonzero N3,nonzero N1,winding N1 ; 01
8002 ; ? ; X..20
8003 ; ? ; N1,zero N13,csum,gcppos1 [X..16] ; - ; - ; /
8004 ; ? ; X..30,gcppos1 ; - ; - ; /7040
8005 ; ? ; N6 ; 01,02
8006 ; ? ; N14,csum,gcppos2 N4,pieceoftotal ; - ; 01,37 ; /22,10,21
8007 ; ? ; X..34,iban ; 415
8008 ; ? ; N6,yymmdd N2,hh [N2],mi [N2],ss ; 01,02
8009 ; ? ; X..50 ; 00,01
8010 ; ? ; Y..30,gcppos1 ; - ; - ; /8011
8011 ; - ; N..12,nozeroprefix ; 8010
8013 ; ? ; X..25,csumalpha,gcppos1 ; - ; - ; /
8014 ; - ; X..25,csumalpha,gcppos1,hasnondigit ; 01
8017 ; ? ; N18,csum,gcppos1 ; - ; 8018 ; /8019
8018 ; ? ; N18,csum,gcppos1 ; - ; 8017 ; /8019
8019 ; - ; N..10 ; 8017,8018
8020 ; - ; X..25 ; 415
8026 ; ? ; N14,csum,gcppos2 N4,pieceoftotal ; 37 ; 02,8006
8030 ; ? ; Z..90 ; 00,01+21,253,255,8003,8004,8006+21,8010+8011,8017,8018
8040 ; - ; N15 ; 01+21
8041 ; - ; N15 ; 01+21+8040
8042 ; - ; N32 ; 01+21+8040
8043 ; - ; N18 [N..2] ; 01+21+8040
8110 ; ? ; X..70,couponcode
8111 ; ? ; N4 ; 255
8112 ; ? ; X..70,couponposoffer
8200 ; - ; X..70 ; 01
9[1-9] ; ? ; X..90
"""

_PART = re.compile(r"(\[?)([NXYZ])(\.\.)?(\d+)\]?((?:,\w+)*)")


@dataclass(frozen=True)
class Part:
    """One piece of a value."""

    kind: str
    least: int
    most: int
    checks: tuple[str, ...]
    may_lack: bool


@dataclass(frozen=True)
class Identifier:
    """What holds for the values of one AI."""

    code: str
    fixed: bool
    is_attribute: bool
    parts: tuple[Part, ...]
    # All groups, by one of their alternatives, each a set of AIs (``n``: any digit).
    needs: tuple[tuple[tuple[str, ...], ...], ...]
    bars: tuple[str, ...]
    # Lists of qualifiers in their order; None: no primary key.
    qualifiers: tuple[tuple[str, ...], ...] | None

    @property
    def is_key(self) -> bool:
        """Tell whether a Digital Link may begin with it."""
        return self.qualifiers is not None

    @property
    def least(self) -> int:
        """The shortest value."""
        return sum(part.least for part in self.parts if not part.may_lack)

    @property
    def most(self) -> int:
        """The longest value."""
        return sum(part.most for part in self.parts)


def _codes(cell: str) -> list[str]:
    """Return the AIs of a row, written out."""
    found: list[str] = []
    for word in cell.split():
        pieces = re.findall(r"\[([^]]+)\]|(\d)", word)
        found += ["".join(some) for some in product(*(_digits(*piece) for piece in pieces))]
    return found


def _digits(some: str, one: str) -> str:
    if one or "-" not in some:
        return one or some
    first, last = some.split("-")
    return "".join(str(digit) for digit in range(int(first), int(last) + 1))


def _parts(cell: str) -> tuple[Part, ...]:
    made = []
    for may_lack, kind, up_to, length, checks in _PART.findall(cell):
        most = int(length)
        least = 1 if up_to else most
        made.append(Part(kind, least, most, tuple(checks.split(",")[1:]), bool(may_lack)))
    return tuple(made)


def _identifiers() -> dict[str, Identifier]:
    made = {}
    for line in TABLE.splitlines():
        cells = [cell.strip().removeprefix("-") for cell in line.split(";")]
        codes, marks, parts, needs, bars, key = cells + [""] * (6 - len(cells))
        groups = [group.split(",") for group in needs.split("&") if needs]
        for code in _codes(codes):
            made[code] = Identifier(
                code,
                fixed="*" in marks,
                is_attribute="?" in marks,
                parts=_parts(parts),
                needs=tuple(
                    tuple(tuple(one.strip().split("+")) for one in group) for group in groups
                ),
                bars=tuple(bar.replace("~", code[:3] + "n") for bar in bars.split(",") if bar),
                qualifiers=_qualifiers(key),
            )
    return made


def _qualifiers(key: str) -> tuple[tuple[str, ...], ...] | None:
    if not key:
        return None
    return tuple(tuple(filter(None, some.split(","))) for some in key[1:].split("|"))


IDENTIFIERS = _identifiers()
"""Every AI by its number."""
