"""What holds for farms, diaries and lots: pure, without database or clock."""

from traceability.rules.diary import (
    Activity,
    need_diary_day,
    need_season_days,
)
from traceability.rules.intervals import (
    INSIDE_INTERVAL,
    LONGEST_INTERVAL_DAYS,
    Clearance,
    Spray,
    judge_harvest,
    need_spray_facts,
)
from traceability.rules.lots import (
    ARROWS,
    MOST_REASON,
    STOPPED,
    IdKind,
    LotKind,
    LotState,
    WhatRole,
    after,
    checked_lot_code,
    is_trace_code,
    lot_code,
    lot_number,
    need_reason,
)
from traceability.rules.stock import (
    Balance,
    MoveKind,
    Portion,
    UnitKind,
    kind_of_packed,
    parted,
)

__all__ = [
    "ARROWS",
    "INSIDE_INTERVAL",
    "LONGEST_INTERVAL_DAYS",
    "MOST_REASON",
    "STOPPED",
    "Activity",
    "Balance",
    "Clearance",
    "IdKind",
    "LotKind",
    "LotState",
    "MoveKind",
    "Portion",
    "Spray",
    "UnitKind",
    "WhatRole",
    "after",
    "checked_lot_code",
    "is_trace_code",
    "judge_harvest",
    "kind_of_packed",
    "lot_code",
    "lot_number",
    "need_diary_day",
    "need_reason",
    "need_season_days",
    "need_spray_facts",
    "parted",
]
