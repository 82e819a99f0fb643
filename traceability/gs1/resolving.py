"""Where a code leads (GS1-Conformant Resolver 1.2.1): levels, links, the choice among them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from traceability.gs1.wishes import Weighed, Wish, language_fit, media_fit

Fit = tuple[int, float, int]
_FITS_ANY, _NO_FIT, _NEVER = (2, 0.0, 0), (0, 0.0, 0), (-1, 0.0, 0)

DEFAULT, DEFAULT_MULTI = "defaultLink", "defaultLinkMulti"
SERIALS = frozenset({"21", "235"})


@dataclass(frozen=True)
class Target:
    """One link; ``link_type`` is a term of the GS1 Web Vocabulary without prefix."""

    link_type: str
    href: str
    title: str
    media_type: str | None = None
    hreflang: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    is_default: bool = False


@dataclass(frozen=True)
class Level:
    """What is known at a key with some of its qualifiers, given by their AIs."""

    qualifiers: frozenset[str]
    description: str
    targets: tuple[Target, ...]

    @property
    def rank(self) -> tuple[bool, int, bool]:
        """Sorts levels by how fine they are: a serial number outranks lot and variant."""
        return bool(self.qualifiers & SERIALS), len(self.qualifiers), "10" in self.qualifiers


@dataclass(frozen=True)
class Entry:
    """What a linkset says of one anchor."""

    anchor: str
    description: str
    targets: tuple[Target, ...]

    @property
    def default(self) -> Target | None:
        """Where it leads when nothing is asked for."""
        return next((target for target in self.targets if target.is_default), None)


@dataclass(frozen=True)
class Found:
    """The answer: one target, or several equally good ones of one anchor, or none."""

    targets: tuple[Target, ...] = ()
    entry: Entry | None = None


@dataclass(frozen=True)
class Asked:
    """A key with its qualifiers as they were sent: AIs, and their values still escaped."""

    pairs: tuple[tuple[str, str], ...]
    root: str = field(default="")

    @classmethod
    def read(cls, path: str, root: str) -> "Asked":
        """Cut a path that was found to be a Digital Link."""
        parts = path.strip("/").split("/")
        return cls(tuple(zip(parts[::2], parts[1::2], strict=True)), root.rstrip("/"))

    @property
    def anchor(self) -> str:
        """The whole of it under the resolver's own address."""
        return self._anchor(len(self.pairs))

    def anchor_of(self, qualifiers: frozenset[str]) -> str:
        """Return the shortest beginning of the request that has all these qualifiers.

        Who climbs from what was asked step by step must meet each level on its way.
        """
        codes = [code for code, _ in self.pairs]
        last = max((codes.index(code) for code in qualifiers), default=0)
        return self._anchor(last + 1)

    def _anchor(self, length: int) -> str:
        said = "".join(f"/{code}/{value}" for code, value in self.pairs[:length])
        return self.root + said


def arrange(asked: Asked, levels: Iterable[Level]) -> tuple[Entry, ...]:
    """Return what is known of a request by anchors, the finest first.

    Where two levels share an anchor, the finer one speaks for each link type that it has.
    """
    entries: dict[str, Entry] = {}
    for level in sorted(levels, key=lambda level: level.rank, reverse=True):
        anchor = asked.anchor_of(level.qualifiers)
        known = entries.get(anchor)
        if known is None:
            entries[anchor] = Entry(anchor, level.description, level.targets)
            continue
        have = {target.link_type for target in known.targets}
        more = tuple(
            _without_default(target) if known.default else target
            for target in level.targets
            if target.link_type not in have
        )
        entries[anchor] = Entry(anchor, known.description, known.targets + more)
    return tuple(_told(entry for entry in entries.values() if entry.targets))


def _told(entries: Iterable[Entry]) -> Iterable[Entry]:
    """Leave out choices by language that a finer default goes before: nobody is led to them."""
    settled = False
    for entry in entries:
        told = [t for t in entry.targets if not (settled and t.link_type == DEFAULT_MULTI)]
        settled = settled or entry.default is not None
        yield Entry(entry.anchor, entry.description, tuple(told))


def _without_default(target: Target) -> Target:
    return Target(
        target.link_type, target.href, target.title, target.media_type, target.hreflang,
        target.context,
    )  # fmt: skip


def find(entries: Sequence[Entry], wish: Wish) -> Found:
    """Return where a request leads; the finest level that has what is asked for decides."""
    if wish.link_type in {None, DEFAULT}:
        return _default(entries, wish)
    for entry in entries:
        candidates = [target for target in entry.targets if target.link_type == wish.link_type]
        if candidates:
            return Found(choose(candidates, wish), entry)
    return Found()


def _default(entries: Sequence[Entry], wish: Wish) -> Found:
    for entry in entries:
        several = several_defaults(entry)
        best = choose(several, wish) if several else ()
        if len(best) == 1 and _speaks(best[0], wish.languages):
            return Found(best, entry)
        if entry.default is not None:
            return Found((entry.default,), entry)
    return Found()


def several_defaults(entry: Entry) -> list[Target]:
    """Return the defaults to choose among by language; a single one is no choice."""
    some = [target for target in entry.targets if target.link_type == DEFAULT_MULTI]
    return some if len(some) > 1 else []


def _speaks(target: Target, languages: Weighed) -> bool:
    return any(language_fit(tag, languages)[0] > 0 for tag in target.hreflang)


def choose(candidates: Sequence[Target], wish: Wish) -> tuple[Target, ...]:
    """Return the best of several links of one type: by context, then language, then media type."""
    left = _in_context(candidates, wish.context)
    left = _best(left, lambda target: _language(target, wish.languages))
    return tuple(_best(left, lambda target: _media(target, wish.media)))


def _in_context(candidates: Sequence[Target], context: str | None) -> Sequence[Target]:
    listed = [target for target in candidates if context and context in target.context]
    return listed or [target for target in candidates if not target.context] or candidates


def _best(candidates: Sequence[Target], fit: Callable[[Target], Fit]) -> Sequence[Target]:
    best = max(map(fit, candidates))
    return [target for target in candidates if fit(target) == best]


def _language(target: Target, languages: Weighed) -> Fit:
    if not target.hreflang:
        return _FITS_ANY
    return max(_fit(*language_fit(tag, languages), any_at=1) for tag in target.hreflang)


def _media(target: Target, media: Weighed) -> Fit:
    if target.media_type is None:
        return _FITS_ANY
    return _fit(*media_fit(target.media_type, media), any_at=0)


def _fit(quality: float, exactness: int, *, any_at: int) -> Fit:
    """Put what was named before what fits anything, that before what only ``*`` allows."""
    if exactness < 0 or not quality:
        return _NO_FIT if exactness >= 0 else _NEVER
    if exactness > any_at:
        return 3, quality, exactness
    return 1, quality, 0
