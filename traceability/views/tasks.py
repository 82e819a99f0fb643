"""The tasks of each crop that a diary offers as one press: pages of a vendor and of the office."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, request, url_for
from flask_babel import gettext as _

from accounts import guards
from kernel import clock
from kernel.db import transaction
from kernel.errors import need_found
from kernel.web.answers import Answer
from kernel.web.attempts import attempt, lead_on
from kernel.web.language import current_language
from kernel.web.pages import page
from kernel.web.session import db
from traceability.forms.tasks import TaskForm
from traceability.queries.tasks import TaskRow, all_tasks, task_of
from traceability.rules import Activity
from traceability.rules.tasks import Task
from traceability.services.tasks import add_task, change_task, switch_task
from traceability.views.blueprint import blueprint as farm
from traceability.views.blueprint import recorders

blueprint = Blueprint("tasks_desk", __name__, url_prefix="/office/tasks")

officers = guards.needs("reviewer", "approver")


@dataclass(frozen=True)
class Keeper:
    """Whose tasks a page is about: a vendor's, or the office's (None)."""

    vendor_id: str | None

    @property
    def layout(self) -> str:
        """The frame of the page."""
        return "shop/workspace.html" if self.vendor_id else "shop/desk.html"

    def url(self, page_name: str, task_id: str | None = None, way: str | None = None) -> str:
        """Return the address of one of the pages."""
        room = "tasks_desk" if self.vendor_id is None else "traceability"
        return url_for(f"{room}.{page_name}", vendor_id=self.vendor_id, task_id=task_id, way=way)


@farm.get("/tasks")
@recorders
def show_tasks(vendor_id: str) -> Answer:
    """List what the diary of a vendor offers."""
    return _list(Keeper(vendor_id))


@farm.get("/tasks/new")
@recorders
def new_task(vendor_id: str) -> Answer:
    """Ask for a task."""
    return _form_page(Keeper(vendor_id), _blank())


@farm.post("/tasks/new")
@recorders
def create_task(vendor_id: str) -> Answer:
    """Offer a task."""
    return _create(Keeper(vendor_id))


@farm.get("/tasks/<task_id>")
@recorders
def edit_task(vendor_id: str, task_id: str) -> Answer:
    """Show a task to be changed."""
    return _edit(Keeper(vendor_id), task_id)


@farm.post("/tasks/<task_id>")
@recorders
def save_task(vendor_id: str, task_id: str) -> Answer:
    """Change a task."""
    return _save(Keeper(vendor_id), task_id)


@farm.post("/tasks/<task_id>/<any(on, off):way>")
@recorders
def turn_task(vendor_id: str, task_id: str, way: str) -> Answer:
    """Offer a task again, or no more."""
    return _turn(Keeper(vendor_id), task_id, way)


@blueprint.get("", endpoint="show_tasks")
@officers
def show_office_tasks() -> Answer:
    """List what the diaries of all vendors offer."""
    return _list(Keeper(None))


@blueprint.get("/new", endpoint="new_task")
@officers
def new_office_task() -> Answer:
    """Ask for a task for everybody."""
    return _form_page(Keeper(None), _blank())


@blueprint.post("/new", endpoint="create_task")
@officers
def create_office_task() -> Answer:
    """Offer a task to everybody."""
    return _create(Keeper(None))


@blueprint.get("/<task_id>", endpoint="edit_task")
@officers
def edit_office_task(task_id: str) -> Answer:
    """Show a task of the office to be changed."""
    return _edit(Keeper(None), task_id)


@blueprint.post("/<task_id>", endpoint="save_task")
@officers
def save_office_task(task_id: str) -> Answer:
    """Change a task for everybody."""
    return _save(Keeper(None), task_id)


@blueprint.post("/<task_id>/<any(on, off):way>", endpoint="turn_task")
@officers
def turn_office_task(task_id: str, way: str) -> Answer:
    """Offer a task to everybody again, or no more."""
    return _turn(Keeper(None), task_id, way)


def _list(keeper: Keeper) -> str:
    rows = all_tasks(db(), vendor_id=keeper.vendor_id)
    replaced = {row.instead_of for row in rows}
    shown = [row for row in rows if row.id not in replaced]
    return page("traceability/tasks.html", keeper=keeper, vendor_id=keeper.vendor_id, tasks=shown)


def _create(keeper: Keeper) -> Answer:
    form = TaskForm()
    return attempt(
        form,
        lambda session: add_task(
            session,
            vendor_id=keeper.vendor_id,
            task=_task(form, None),
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _form_page(keeper, form),
        then=_saved(keeper),
    )


def _edit(keeper: Keeper, task_id: str) -> Answer:
    row = _need(keeper, task_id)
    lang = current_language()
    data = {
        "title": row.title.get(lang) or next(iter(row.title.values()), ""),
        "note": row.note.get(lang, ""),
        "crops": ", ".join(row.crops),
        "activity": row.activity.value,
        "input_name": row.input_name,
        "dose": row.dose,
        "seen": str(row.version),
    }
    return _form_page(keeper, TaskForm(formdata=None, data=data), row)


def _save(keeper: Keeper, task_id: str) -> Answer:
    row, form = _need(keeper, task_id), TaskForm()
    return attempt(
        form,
        lambda session: change_task(
            session,
            task_id,
            vendor_id=keeper.vendor_id,
            task=_task(form, row),
            seen=form.seen_version,
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _form_page(keeper, form, row),
        then=_saved(keeper),
    )


def _turn(keeper: Keeper, task_id: str, way: str) -> Answer:
    _need(keeper, task_id)
    with transaction(db()) as session:
        switch_task(
            session,
            task_id,
            vendor_id=keeper.vendor_id,
            on=way == "on",
            actor=guards.current_actor(),
            now=clock.now(),
        )
    return _saved(keeper)(None)


def _saved(keeper: Keeper) -> Callable[[object], Answer]:
    return lead_on(keeper.url("show_tasks"), _("Saved."))


def _need(keeper: Keeper, task_id: str) -> TaskRow:
    return need_found(task_of(db(), task_id, vendor_id=keeper.vendor_id))


def _task(form: TaskForm, before: TaskRow | None) -> Task:
    """Return what was typed; the words in the other language stay."""
    lang = current_language()
    title = dict(before.title if before else {}) | {lang: form.title.data}
    note = dict(before.note if before else {}) | {lang: form.note.data or ""}
    return Task(
        activity=Activity(form.activity.data),
        title=title,
        crops=form.crop_names,
        note={key: text for key, text in note.items() if text},
        input_name=form.input_name.data or "",
        dose=form.dose.data or "",
    )


def _blank() -> TaskForm:
    return TaskForm(formdata=None, data={"crops": request.args.get("crop", "")[:80]})


def _form_page(keeper: Keeper, form: TaskForm, row: TaskRow | None = None) -> str:
    return page(
        "traceability/task_form.html",
        keeper=keeper,
        vendor_id=keeper.vendor_id,
        form=form,
        task=row,
    )
