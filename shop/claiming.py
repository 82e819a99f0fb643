"""A buyer scratches a label and claims it by its secret code: once, for all to see."""

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import InputRequired, Length

from accounts import guards
from kernel import clock
from kernel.db import transaction
from kernel.errors import NotFound
from kernel.web.answers import Answer
from kernel.web.forms import REQUIRED, Form, TextField
from kernel.web.limits import limiter
from kernel.web.pages import page
from kernel.web.session import db
from shop.resolver.knowing import JUDGED
from shop.scanning import device_key
from traceability.queries import LotCard
from traceability.queries.codes import lot_of_trace_code
from traceability.queries.scans import SerialStory, serial_story
from traceability.rules.claims import Claim, read_claim
from traceability.services.claims import claim_unit
from vendors.queries import VendorCard, vendor_cards

blueprint = Blueprint("claim", __name__)


class ClaimForm(Form):
    """The secret code of a label."""

    code = TextField(
        _l("Secret code"),
        [InputRequired(REQUIRED), Length(max=60)],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )


@blueprint.get("/t/<code>/<serial>/claim")
@guards.public
def ask_code(code: str, serial: str) -> Answer:
    """Ask for the secret code of a label."""
    return _page(*_known(code, serial), ClaimForm())


# Nobody guesses eighty bits: the limit keeps programs from trying, and the log of signs short.
@blueprint.post("/t/<code>/<serial>/claim")
@limiter.limit("10 per minute; 60 per hour")
@guards.public
def claim_label(code: str, serial: str) -> Answer:
    """Claim a label: genuine and claimed now, or when it was claimed, or not its code."""
    lot, vendor, unit = _known(code, serial)
    form, now = ClaimForm(), clock.now()
    if not form.validate_on_submit():
        return _page(lot, vendor, unit, form), 422
    with transaction(db()) as session:
        claim = claim_unit(
            session,
            unit.serial,
            lot_id=lot.id,
            code=read_claim(form.code.data or ""),
            device=device_key(now),
            now=now,
        )
    if claim.is_right:
        return _page(lot, vendor, unit, form, claim)
    form.code.errors = [_("This is not the code of this label. Look again; is it a copy?")]
    return _page(lot, vendor, unit, form), 422


def _known(code: str, serial: str) -> tuple[LotCard, VendorCard, SerialStory]:
    """Return a label that has a secret code.

    :raises NotFound: for every other one.
    """
    lot = lot_of_trace_code(db(), code.upper())
    if lot is None:
        raise NotFound
    vendor = vendor_cards(db(), [lot.vendor_id])[lot.vendor_id]
    unit = serial_story(db(), lot_id=lot.id, serial=serial.upper(), device="")
    if not unit.has_claim or vendor.state not in JUDGED:
        raise NotFound
    return lot, vendor, unit


def _page(
    lot: LotCard,
    vendor: VendorCard,
    unit: SerialStory,
    form: ClaimForm,
    claim: Claim | None = None,
) -> str:
    return page("shop/lot_claim.html", lot=lot, vendor=vendor, unit=unit, form=form, claim=claim)
