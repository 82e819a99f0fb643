"""Labels: what they measure, how large a module of the code is on a printer, what became of them."""

import enum
import re
from dataclasses import dataclass

from kernel.errors import Conflict, Invalid
from kernel.messages import LABELS, msg


class Template(enum.Enum):
    """What a label is for."""

    STICKER = "sticker"
    SHEET = "sheet"
    CRATE = "crate"
    PALLET = "pallet"
    CERTIFICATE = "certificate"


class BatchState(enum.Enum):
    """PRINTED labels lie in a drawer, APPLIED ones are on the goods, VOIDED ones were destroyed."""

    PRINTED = "printed"
    APPLIED = "applied"
    VOIDED = "voided"


class SerialState(enum.Enum):
    """A number is ISSUED with its label, ACTIVATED on the goods, SOLD with them, or VOID."""

    ISSUED = "issued"
    ACTIVATED = "activated"
    SOLD = "sold"
    VOID = "void"


LABELS.update(
    {
        Template.STICKER: msg("Sticker for a bag or box"),
        Template.SHEET: msg("A4 sheet of 65 stickers"),
        Template.CRATE: msg("Label of a crate"),
        Template.PALLET: msg("Label of a pallet"),
        Template.CERTIFICATE: msg("Certificate of origin to hang up"),
        BatchState.PRINTED: msg("Printed"),
        BatchState.APPLIED: msg("On the goods"),
        BatchState.VOIDED: msg("Out of use"),
        SerialState.ISSUED: msg("Issued"),
        SerialState.ACTIVATED: msg("On the goods"),
        SerialState.SOLD: msg("Sold"),
        SerialState.VOID: msg("Out of use"),
    }
)


@dataclass(frozen=True)
class Format:
    """Sizes of a template in millimetres; ``level``: of error correction (M; Q where it gets dirty).

    ``code_mm`` is the room for the code with its quiet zone.
    """

    page: tuple[float, float]
    label: tuple[float, float]
    columns: int
    rows: int
    code_mm: float
    level: str = "M"
    serials: bool = False
    # There is room for a scratch field.
    claims: bool = False
    most: int = 5000
    module_most_mm: float = 0.990

    @property
    def a_page(self) -> int:
        """Return how many labels are on a page."""
        return self.columns * self.rows


FORMATS: dict[Template, Format] = {
    Template.STICKER: Format((50, 30), (50, 30), 1, 1, 24, serials=True, claims=True),
    Template.SHEET: Format((210, 297), (38.1, 21.2), 5, 13, 20.6, serials=True),
    Template.CRATE: Format((100, 70), (100, 70), 1, 1, 50, "Q", module_most_mm=1.5),
    Template.PALLET: Format((105, 148), (105, 148), 1, 1, 50, "Q", module_most_mm=1.5),
    Template.CERTIFICATE: Format((210, 297), (210, 297), 1, 1, 45, most=100, module_most_mm=1.5),
}

QUIET_ZONE = 4
"""Modules left white on each side (ISO/IEC 18004)."""

DOTS_MM = {203: 0.125, 300: 25.4 / 300, 600: 25.4 / 600}
"""One dot of a printer, in mm, by its dots an inch (203 means 8 a millimetre)."""

LEAST_MM = 0.396
"""A module of a code by the GS1 General Specifications; at a checkout it has 0.990 mm at most."""

_SERIAL = re.compile(r"[0-9A-Z]{1,20}")

MOST_SERIALS = 2000
"""Numbers made at once."""

_S, _B = SerialState, BatchState

SERIAL_ARROWS: dict[tuple[SerialState, str], SerialState] = {
    (_S.ISSUED, "activate"): _S.ACTIVATED,
    (_S.ISSUED, "void"): _S.VOID,
    (_S.ACTIVATED, "sell"): _S.SOLD,
    (_S.ACTIVATED, "void"): _S.VOID,
}

BATCH_ARROWS: dict[tuple[BatchState, str], BatchState] = {
    (_B.PRINTED, "apply"): _B.APPLIED,
    (_B.PRINTED, "void"): _B.VOIDED,
    (_B.APPLIED, "void"): _B.VOIDED,
}


@dataclass(frozen=True)
class Fit:
    """How a code is drawn: ``dots`` of the printer a module, the module and the side in mm."""

    dots: int
    module_mm: float
    side_mm: float


def fit(modules: int, template: Template, dpi: int) -> Fit:
    """Return the largest module of whole dots that the template has room for.

    ``modules`` is the side of the symbol without its quiet zone.

    :raises Invalid: for a printer we do not know, and where the smallest code that shops
        can read is too large for the label.
    """
    dot = DOTS_MM.get(dpi)
    if dot is None:
        raise Invalid(msg("Choose 203, 300 or 600 dots an inch."), field="dpi")
    form = FORMATS[template]
    whole, room = modules + 2 * QUIET_ZONE, form.code_mm
    sizes = [n for n in range(1, 40) if LEAST_MM <= n * dot <= form.module_most_mm]
    fitting = [n for n in sizes if n * dot * whole <= room]
    if not fitting:
        raise Invalid(
            msg(
                "On this printer the code needs %(needed)s mm, and the label has room for"
                " %(room)s mm. Choose a larger label or a finer printer."
            ),
            field="template",
            needed=_mm(sizes[0] * dot * whole),
            room=_mm(room),
        )
    return Fit(fitting[-1], fitting[-1] * dot, fitting[-1] * dot * whole)


def need_count(count: int, template: Template, *, serials: bool, claims: bool = False) -> int:
    """Return how many labels are wanted.

    :raises Invalid: for none, or more than are made at once; for serial numbers, or secret
        codes, on a label that has no place for them.
    """
    if claims and not (serials and FORMATS[template].claims):
        raise Invalid(
            msg("Secret codes go on stickers for a bag or box, beside a serial number."),
            field="claims",
        )
    if serials and not FORMATS[template].serials:
        raise Invalid(msg("Serial numbers go on stickers only."), field="serials")
    most = MOST_SERIALS if serials else FORMATS[template].most
    if not 1 <= count <= most:
        raise Invalid(msg("Between 1 and %(most)s labels."), field="count", most=most)
    return count


def is_serial(text: str) -> bool:
    """Tell whether a text has the form of a serial number of ours, or of an older one in capitals."""
    return bool(_SERIAL.fullmatch(text))


def serial_after(state: SerialState, action: str) -> SerialState:
    """Return the state of a serial number after an action.

    :raises Conflict: when the table has no such arrow.
    """
    try:
        return SERIAL_ARROWS[state, action]
    except KeyError:
        raise Conflict(msg("This cannot be done with this label any more.")) from None


def batch_after(state: BatchState, action: str) -> BatchState:
    """Return the state of a batch of labels after an action.

    :raises Conflict: when the table has no such arrow.
    """
    try:
        return BATCH_ARROWS[state, action]
    except KeyError:
        raise Conflict(msg("This cannot be done with these labels any more.")) from None


def need_spoiled(spoiled: int, *, already: int, count: int) -> int:
    """Return how many labels of a batch are spoiled after so many more.

    :raises Invalid: when that is none, or more than there are.
    """
    if spoiled < 1 or already + spoiled > count:
        raise Invalid(msg("Between 1 and %(most)s labels."), field="spoiled", most=count - already)
    return already + spoiled


def _mm(size: float) -> str:
    return f"{size:.1f}"
