"""Recalls: opened with their scope, carried out at one go, answered, counted, closed."""

from traceability.services.recalls.acting import act_on_recall, drop_recall, stop_next
from traceability.services.recalls.closing import (
    add_action,
    close_recall,
    count_goods,
    finish_action,
)
from traceability.services.recalls.complaining import (
    ComplaintFacts,
    answer_complaint,
    file_complaint,
)
from traceability.services.recalls.opening import RecallFacts, mark, open_recall
from traceability.services.recalls.scoping import put_back, take_out
from traceability.services.recalls.telling import Told, answer_notice, note_answer, write_notices

__all__ = [
    "ComplaintFacts",
    "RecallFacts",
    "Told",
    "act_on_recall",
    "add_action",
    "answer_complaint",
    "answer_notice",
    "close_recall",
    "count_goods",
    "drop_recall",
    "file_complaint",
    "finish_action",
    "mark",
    "note_answer",
    "open_recall",
    "put_back",
    "stop_next",
    "take_out",
    "write_notices",
]
