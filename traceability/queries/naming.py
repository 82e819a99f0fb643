"""What one thing is called besides: numbers of GS1, our own codes, and every address of ours.

Partners name a lot by what its label leads to: the market, or the host that codes have to
themselves (``RESOLVER_URL``), in capitals or not, by its GTIN or by our code from before it had
one. Events stay as they were told; whoever asks by one of the names means all of them.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import cast
from urllib.parse import quote, unquote

import sqlalchemy as sa
from sqlalchemy.orm import Session

from traceability.epcis.asked import Asked, ColumnIn, Condition, FieldIn, ThingIn
from traceability.epcis.ids import canonical_id
from traceability.gs1.ids import GS1, own_forms, own_path
from traceability.models import Farm, Gs1Party, LogisticUnit, Lot, Plot, SerialUnit
from vendors.queries import vendor_cards
from vendors.queries.selling import is_one_of

# A name in pieces: ("t", code) at an address of ours, ("01", gtin, "10", lot) in numbers of GS1.
Key = tuple[str, ...]
Known = Mapping[str, tuple[str, ...]]
_PLACES = frozenset({"read_point", "biz_location"})
_PARTIES = ("source.", "destination.", "bizTransaction.")


def roots_of(session: Session) -> tuple[str, ...]:
    """Return the addresses of the house: of the market, and of the host that is for codes."""
    info = session.info
    return cast(tuple[str, ...], info.get("roots") or (info.get("root") or "http://localhost",))


def with_all_names(session: Session, asked: Asked) -> Asked:
    """Return a query that means things, places and parties whatever they are called."""
    known = names_of(session, {value for one in asked.conditions for value in _named(one)})
    return replace(asked, conditions=tuple(_renamed(one, known) for one in asked.conditions))


def names_of(session: Session, values: Iterable[str]) -> Known:
    """Return what each of these is called, itself first; of what is not ours nothing else.

    One statement for each kind of ours among them: lots, units, loads, places, parties.
    """
    roots = roots_of(session)
    keys = {value: own_path(value, roots) or _gs1_key(value) for value in values}
    twins = _twins(session, {key for key in keys.values() if key})
    return {
        value: tuple(
            dict.fromkeys([value, *_forms(key, roots), *_forms(twins.get(key, ()), roots)])
        )
        for value, key in keys.items()
    }


def _named(condition: Condition) -> tuple[str, ...]:
    """Return which values of a condition are names of things, places or parties."""
    if isinstance(condition, ThingIn):
        return condition.values
    if isinstance(condition, ColumnIn) and condition.column in _PLACES:
        return condition.values
    if isinstance(condition, FieldIn) and condition.names[0].startswith(_PARTIES):
        return condition.texts
    return ()


def _renamed(condition: Condition, known: Known) -> Condition:
    values = tuple(dict.fromkeys(name for one in _named(condition) for name in known[one]))
    if not values:
        return condition
    if isinstance(condition, FieldIn):
        return replace(condition, texts=values)
    return replace(cast(ThingIn | ColumnIn, condition), values=values)


def _gs1_key(value: str) -> Key:
    if not value.startswith(f"{GS1}/"):
        return ()
    return tuple(unquote(piece) for piece in value.removeprefix(f"{GS1}/").split("/"))


def _forms(key: Key, roots: Collection[str]) -> tuple[str, ...]:
    if key and key[0].isdigit():
        return (canonical_id("/".join((GS1, *(quote(piece, safe="") for piece in key)))),)
    return own_forms(key, roots) if key else ()


def _twins(session: Session, keys: Collection[Key]) -> dict[Key, Key]:
    """Return the other name of each of these that has one: our code, or the number of GS1."""
    found: dict[Key, Key] = {}
    for kinds, read in _READERS:
        mine = [key for key in keys if {key[0], "/".join((key[0], *key[2:3]))} & kinds]
        for ours, number in read(session, mine) if mine else ():
            found |= {ours: number, number: ours}
    return found


Pairs = Iterator[tuple[Key, Key]]


def _lots(session: Session, keys: Collection[Key]) -> Pairs:
    codes = {key[1] for key in keys if key[0] == "t"}
    numbers = [(key[1], key[3]) for key in keys if key[0] == "01"]
    rows = session.execute(
        sa.select(Lot.gtin, Lot.code, Lot.trace_code).where(
            Lot.gtin.is_not(None),
            Lot.trace_code.in_(codes) | sa.tuple_(Lot.gtin, Lot.code).in_(numbers),
        )
    )
    for row in rows:
        yield ("t", row.trace_code), ("01", row.gtin, "10", row.code)
        for key in keys:
            if key[:2] == ("t", row.trace_code) and len(key) > 2:
                yield key, ("01", row.gtin, "21", key[2])


def _units(session: Session, keys: Collection[Key]) -> Pairs:
    """Read units by their numbers: those that were numbered here."""
    rows = session.execute(
        sa.select(SerialUnit.serial, Lot.gtin, Lot.trace_code)
        .join(Lot, Lot.id == SerialUnit.lot_id)
        .where(SerialUnit.serial.in_({key[3] for key in keys}), Lot.gtin.is_not(None))
    )
    for row in rows:
        yield ("t", row.trace_code, row.serial), ("01", row.gtin, "21", row.serial)


def _loads(session: Session, keys: Collection[Key]) -> Pairs:
    codes = {key[1] for key in keys}
    rows = session.execute(
        sa.select(LogisticUnit.sscc, LogisticUnit.code).where(
            LogisticUnit.sscc.is_not(None),
            LogisticUnit.code.in_(codes) | LogisticUnit.sscc.in_(codes),
        )
    )
    for row in rows:
        yield ("u", row.code), ("00", row.sscc)


def _places(session: Session, keys: Collection[Key]) -> Pairs:
    codes = {key[1] for key in keys}
    rows = session.execute(
        sa.select(Farm.gln, Farm.trace_code, Plot.extension, Plot.trace_code.label("plot_code"))
        .outerjoin(Plot, Plot.farm_id == Farm.id)
        .where(
            Farm.gln.is_not(None),
            Farm.trace_code.in_(codes) | Farm.gln.in_(codes) | Plot.trace_code.in_(codes),
        )
    )
    for row in rows:
        yield ("p", row.trace_code), ("414", row.gln)
        if row.plot_code and row.extension:
            yield ("p", row.plot_code), ("414", row.gln, "254", row.extension)


def _parties(session: Session, keys: Collection[Key]) -> Pairs:
    said = {key[1] for key in keys}
    rows = session.execute(
        sa.select(Gs1Party.vendor_id, Gs1Party.gln).where(
            Gs1Party.gln.is_not(None), Gs1Party.gln.in_(said) | is_one_of(Gs1Party.vendor_id, said)
        )
    ).all()
    slugs = vendor_cards(session, {row.vendor_id for row in rows})
    for row in rows:
        yield ("v", slugs[row.vendor_id].slug), ("417", row.gln)


_READERS: tuple[tuple[frozenset[str], Callable[[Session, Collection[Key]], Pairs]], ...] = (
    (frozenset({"t", "01/10"}), _lots),
    (frozenset({"01/21"}), _units),
    (frozenset({"u", "00"}), _loads),
    (frozenset({"p", "414"}), _places),
    (frozenset({"v", "417"}), _parties),
)
"""Which names are of which kind (our kind, or keys and qualifiers of GS1), and who knows them."""
