"""An invitation is opened: who it is from, and the button that accepts it."""

from flask import flash, url_for
from flask_babel import gettext as _

from accounts import guards
from kernel import clock
from kernel.db import transaction
from kernel.web.answers import Answer, go
from kernel.web.limits import limiter
from kernel.web.pages import page
from kernel.web.session import db
from vendors import queries
from vendors.errors import InvitationUsed
from vendors.forms import PressForm
from vendors.services import inviting
from vendors.views.blueprint import blueprint


@blueprint.get("/join/<token>")
@limiter.limit("60 per hour")
@guards.signed_in
def show_invitation(token: str) -> Answer:
    """Show who invites; nothing happens before the button."""
    found = queries.invitation(db(), token, now=clock.now())
    if found is None:
        raise InvitationUsed
    return page("vendors/join.html", invitation=found, form=PressForm())


@blueprint.post("/join/<token>")
@limiter.limit("60 per hour")
@guards.signed_in
def accept_invitation(token: str) -> Answer:
    """Become a member."""
    with transaction(db()) as work:
        vendor_id = inviting.accept_invitation(
            work, token, actor=guards.current_actor(), now=clock.now()
        )
    flash(_("Welcome. This is your workspace now."))
    return go(url_for("vendors.show_status", vendor_id=vendor_id))


@blueprint.post("/work/<vendor_id>/invitations/<invitation_id>/take-back")
@guards.member("owner")
def take_back_invitation(vendor_id: str, invitation_id: str) -> Answer:
    """Make an invitation void."""
    with transaction(db()) as work:
        inviting.take_back_invitation(
            work,
            invitation_id,
            vendor_id=vendor_id,
            actor=guards.current_actor(),
            now=clock.now(),
        )
    flash(_("The invitation is void."))
    return go(url_for("vendors.show_members", vendor_id=vendor_id))
