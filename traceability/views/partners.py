"""Partners that read and tell a vendor's events by program: their tokens, made and revoked."""

from flask import flash, make_response, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import InputRequired, Length, Optional

from accounts import guards
from kernel import clock
from kernel.db import transaction
from kernel.settings import Settings
from kernel.web.answers import Answer, go
from kernel.web.attempts import attempt
from kernel.web.forms import REQUIRED, DayField, Form, TextField
from kernel.web.pages import page
from kernel.web.session import db, part
from traceability.queries.partners import tokens_of
from traceability.services import partners
from traceability.services.partners import MOST_NAME, Grant
from traceability.views.blueprint import blueprint, owners


class TokenForm(Form):
    """Who may do what, and until when."""

    name = TextField(_l("Partner"), [InputRequired(REQUIRED), Length(max=MOST_NAME)])
    may_read = BooleanField(_l("Read the events of our lots"), default=True)
    may_capture = BooleanField(_l("Tell events of our lots, such as goods received"))
    ends_on = DayField(_l("Holds until"), [Optional()])


@blueprint.get("/partners")
@owners
def show_partners(vendor_id: str) -> Answer:
    """Show the tokens of partners, and ask for another one."""
    return _page(vendor_id, TokenForm())


@blueprint.post("/partners")
@owners
def make_token(vendor_id: str) -> Answer:
    """Make a token and show it, this once."""
    form = TokenForm()
    return attempt(
        form,
        lambda session: partners.make_token(
            session,
            vendor_id,
            grant=Grant(
                form.name.data or "",
                may_read=form.may_read.data,
                may_capture=form.may_capture.data,
                ends_on=form.ends_on.data,
            ),
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _page(vendor_id, form),
        then=lambda token: _show_once(vendor_id, token),
    )


@blueprint.post("/partners/<token_id>/revoke")
@owners
def revoke_token(vendor_id: str, token_id: str) -> Answer:
    """End a token."""
    with transaction(db()) as session:
        partners.revoke_token(
            session,
            token_id,
            vendor_id=vendor_id,
            actor=guards.current_actor(),
            now=clock.now(),
        )
    flash(_("The token is revoked and opens nothing any more."), "good")
    return go(url_for("traceability.show_partners", vendor_id=vendor_id))


def _show_once(vendor_id: str, token: str) -> Answer:
    made = make_response(_page(vendor_id, TokenForm(formdata=None), token=token))
    made.headers["Cache-Control"] = "no-store"
    return made


def _page(vendor_id: str, form: TokenForm, *, token: str = "") -> str:
    now = clock.now()
    return page(
        "traceability/partners.html",
        vendor_id=vendor_id,
        form=form,
        token=token,
        tokens=tokens_of(db(), vendor_id=vendor_id, actor=guards.current_actor()),
        today=clock.local_date(now),
        address=part(Settings).public_url.rstrip("/") + url_for("epcis.show_top"),
    )
