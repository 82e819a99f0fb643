"""The office keeps other words for the same thing; searches look for them at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request, url_for
from flask_babel import gettext as _

from accounts import guards
from catalog.desk.blueprint import blueprint
from catalog.forms.searching import SwitchForm, SynonymForm
from catalog.queries.cards import Card, cards_by_code
from catalog.queries.synonyms import (
    SynonymRow,
    Wanted,
    active_entries,
    synonym_row,
    synonym_rows,
)
from catalog.rules import OFFICE_ROLES
from catalog.rules.synonyms import MOST_LETTERS, Entry
from catalog.search.engine import EngineDown, SearchEngine
from catalog.services.synonyms import (
    LANGS,
    add_synonym,
    change_synonym,
    check_draft,
    switch_synonym,
)
from catalog.services.ways import ways_of
from kernel import audit, clock
from kernel.errors import DomainError, NotFound
from kernel.web.answers import Answer
from kernel.web.attempts import attempt, lead_on
from kernel.web.forms import form_error
from kernel.web.pages import page
from kernel.web.paging import page_number
from kernel.web.session import db, part

readers = guards.needs("reviewer", "approver", "statistics", "operator")
editors = guards.needs(*OFFICE_ROLES)

SHOWN = 6
HISTORY = 20
SWITCHED = {"on": True, "off": False}


@dataclass(frozen=True)
class Found:
    """What one of the words finds, without an entry and with it."""

    word: str
    before: int
    after: int
    cards: Sequence[Card]


@blueprint.get("/synonyms")
@readers
def show_synonyms() -> Answer:
    """List the entries."""
    wanted = Wanted(
        words=request.args.get("words", "")[:MOST_LETTERS],
        lang=_words_lang(""),
        active=SWITCHED.get(request.args.get("active", "on")),
    )
    return page(
        "catalog/search/synonyms.html",
        wanted=wanted,
        rows=synonym_rows(db(), wanted, page=page_number()),
        may_enter=guards.current_actor().has(*OFFICE_ROLES),
    )


@blueprint.get("/synonyms/new")
@editors
def new_synonym() -> Answer:
    """Show the form; a query that found nothing may stand in it already."""
    form = SynonymForm(formdata=None)
    form.typed.data = request.args.get("typed", "")[:MOST_LETTERS]
    form.lang.data = _words_lang(LANGS[0])
    return _new_page(form)


def _words_lang(otherwise: str) -> str:
    """Return the language of words that the address names; "lang" is that of the page."""
    asked = request.args.get("words_lang", "")
    return asked if asked in LANGS else otherwise


@blueprint.post("/synonyms/new")
@editors
def enter_synonym() -> Answer:
    """Show what an entry would find, or enter it."""
    form = SynonymForm()
    if request.form.get("do") == "preview":
        return _previewed(form, None)

    return attempt(
        form,
        lambda work: add_synonym(work, form.draft(), actor=guards.current_actor(), now=clock.now()),
        again=lambda: _new_page(form),
        then=lead_on(_address, _("Saved. Searches look for it from now on.")),
    )


@blueprint.get("/synonyms/<synonym_id>")
@readers
def show_synonym(synonym_id: str) -> Answer:
    """Show one entry, its form and its history."""
    row = _need(synonym_id)
    return _one_page(row, _filled(row))


@blueprint.post("/synonyms/<synonym_id>")
@editors
def edit_synonym(synonym_id: str) -> Answer:
    """Show what an entry would find, or change it."""
    form, row = SynonymForm(), _need(synonym_id)
    if request.form.get("do") == "preview":
        return _previewed(form, row)

    actor, now = guards.current_actor(), clock.now()
    return attempt(
        form,
        lambda work: change_synonym(
            work, row.id, form.draft(), seen=form.seen(), actor=actor, now=now
        ),
        again=lambda: _one_page(row, form),
        then=lead_on(_address(row.id), _("Saved. Searches look for it from now on.")),
    )


@blueprint.post("/synonyms/<synonym_id>/switch")
@editors
def switch(synonym_id: str) -> Answer:
    """Have searches look for the words of an entry, or no longer."""
    form, row = SwitchForm(), _need(synonym_id)
    active = SWITCHED.get(form.active.data or "")
    if active is None:
        raise NotFound

    actor, now = guards.current_actor(), clock.now()
    return attempt(
        form,
        lambda work: switch_synonym(
            work, row.id, active=active, seen=form.seen(), actor=actor, now=now
        ),
        again=lambda: _switch_page(row, form),
        then=lead_on(_address(row.id), _("Switched on.") if active else _("Switched off.")),
    )


def _switch_page(row: SynonymRow, refused: SwitchForm) -> str:
    form = _filled(row)
    form.problem = refused.problem
    return _one_page(row, form)


def _filled(row: SynonymRow) -> SynonymForm:
    form = SynonymForm(formdata=None)
    form.typed.data, form.others.data = row.typed, "\n".join(row.others)
    form.kind.data, form.lang.data = row.kind.value, row.lang
    form.note.data, form.version.data = row.note, str(row.version)
    return form


def _address(synonym_id: str) -> str:
    return url_for("catalog_desk.show_synonym", synonym_id=synonym_id)


def _need(synonym_id: str) -> SynonymRow:
    row = synonym_row(db(), synonym_id)
    if row is None:
        raise NotFound
    return row


def _previewed(form: SynonymForm, row: SynonymRow | None) -> Answer:
    """Show the form again with what the words would find."""
    found: Sequence[Found] = ()
    status = 200
    try:
        if not form.validate():
            status = 422
        else:
            besides = row.id if row and row.active else ""
            entry = check_draft(db(), form.draft(), besides=besides)
            found = _find(entry, besides)
    except DomainError as refusal:
        form_error(form, refusal)
        status = refusal.status
    except EngineDown:
        form.problem, status = _("The search engine does not answer just now."), 503
    shown = _one_page(row, form, found) if row else _new_page(form, found)
    return shown, status


def _find(entry: Entry, besides: str) -> list[Found]:
    """Ask for each word that would be typed, without the entry and with it.

    :raises EngineDown: when the engine does not answer.
    """
    others = active_entries(db(), besides=besides)
    before, after = ways_of(others), ways_of([*others, entry])
    engine = part(SearchEngine)
    found = [
        (word, engine.search(word, per_page=1, ways=before).total, hits)
        for word in entry.typed
        for hits in [engine.search(word, per_page=SHOWN, ways=after)]
    ]
    codes = {code for _word, _before, hits in found for code in hits.codes}
    cards = {card.code: card for card in cards_by_code(db(), sorted(codes), now=clock.now())}
    return [
        Found(word, total, hits.total, [cards[code] for code in hits.codes if code in cards])
        for word, total, hits in found
    ]


def _new_page(form: SynonymForm, found: Sequence[Found] = ()) -> str:
    return page("catalog/search/synonym.html", form=form, row=None, found=found, may_enter=True)


def _one_page(row: SynonymRow, form: SynonymForm, found: Sequence[Found] = ()) -> str:
    return page(
        "catalog/search/synonym.html",
        form=form,
        row=row,
        found=found,
        trail=audit.trail(db(), {"synonym": [row.id]}, page=1, size=HISTORY).items,
        may_enter=guards.current_actor().has(*OFFICE_ROLES),
    )
