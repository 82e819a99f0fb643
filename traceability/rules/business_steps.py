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
    "arriving": msg("Arrived"),
    "assembling": msg("Put together"),
    "collecting": msg("Collected"),
    "consigning": msg("Handed to a carrier"),
    "cycle_counting": msg("Counted"),
    "stock_taking": msg("Counted"),
    "disassembling": msg("Taken apart"),
    "dispensing": msg("Portioned out"),
    "encoding": msg("Labelled"),
    "installing": msg("Put in place"),
    "entering_exiting": msg("Came in or went out"),
    "killing": msg("Slaughtered"),
    "picking": msg("Picked for an order"),
    "reserving": msg("Set aside"),
    "staging_outbound": msg("Made ready to leave"),
    "removing": msg("Taken out"),
    "repairing": msg("Mended"),
    "replacing": msg("Replaced"),
    "sampling": msg("Sample taken"),
    "sensor_reporting": msg("Measured"),
    "stocking": msg("Put on the shelf"),
    "unloading": msg("Unloaded"),
    "void_shipping": msg("Sending called off"),
    "other": msg("Something else"),
}
"""Message ids by bare word; words of no standard are shown as they are."""

FIELD_WORDS: dict[str, str] = {
    "market:recordedBy": msg("Recorded by"),
    "market:harvestedBy": msg("Harvested by"),
}
"""What names of people in events are called."""
