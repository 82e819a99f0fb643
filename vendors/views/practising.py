"""The application for training days: the same steps and forms, and nothing is stored.

What was typed travels in the page from step to step; uploads are judged and thrown away.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict

from accounts import guards
from accounts.queries import consent_texts
from kernel import clock, places
from kernel.errors import DomainError
from kernel.web.answers import Answer
from kernel.web.forms import form_error
from kernel.web.limits import limiter
from kernel.web.pages import page
from kernel.web.session import db
from vendors.errors import NotComplete
from vendors.forms import PapersForm, PersonForm, ProofForm, SubmitForm, WhereForm, WhoForm, day_in
from vendors.queries import Line, needs_of
from vendors.rules import (
    ORGANISATIONS,
    DocumentKind,
    Evidence,
    LegalForm,
    Need,
    Offer,
    RequirementState,
    Scheme,
    need_grown_up,
    open_lines,
    open_steps,
    personal_number,
    registration_number,
    state_of,
)
from vendors.services.certifying import printed
from vendors.views.applying import communes_for, settle_commune
from vendors.views.blueprint import blueprint
from vendors.views.proving import Held, cards_for, contents_of, most_mb, paperwork_of

FORMS: dict[str, type[FlaskForm]] = {
    "who": WhoForm,
    "person": PersonForm,
    "where": WhereForm,
    "papers": PapersForm,
    "check": SubmitForm,
}
AFTER = {"who": "person", "person": "where", "where": "papers", "papers": "papers"}
KEPT = "kept"


@dataclass(frozen=True)
class Walk:
    """What was typed on the steps before: (step, field, value); it lives in the page alone."""

    typed: tuple[tuple[str, str, str], ...] = ()

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Names and values of the hidden fields that carry it on."""
        return [(f"{KEPT}:{step}:{name}", value) for step, name, value in self.typed]

    def of(self, step: str) -> MultiDict[str, str]:
        """Return what was typed on one step."""
        return MultiDict([(name, value) for at, name, value in self.typed if at == step])

    def have(self, step: str, pairs: Iterable[tuple[str, str]], *, more: bool = False) -> "Walk":
        """Return the walk with a step typed anew, or with ``more`` of it."""
        rest = [entry for entry in self.typed if more or entry[0] != step]
        return Walk((*rest, *((step, name, value) for name, value in pairs)))

    @property
    def form(self) -> LegalForm | None:
        """The legal form, once it is chosen."""
        value = self.of("who").get("legal_form")
        return LegalForm(value) if value in {form.value for form in LegalForm} else None

    @property
    def sells(self) -> list[str]:
        """What is to be sold."""
        known = {offer.value for offer in Offer}
        return [value for value in self.of("who").getlist("sells") if value in known]


@blueprint.get("/apply/practice")
@guards.public
def show_practice() -> Answer:
    """Begin to practise."""
    return _step_page("who", Walk(), WhoForm(MultiDict()))


@blueprint.post("/apply/practice")
@limiter.limit("60 per minute")
@guards.public
def practise() -> Answer:
    """Judge one step as the application does, and show the next."""
    walk, step = _walked(), request.form.get("step", "who")
    asked = request.form.get("to") or ("" if step in FORMS else "who")
    if asked:
        return _step_page(asked if asked in FORMS else "who", walk)
    form = ProofForm() if step == "papers" and "issuer" in request.form else FORMS[step]()
    if isinstance(form, WhereForm):
        settle_commune(form)
    finds = step == "where" and request.form.get("do") == "find"
    if finds or not form.validate():
        return _step_page(step, walk, form), 200 if finds else 422
    try:
        walk = _judged(step, walk, form)
    except DomainError as refusal:
        form_error(form, refusal)
        return _step_page(step, walk, form), refusal.status
    if step == "check":
        return page("vendors/steps/practised.html", dossier=None, walk=walk, step="check")
    return _step_page(AFTER[step], walk)


def _walked() -> Walk:
    """Read what the page carried on."""
    typed = []
    for name, value in request.form.items(multi=True):
        mark, _colon, rest = name.partition(":")
        step, _colon, field = rest.partition(":")
        if mark == KEPT and step in FORMS and field:
            typed.append((step, field, value))
    return Walk(tuple(typed))


def _judged(step: str, walk: Walk, form: FlaskForm) -> Walk:
    """Return the walk with this step, judged by the rules of the application.

    :raises DomainError: as the application refuses it.
    """
    if isinstance(form, WhoForm):
        registration_number(LegalForm(form.legal_form.data), form.registration_no.data or "")
    elif isinstance(form, PersonForm):
        personal_number(form.number.data or "")
        need_grown_up(day_in(form.birthday), clock.local_date(clock.now()))
    elif isinstance(form, WhereForm):
        places.commune(form.commune.data or "")
    elif isinstance(form, PapersForm):
        names = [name for name, _content in contents_of(form)]
        kind, key = form.kind.data or "", form.requirement.data or ""
        return walk.have(step, [("paper", f"{kind}|{key}|{name}") for name in names], more=True)
    elif isinstance(form, ProofForm):
        paper = printed(db(), paperwork_of(form))
        proof = f"{form.scheme.data}|{paper['valid_to']}|{form.number.data}"
        return walk.have(step, [("proof", proof)], more=True)
    else:
        _need_complete(walk)
    fields = set(form._fields) - {"csrf_token"}
    typed = [pair for pair in request.form.items(multi=True) if pair[0] in fields]
    return walk.have(step, typed)


def _need_complete(walk: Walk) -> None:
    steps, lines = _open(walk, _lines(walk))
    if steps or lines:
        raise NotComplete(steps, lines)


def _open(walk: Walk, lines: Sequence[Line]) -> tuple[list[str], list[str]]:
    steps = open_steps(
        sells=bool(walk.form and walk.sells),
        person=bool(walk.of("person")),
        place=bool(walk.of("where")),
    )
    return steps, open_lines((line.need, line.state) for line in lines)


def _lines(walk: Walk) -> list[Line]:
    """Return the checklist as it would stand."""
    today = clock.local_date(clock.now())
    if walk.form is None:
        return []
    papers, ends = _papers(walk), _ends(walk)
    evidence = Evidence(papers=frozenset(kind for kind, _key, _name in papers), certificates=ends)
    begin = RequirementState.INCOMPLETE
    return [
        Line(need, state_of(begin, proved=evidence.proves(need, on=today)))
        for need in needs_of(db(), form=walk.form, sells=walk.sells, on=today)
    ]


def _papers(walk: Walk) -> list[tuple[DocumentKind, str, str]]:
    known = {kind.value: kind for kind in DocumentKind}
    split = (value.split("|", 2) for value in walk.of("papers").getlist("paper"))
    return [(known[one[0]], one[1], one[2]) for one in split if len(one) == 3 and one[0] in known]


def _ends(walk: Walk) -> dict[Scheme, date]:
    known = {scheme.value: scheme for scheme in Scheme}
    ends: dict[Scheme, date] = {}
    for value in walk.of("papers").getlist("proof"):
        scheme, _bar, rest = value.partition("|")
        try:
            ends[known[scheme]] = date.fromisoformat(rest.partition("|")[0])
        except (KeyError, ValueError):
            continue
    return ends


def _held(walk: Walk, need: Need | None) -> list[Held]:
    key = need.key if need else ""
    names = [Held(name) for _kind, at, name in _papers(walk) if at == key]
    schemes = {scheme.value for scheme in need.schemes} if need else set()
    proofs = [value.split("|") for value in walk.of("papers").getlist("proof")]
    return names + [Held(one[-1]) for one in proofs if one[0] in schemes]


def _step_page(step: str, walk: Walk, form: Any = None) -> str:
    """Show one step; without its form, filled with what was typed there before."""
    if step in {"papers", "check"} and walk.form is None:
        step, form = "who", None
    if form is None:
        form = FORMS[step](walk.of(step))
    more: dict[str, Any] = {"form": form}
    if step == "person":
        more |= {"known": None, "has_head_office": walk.form in ORGANISATIONS}
    elif step == "where":
        more = {"city": places.CITY, **communes_for(form)}
    elif step in {"papers", "check"}:
        lines = _lines(walk)
        steps, lines_open = _open(walk, lines)
        more |= {
            "lines": lines,
            "steps": steps,
            "lines_open": lines_open,
            "needed": sum(not line.need.optional for line in lines),
            "most_mb": most_mb(),
            "cards": cards_for(lines, form, lambda need: _held(walk, need)),
            "facts": _facts(walk),
            "consents": consent_texts(db(), on=clock.local_date(clock.now())),
        }
    return page(f"vendors/steps/{step}.html", dossier=None, walk=walk, step=step, **more)


def _facts(walk: Walk) -> list[tuple[str, str]]:
    """Return what was typed, in words, for the last look."""
    who, person, where = walk.of("who"), walk.of("person"), walk.of("where")
    return [
        (_("Name"), who.get("name", "")),
        (_("Tax code or personal number"), who.get("registration_no", "")),
        (_("Represented by"), person.get("full_name", "")),
        (_("Address"), where.get("address", "")),
        (_("Phone number"), where.get("phone", "")),
    ]
