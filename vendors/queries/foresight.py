"""What becomes of a vendor's goods with its certificates: asked here, told from above.

Goods are the catalogue's; the house gives the vendors' pages the one who knows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

Titles = Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class Consequence:
    """Goods by what a certificate means for them, as titles per language.

    ``leaving`` and ``fading`` the shop, or the badge, on the day after the last one; ``missing``
    left already with it; ``returning`` come back once the office has verified it.
    """

    leaving: Titles = ()
    fading: Titles = ()
    missing: Titles = ()
    returning: Titles = ()


@dataclass(frozen=True)
class Foresight:
    """Whoever knows what hangs on the certificates of a vendor, by their ids."""

    foresee: Callable[[Session, str, date], Mapping[str, Consequence]]
