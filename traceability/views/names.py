"""Names of people in a vendor's events: seen by the owner, erased when somebody asks for it."""

from flask import flash, url_for
from flask_babel import gettext as _

from accounts import guards
from kernel import clock
from kernel.db import transaction
from kernel.errors import need_found
from kernel.web.answers import Answer, go
from kernel.web.forms import Form
from kernel.web.pages import page
from kernel.web.session import db
from traceability.queries.proof.names import people_named
from traceability.services.proof.personal import forget_person
from traceability.views.blueprint import blueprint, owners


@blueprint.get("/names")
@owners
def show_names(vendor_id: str) -> Answer:
    """Show who is named in the events of the vendor's lots."""
    actor = guards.current_actor()
    people = people_named(db(), vendor_id=vendor_id, actor=actor)
    return page("traceability/names.html", vendor_id=vendor_id, people=people)


@blueprint.get("/names/<key>")
@owners
def ask_forget(vendor_id: str, key: str) -> Answer:
    """Ask once more before a name is erased for good."""
    actor = guards.current_actor()
    people = people_named(db(), vendor_id=vendor_id, actor=actor)
    person = need_found(next((one for one in people if one.key == key), None))
    return page("traceability/name_forget.html", vendor_id=vendor_id, person=person, form=Form())


@blueprint.post("/names/<key>/forget")
@owners
def forget_name(vendor_id: str, key: str) -> Answer:
    """Erase a name and its secrets beside the events."""
    actor = guards.current_actor()
    with transaction(db()) as session:
        forget_person(session, key, vendor_id=vendor_id, actor=actor, now=clock.now())
    flash(_("The name is erased. The events stay, and the log is whole."), "good")
    return go(url_for("traceability.show_names", vendor_id=vendor_id))
