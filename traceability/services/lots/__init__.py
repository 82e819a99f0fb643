"""What happens to lots: born, packed, split, carried, shipped, sold, counted, held, recalled."""

from traceability.services.lots.amending import Amount, amend_harvest, correct_entry
from traceability.services.lots.births import (
    HarvestFacts,
    bear,
    commission_old,
    made_anew,
    need_free_gtin,
    next_code,
    record_harvest,
)
from traceability.services.lots.carrying import make_unit, pack_unit, unpack_unit
from traceability.services.lots.keeping import KeptFacts, note_keeping
from traceability.services.lots.packaging import How, Material
from traceability.services.lots.packing import PackFacts, pack_lots, split_lot
from traceability.services.lots.receiving import receive_shipment
from traceability.services.lots.sales import (
    Holding,
    Parcel,
    hand_over,
    lock_holdings,
    pick_portions,
    put_back,
    send_off,
)
from traceability.services.lots.shipping import ShipFacts, ship_goods, void_shipment
from traceability.services.lots.states import hold_lot, recall_lot, release_lot
from traceability.services.lots.taking import correct_count, note_waste, take_back, take_sample

__all__ = [
    "Amount",
    "HarvestFacts",
    "Holding",
    "How",
    "KeptFacts",
    "Material",
    "PackFacts",
    "Parcel",
    "ShipFacts",
    "amend_harvest",
    "bear",
    "commission_old",
    "correct_count",
    "correct_entry",
    "hand_over",
    "hold_lot",
    "lock_holdings",
    "made_anew",
    "make_unit",
    "need_free_gtin",
    "next_code",
    "note_keeping",
    "note_waste",
    "pack_lots",
    "pack_unit",
    "pick_portions",
    "put_back",
    "recall_lot",
    "receive_shipment",
    "record_harvest",
    "release_lot",
    "send_off",
    "ship_goods",
    "split_lot",
    "take_back",
    "take_sample",
    "unpack_unit",
    "void_shipment",
]
