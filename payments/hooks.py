"""Messages of the card provider: verified over the raw body, kept once, answered 200."""

from flask import Blueprint, abort, request
from werkzeug import Response

from accounts import guards
from kernel import clock
from kernel.db import transaction
from kernel.settings import Settings
from kernel.web.limits import limiter
from kernel.web.security import csrf
from kernel.web.session import db, part
from payments.gateways.stripe_cards import StripeCards
from payments.rules import Method
from payments.services.card import offered_methods
from payments.services.hear import hear_provider

blueprint = Blueprint("payment_hooks", __name__)
# A signature proves the sender; there is no browser and no form.
csrf.exempt(blueprint)

MOST_BYTES = 64 * 1024


@blueprint.post("/hooks/stripe")
@limiter.limit("600 per minute")
@guards.public
def stripe() -> Response:
    """Take one message; whatever is wrong with it is refused before anything is written."""
    if Method.CARD not in offered_methods(part(Settings)):
        abort(404)
    if (request.content_length or 0) > MOST_BYTES:
        abort(413)
    cards, now = part(StripeCards), clock.now()
    notice = cards.read_notice(
        request.get_data(), request.headers.get("Stripe-Signature", ""), now=now
    )
    with transaction(db()) as session:
        hear_provider(session, notice, live=cards.live, now=now)
    return Response(status=200)
