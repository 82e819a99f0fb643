"""The log of events: appended to, signed, and what may be forgotten beside it."""
