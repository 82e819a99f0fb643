"""Scans of labels, noted in memory and handed to the worker: a page that is looked at writes nothing.

Kept are code, minute and a key of the telephone that holds for one day: the address and the
browser's name go into a keyed hash with the day and no further. Who works for the vendor is left
out, and so are browsers that say they are no person's.
"""

import hashlib
import hmac
from datetime import datetime

from flask import Flask, request

from accounts import guards
from catalog.rules.searching import is_bot
from kernel import clock, jobs
from kernel.settings import Settings
from kernel.web.limits import visitor
from kernel.web.session import part, provide
from shop.tally import Tally
from traceability.queries import LotCard
from traceability.rules.copies import ScanNote

SCANNED = "scanned"
DEVICE_LETTERS = 16


class ScanTally(Tally[ScanNote]):
    """The scans of one process since it last handed them over."""


def install(app: Flask, settings: Settings) -> None:
    """Give the application its tally of scans."""
    provide(app, ScanTally, ScanTally(jobs.teller(jobs.open_queue(settings), SCANNED)))


def note_scan(lot: LotCard, serial: str = "") -> None:
    """Note that the page behind a code is opened."""
    if _is_asked() and not guards.current_actor().serves(lot.vendor_id, "seller", "recorder"):
        note = note_of(lot.id, serial, now=clock.now())
        part(ScanTally).add(note, by=visitor())


def note_of(lot_id: str, serial: str, *, now: datetime) -> ScanNote:
    """Return what is kept of a scan at a moment."""
    return ScanNote(lot_id, serial, now.replace(second=0, microsecond=0), device_key(now))


def device_key(now: datetime) -> str:
    """Return the key of the telephone that asks: another one each day, and of no use without ours."""
    told = f"{clock.local_date(now)}|{visitor()}|{request.headers.get('User-Agent', '')}"
    secret = part(Settings).secret_key.encode()
    return hmac.new(secret, f"scan|{told}".encode(), hashlib.sha256).hexdigest()[:DEVICE_LETTERS]


def _is_asked() -> bool:
    purpose = request.headers.get("Sec-Purpose", request.headers.get("Purpose", ""))
    agent = request.headers.get("User-Agent", "")
    return request.method == "GET" and "prefetch" not in purpose.lower() and not is_bot(agent)
