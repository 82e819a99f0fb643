"""Pages of the rules desk and of the work calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext as _

from accounts import guards
from accounts.queries import user_cards
from kernel import clock
from kernel.clock import local_date
from kernel.db import transaction
from kernel.errors import DomainError, NotFound
from kernel.rules_table import RuleBegun, Version, versions
from kernel.web.answers import Answer, go
from kernel.web.forms import form_error
from kernel.web.pages import page
from kernel.web.session import db
from shop.ruling.entering import (
    RULERS,
    Draft,
    enter_rule_version,
    take_back_rule_version,
)
from shop.ruling.forms import VersionForm, form_of
from shop.ruling.previewing import NAMED, preview
from shop.ruling.values import title_of, value_lines
from shop.ruling.words import Group, RuleName, rule_name
from vendors.queries.touching import Change

blueprint = Blueprint("ruling", __name__, url_prefix="/office/rules")

readers = guards.needs("reviewer", "approver", "operator")
rulers = guards.needs(*RULERS)


@dataclass(frozen=True)
class Line:
    """A rule in the list: what holds today, and what comes next."""

    key: str
    title: str
    group: Group
    lines: Sequence[str]
    now: Version | None
    coming: Version | None


@blueprint.get("")
@readers
def show_rules() -> Answer:
    """List every rule by chapter, with what holds today."""
    today = local_date(clock.now())
    by_key: dict[str, list[Version]] = {}
    for one in versions(db()):
        by_key.setdefault(one.key, []).append(one)
    lines = [_line(key, rows, today) for key, rows in by_key.items()]
    grouped = {
        group: sorted((one for one in lines if one.group is group), key=lambda one: one.title)
        for group in Group
    }
    return page("shop/ruling/list.html", grouped=grouped, may=_may())


@blueprint.get("/<key>")
@readers
def show_rule(key: str) -> Answer:
    """Show one rule: every version it had, has and will have."""
    name, rows = _known(key)
    today = local_date(clock.now())
    people = user_cards(db(), [row.entered_by for row in rows if row.entered_by])
    latest = _held(rows, today) or rows[-1]
    return page(
        "shop/ruling/one.html",
        key=key,
        title=title_of(key, name, latest.value),
        rows=[(row, value_lines(key, name, row.value)) for row in reversed(rows)],
        people=people,
        today=today,
        may=_may(),
    )


@blueprint.get("/<key>/new")
@rulers
def new_version(key: str) -> Answer:
    """Show the form of a new version, filled with what holds."""
    name, rows = _known(key)
    form = _form(key, name, rows, blank=True)
    latest = rows[-1]
    form.show(latest.value)
    form.legal_ref.data, form.certainty.data = latest.legal_ref, latest.certainty
    form.source_note.data = latest.source_note
    return _form_page(key, name, rows, form)


@blueprint.post("/<key>/new")
@rulers
def enter(key: str) -> Answer:
    """Show whom a draft touches; once that is confirmed, save it."""
    name, rows = _known(key)
    form = _form(key, name, rows)
    try:
        if not form.validate():
            return _form_page(key, name, rows, form), 422
        draft = _draft(key, form, rows)
        if request.form.get("do") == "change":
            return _form_page(key, name, rows, form)
        if request.form.get("do") != "save":
            return _preview_page(name, rows, draft)
        with transaction(db()) as work:
            enter_rule_version(work, draft, actor=guards.current_actor(), now=clock.now())
    except DomainError as refusal:
        form_error(form, refusal)
        return _form_page(key, name, rows, form), refusal.status
    flash(_("Saved. It holds from its first day on."))
    return go(url_for("ruling.show_rule", key=key))


@blueprint.post("/<key>/take-back/<version_id>")
@rulers
def take_back(key: str, version_id: str) -> Answer:
    """Take back a version that has not begun."""
    with transaction(db()) as work:
        take_back_rule_version(
            work, key, version_id=version_id, actor=guards.current_actor(), now=clock.now()
        )
    flash(_("Taken back: the version before holds on."))
    return go(url_for("ruling.show_rule", key=key))


def _line(key: str, rows: Sequence[Version], today: date) -> Line:
    name = rule_name(key)
    held = _held(rows, today)
    shown = held or rows[-1]
    return Line(
        key,
        title_of(key, name, shown.value),
        name.group if name else Group.TRADE,
        value_lines(key, name, shown.value),
        held,
        next((row for row in rows if row.valid_from > today), None),
    )


def _known(key: str) -> tuple[RuleName, list[Version]]:
    name, rows = rule_name(key), versions(db(), key)
    if name is None or not rows:
        raise NotFound
    return name, rows


def _held(rows: Sequence[Version], day: date) -> Version | None:
    for row in rows:
        if row.valid_from <= day and (row.valid_to is None or day < row.valid_to):
            return row
    return None


def _form(key: str, name: RuleName, rows: Sequence[Version], *, blank: bool = False) -> VersionForm:
    kind = form_of(key, name, rows[-1].value)
    form = kind(formdata=None) if blank else kind()
    form.name = name
    return form


def _draft(key: str, form: VersionForm, rows: Sequence[Version]) -> Draft:
    """Return what was typed.

    :raises Invalid: naming the field that is wrong.
    :raises RuleBegun: for a first day that is not to come.
    """
    first = form.first_day.data
    if first is None or first <= local_date(clock.now()):
        raise RuleBegun(field="first_day")
    held = _held(rows, first)
    # The preview hands on what it was made for; without one it is what the page showed.
    seen = request.form.get("seen", held.id if held else "")
    return Draft(
        key=key,
        value=form.value(),
        first_day=first,
        legal_ref=form.legal_ref.data,
        source_note=form.source_note.data or "",
        certainty=form.certainty.data,
        seen=seen or None,
    )


def _form_page(key: str, name: RuleName, rows: Sequence[Version], form: VersionForm) -> str:
    held = _held(rows, local_date(clock.now())) or rows[-1]
    return page(
        "shop/ruling/new.html",
        key=key,
        title=title_of(key, name, held.value),
        held=held,
        lines=value_lines(key, name, held.value),
        form=form,
        tomorrow=date.fromordinal(local_date(clock.now()).toordinal() + 1),
    )


def _preview_page(name: RuleName, rows: Sequence[Version], draft: Draft) -> str:
    held = _held(rows, draft.first_day)
    typed = [
        (field, value)
        for field, value in request.form.items(multi=True)
        if field not in {"csrf_token", "do", "seen"}
    ]
    return page(
        "shop/ruling/preview.html",
        key=draft.key,
        title=title_of(draft.key, name, draft.value),
        draft=draft,
        before=value_lines(draft.key, name, held.value) if held else [],
        after=value_lines(draft.key, name, draft.value),
        touched=preview(db(), draft, held.value if held else None),
        changes=list(Change),
        most=NAMED,
        typed=typed,
    )


def _may() -> bool:
    return guards.current_actor().has(*RULERS)
