"""What the addresses of the vendor's pages name: it must be there, and be the vendor's own."""

from catalog.queries.workbench import Work, work_of
from kernel import clock
from kernel.errors import need_found
from kernel.web.session import db


def need_work(vendor_id: str, code: str) -> Work:
    """Return a listing of a vendor with what can be done about it.

    :raises NotFound: when it has no such listing.
    """
    return need_found(work_of(db(), vendor_id=vendor_id, code=code, now=clock.now()))
