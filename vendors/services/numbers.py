"""The registration number of a vendor: a person's own number is sealed, a business's is not."""

from sqlalchemy.orm import Session

from kernel.sealing import Sealer, sealer_of
from vendors.models import Vendor, VendorNumber
from vendors.rules import (
    LegalForm,
    hidden,
    is_hidden,
    is_personal_number,
    registration_number,
)

_PERSONS = frozenset({LegalForm.INDIVIDUAL, LegalForm.HOUSEHOLD})


def set_registration(session: Session, vendor: Vendor, form: LegalForm, text: str | None) -> None:
    """Give a vendor its legal form and number; a hidden number that comes back means no change.

    :raises Invalid: when it is no number of that form.
    """
    unchanged = bool(text) and is_hidden(text or "") and text == vendor.registration_no
    if unchanged and form in _PERSONS:
        vendor.legal_form = form
        return
    number = registration_number(form, text) if text else ""
    vendor.legal_form = form
    if number and is_personal_number(form, number):
        seal_number(vendor, number, sealer_of(session))
    else:
        vendor.registration_no, vendor.personal = number or None, None


def seal_number(vendor: Vendor, number: str, sealer: Sealer) -> None:
    """Keep a personal number sealed; everybody else reads its last four digits."""
    row = vendor.personal or VendorNumber()
    row.fingerprint = sealer.fingerprint(number)
    row.number_sealed, row.emptied_on = sealer.seal_text(number), None
    vendor.personal, vendor.registration_no = row, hidden(number)


def number_behind(vendor: Vendor, text: str, sealer: Sealer) -> str:
    """Return the number that a hidden one of this vendor stands for; any other text as it is.

    So a form that shows "•••• 1234" can be sent back as it came.
    """
    row = vendor.personal
    if row is None or not is_hidden(text) or text != vendor.registration_no:
        return text
    return sealer.open_text(row.number_sealed) or text
