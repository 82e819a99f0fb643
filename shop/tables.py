"""Every table of the house, imported so that the metadata is whole."""

import accounts.models
import bookings.models
import catalog.models
import kernel.audit
import kernel.claims
import kernel.events
import kernel.limits
import kernel.mail
import kernel.rules_table
import kernel.workdays
import orders.models
import payments.models
import traceability.models
import vendors.models

__all__ = [
    "accounts",
    "bookings",
    "catalog",
    "kernel",
    "orders",
    "payments",
    "traceability",
    "vendors",
]
