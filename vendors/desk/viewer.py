"""Papers beside what was typed: pages as pictures, so that nothing of a PDF runs in a browser."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from flask import request, url_for

from accounts import guards
from kernel import clock
from kernel.db import transaction
from kernel.errors import NotFound
from kernel.sealing import Sealer
from kernel.storage import Storage
from kernel.web.answers import Answer, private_bytes, private_file
from kernel.web.pages import page
from kernel.web.session import db, part
from vendors import queries
from vendors.desk.blueprint import blueprint, officers
from vendors.desk.queue import QUEUE_ARGS
from vendors.queries import Dossier, PaperCard
from vendors.rules import sees_identity
from vendors.services import viewing
from vendors.services.drawing import draw_page

TURNS = (0, 90, 180, 270)
ZOOMS = (1, 2, 3)


@dataclass(frozen=True)
class Look:
    """What of which paper is looked at, and how."""

    dossier_id: str
    paper: PaperCard | None
    sheet: int
    turn: int
    zoom: int

    def to(self, **change: Any) -> str:
        """Return the address of the same look with one thing changed; the queue stays as it is."""
        new = replace(self, **change)
        kept: dict[str, Any] = {
            name: request.args[name] for name in QUEUE_ARGS if name in request.args
        }
        return url_for(
            "vendors_desk.show_dossier",
            vendor_id=new.dossier_id,
            paper=new.paper.id if new.paper else None,
            sheet=new.sheet if new.sheet > 1 else None,
            turn=new.turn or None,
            zoom=new.zoom if new.zoom > 1 else None,
            _anchor="viewer",
            **kept,
        )

    def at(self, paper: PaperCard) -> str:
        """Return the address of the first page of a paper."""
        return self.to(paper=paper, sheet=1, turn=0, zoom=1)

    @property
    def picture(self) -> str:
        """Return the address of the picture."""
        return url_for(
            "vendors_desk.show_page",
            vendor_id=self.dossier_id,
            paper_id=self.paper.id if self.paper else "",
            number=self.sheet,
            turn=self.turn or None,
            wide=1 if self.zoom > 1 else None,
        )


def viewer_part(dossier: Dossier) -> dict[str, Any]:
    """Return the papers of a dossier and the one the address asks for, as templates show them."""
    actor = guards.current_actor()
    sees = sees_identity(actor, dossier.id, dossier.state, dossier.reviewer_id)
    chosen = _chosen(dossier.papers, request.args.get("paper", ""))
    look = Look(
        dossier_id=dossier.id,
        paper=chosen,
        sheet=min(max(request.args.get("sheet", 1, type=int), 1), chosen.pages if chosen else 1),
        turn=_one_of(TURNS, request.args.get("turn", 0, type=int)),
        zoom=_one_of(ZOOMS, request.args.get("zoom", 1, type=int)),
    )
    return {
        "look": look,
        "sees_identity": sees,
        "may_open": chosen is not None and (sees or not chosen.is_sensitive),
        "last_zoom": ZOOMS[-1],
    }


@blueprint.get("/office/vendors/<vendor_id>/papers/<paper_id>")
@officers
def show_paper(vendor_id: str, paper_id: str) -> Answer:
    """Hand out a paper as it was kept."""
    paper = _looked_at(vendor_id, paper_id)
    return private_file(paper.storage_key, media_type=paper.media_type, name=paper.file_name)


@blueprint.get("/office/vendors/<vendor_id>/papers/<paper_id>/pages/<int:number>")
@officers
def show_page(vendor_id: str, paper_id: str, number: int) -> Answer:
    """Draw one page of a paper, turned as asked."""
    paper = _looked_at(vendor_id, paper_id)
    try:
        data = part(Storage).get(paper.storage_key)
    except KeyError:
        raise NotFound from None
    turn = _one_of(TURNS, request.args.get("turn", 0, type=int))
    drawn = draw_page(data, paper.media_type, number, turn=turn, sharp="wide" in request.args)
    return private_bytes(drawn, media_type="image/jpeg", name=f"{paper.kind.value}-{number}.jpg")


@blueprint.post("/office/vendors/<vendor_id>/identity")
@officers
def show_numbers(vendor_id: str) -> Answer:
    """Show the personal numbers of a dossier for this once."""
    with transaction(db()) as work:
        numbers = viewing.look_at_numbers(
            work,
            vendor_id,
            sealer=part(Sealer),
            actor=guards.current_actor(),
            now=clock.now(),
        )
    dossier = queries.dossier(db(), vendor_id)
    return page("vendors/dossier/numbers.html", dossier=dossier, numbers=numbers)


def _looked_at(vendor_id: str, paper_id: str) -> PaperCard:
    with transaction(db()) as work:
        return viewing.look_at_paper(
            work, paper_id, vendor_id=vendor_id, actor=guards.current_actor(), now=clock.now()
        )


def _chosen(papers: Iterable[PaperCard], paper_id: str) -> PaperCard | None:
    """Return the paper asked for; else the first whose sight need not be noted."""
    named = next((paper for paper in papers if paper.id == paper_id), None)
    return named or next((paper for paper in papers if not paper.is_sensitive), None)


def _one_of(known: tuple[int, ...], wanted: int) -> int:
    return wanted if wanted in known else known[0]
