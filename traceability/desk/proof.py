"""The log of events at the trade office's desk: checkpoints kept, and old ones held against it."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import InputRequired

from accounts import guards
from kernel import clock
from kernel.db import transaction
from kernel.errors import DomainError
from kernel.settings import Settings
from kernel.web.answers import Answer
from kernel.web.forms import REQUIRED, Form, TextAreaField, form_error
from kernel.web.pages import page
from kernel.web.paging import page_number
from kernel.web.session import db, part
from traceability.desk.blueprint import blueprint, officers
from traceability.proof.notes import origin_of
from traceability.queries.proof.joining import OUTCOMES, Joined
from traceability.queries.proof.log import checkpoint_page
from traceability.services.proof.judging import judge_note


class NoteForm(Form):
    """A checkpoint that was kept."""

    note = TextAreaField(_l("Checkpoint that was kept"), [InputRequired(REQUIRED)])


@blueprint.get("/trace-log")
@officers
def show_log() -> Answer:
    """List the checkpoints that were signed, and ask for one that was kept elsewhere."""
    return _page(NoteForm())


@blueprint.post("/trace-log")
@officers
def check_note() -> Answer:
    """Hold a checkpoint that was kept against the log of today."""
    form = NoteForm()
    try:
        if not form.validate():
            return _page(form), 422
        with transaction(db()) as session:
            found = judge_note(
                session,
                form.note.data,
                origin=origin_of(part(Settings).public_url),
                actor=guards.current_actor(),
                now=clock.now(),
            )
    except DomainError as refusal:
        form_error(form, refusal)
        return _page(form), refusal.status
    return _page(form, found)


def _page(form: NoteForm, found: Joined | None = None) -> str:
    return page(
        "traceability/desk_proof.html",
        form=form,
        found=found,
        words=_(OUTCOMES[found.code], **found.values) if found else "",
        points=checkpoint_page(db(), page=page_number()),
        origin=origin_of(part(Settings).public_url),
    )
