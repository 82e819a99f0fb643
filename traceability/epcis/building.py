"""Events as the house writes them: each function returns the body of one EPCIS 2.0 event.

Fields that say nothing are left out. Names with a prefix are ILMD or extensions: ``cbvmda:`` as
GS1 defines them, ``market:`` the house's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NotRequired, TypedDict, Unpack

from kernel.clock import local

# Terms of the market; a name, not an address that is asked.
MARKET = "https://ref.nongsan.example/voc/"
CONTEXT: dict[str, str] = {"market": MARKET}

Body = dict[str, Any]
Fields = Mapping[str, Any]
Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Quantity:
    """Some amount of a class such as a lot; ``uom`` of UN/CEFACT Recommendation 20, None: pieces."""

    epc_class: str
    quantity: float | None = None
    uom: str | None = None


@dataclass(frozen=True)
class Reading:
    """What was measured, such as Temperature; ``uom`` of UN/CEFACT Recommendation 20 (CEL: °C)."""

    type: str
    value: float
    uom: str
    at: datetime


class Scene(TypedDict):
    """When, where and why something happened."""

    biz_step: str | None
    disposition: str | None
    at: datetime
    read_point: str | None
    biz_location: NotRequired[str | None]


class Deal(Scene):
    """The same, and between whom: pairs of (type, identifier), such as ("po", "urn:…")."""

    biz_transactions: NotRequired[Pairs]
    sources: NotRequired[Pairs]
    destinations: NotRequired[Pairs]


def object_event(
    *,
    action: str,
    epcs: Sequence[str] = (),
    quantities: Sequence[Quantity] = (),
    ilmd: Fields | None = None,
    persistent: Fields | None = None,
    readings: Sequence[Reading] = (),
    extensions: Fields | None = None,
    **scene: Unpack[Deal],
) -> Body:
    """Return what happened to things; ``persistent`` holds lists ``set`` and ``unset``."""
    return _event(
        "ObjectEvent",
        scene,
        action=action,
        epcList=list(epcs),
        quantityList=_amounts(quantities),
        persistentDisposition=dict(persistent or {}),
        bizTransactionList=_pairs("bizTransaction", scene.get("biz_transactions", ())),
        sourceList=_pairs("source", scene.get("sources", ())),
        destinationList=_pairs("destination", scene.get("destinations", ())),
        sensorElementList=[_sensed(one) for one in readings],
        ilmd=dict(ilmd or {}),
        **(extensions or {}),
    )


def transformation_event(
    *,
    inputs: Sequence[Quantity | str],
    outputs: Sequence[Quantity | str],
    transformation_id: str | None = None,
    ilmd: Fields | None = None,
    extensions: Fields | None = None,
    **scene: Unpack[Scene],
) -> Body:
    """Return that inputs became outputs: amounts of a class, or things by their identifiers."""
    return _event(
        "TransformationEvent",
        scene,
        inputEPCList=[each for each in inputs if isinstance(each, str)],
        inputQuantityList=_amounts([each for each in inputs if isinstance(each, Quantity)]),
        outputEPCList=[each for each in outputs if isinstance(each, str)],
        outputQuantityList=_amounts([each for each in outputs if isinstance(each, Quantity)]),
        transformationID=transformation_id,
        ilmd=dict(ilmd or {}),
        **(extensions or {}),
    )


def aggregation_event(
    *,
    action: str,
    parent: str | None,
    children: Sequence[str] = (),
    child_quantities: Sequence[Quantity] = (),
    **scene: Unpack[Scene],
) -> Body:
    """Return that things were put into a parent, taken out of it or seen in it."""
    return _event(
        "AggregationEvent",
        scene,
        action=action,
        parentID=parent,
        childEPCs=list(children),
        childQuantityList=_amounts(child_quantities),
    )


def _event(kind: str, scene: Scene, **fields: Any) -> Body:
    offset = local(scene["at"]).strftime("%z")
    body = {
        "@context": dict(CONTEXT),
        "type": kind,
        "eventTime": _moment(scene["at"]),
        "eventTimeZoneOffset": f"{offset[:3]}:{offset[3:]}",
        "bizStep": scene["biz_step"],
        "disposition": scene["disposition"],
        "readPoint": _place(scene["read_point"]),
        "bizLocation": _place(scene.get("biz_location")),
        **fields,
    }
    return {name: value for name, value in body.items() if value not in (None, [], {})}


def _moment(at: datetime) -> str:
    return local(at).isoformat(timespec="milliseconds")


def _sensed(reading: Reading) -> dict[str, Any]:
    return {
        "sensorMetadata": {"time": _moment(reading.at)},
        "sensorReport": [{"type": reading.type, "value": reading.value, "uom": reading.uom}],
    }


def _place(ref: str | None) -> dict[str, str] | None:
    return {"id": ref} if ref else None


def _amounts(quantities: Sequence[Quantity]) -> list[dict[str, Any]]:
    return [
        {
            name: value
            for name, value in (("epcClass", q.epc_class), ("quantity", q.quantity), ("uom", q.uom))
            if value is not None
        }
        for q in quantities
    ]


def _pairs(name: str, pairs: Pairs) -> list[dict[str, str]]:
    return [{"type": kind, name: value} for kind, value in pairs]
