"""What steps of CBV 2.0 are called by people."""

from kernel.messages import msg

STEP_WORDS: dict[str, str] = {
    "commissioning": msg("Harvested or made"),
    "creating_class_instance": msg("Harvested or made"),
    "inspecting": msg("Checked on the way"),
    "packing": msg("Packed"),
    "loading": msg("Loaded"),
    "shipping": msg("Sent off"),
    "departing": msg("Sent off"),
    "transporting": msg("On its way"),
    "receiving": msg("Received"),
    "accepting": msg("Received"),
    "storing": msg("Stored"),
    "repackaging": msg("Packed anew"),
    "unpacking": msg("Unpacked"),
    "retail_selling": msg("Sold"),
    "holding": msg("Put on hold"),
    "destroying": msg("Destroyed"),
    "decommissioning": msg("Taken out"),
}
"""Message ids by bare word; others are shown as they are."""

FIELD_WORDS: dict[str, str] = {
    "market:recordedBy": msg("Recorded by"),
    "market:harvestedBy": msg("Harvested by"),
}
"""What names of people in events are called."""
