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

__all__ = [
    "ARROWS",
    "INSIDE_INTERVAL",
    "LONGEST_INTERVAL_DAYS",
    "MOST_REASON",
    "Activity",
    "Clearance",
    "IdKind",
    "LotKind",
    "LotState",
    "Spray",
    "WhatRole",
    "after",
    "checked_lot_code",
    "is_trace_code",
    "judge_harvest",
    "lot_code",
    "lot_number",
    "need_diary_day",
    "need_reason",
    "need_season_days",
    "need_spray_facts",
]
