"""Two vendors with everything a vendor can have, and everybody who may knock at a door."""

import shutil
import sqlite3
from contextlib import closing
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from accounts.rules import RequestKind
from accounts.services.requests import NewRequest, file_request
from bookings.models import Departure
from catalog.models import Attribute, Category, ListingRevision, PricePlan, Synonym, Variant
from catalog.rules.attributes import AttributeKind
from catalog.rules.synonyms import SynonymKind
from kernel.actor import GUEST, Actor
from kernel.db import transaction
from kernel.events import OutboxMessage
from kernel.quantity import Unit
from kernel.rules_table import seed_rules
from kernel.settings import Settings
from kernel.storage import Storage
from orders.models import CollectionPoint, Order, OrderLine
from orders.queries.carts import Bearer
from tests.conftest import DATA_KEY, NOW, TOKEN
from tests.orders import market
from tests.people import sign_in_as
from tests.shop.stalls import Stalls
from tests.traceability.land import OFFICE, Land, member
from traceability.epcis.subscribing import SubscriptionWish
from traceability.models import (
    BarredLink,
    Complaint,
    DiaryPull,
    DiaryTask,
    DlLink,
    Farm,
    LogisticUnit,
    Lot,
    PartnerToken,
    PlotWater,
    RecallAction,
    RecallNotice,
    ScanAlert,
    SerialUnit,
    WatchItem,
)
from traceability.queries.partners import Partner
from traceability.queries.recalls.starts import Beginning
from traceability.rules import Activity, InputKind, Portion, UnitKind, WatchKind
from traceability.rules.copies import ScanNote
from traceability.rules.labels import Template
from traceability.rules.recalls import ComplaintKind, Measure, Origin
from traceability.services import lots, recalls, shed, supplies, watching, water
from traceability.services.claims import hand_out_claims
from traceability.services.labels import Wish, print_labels
from traceability.services.lots import ShipFacts
from traceability.services.naming import name_query
from traceability.services.partners import Grant, make_token
from traceability.services.recalls import ComplaintFacts, RecallFacts
from traceability.services.scans import record_scans
from traceability.services.shed import BatchFacts
from traceability.services.subscriptions import subscribe
from traceability.services.supplies import CropFacts, ProductFacts
from vendors.models import (
    AuthorityOrder,
    DecisionDocument,
    Invitation,
    SiteVisit,
    Vendor,
    VendorDocument,
    VendorNotice,
    VisitPhoto,
)
from vendors.rules import DocumentKind
from vendors.rules.decisions import DecisionKind, DecisionState
from vendors.rules.orders import OrderKind
from vendors.rules.visits import DayPart

VENDOR_ROLES = ("owner", "seller", "recorder", "finance")
OFFICE_ROLES = ("reviewer", "approver", "statistics", "finance", "operator")
PAPER = b"%PDF-1.4 the papers of a vendor %%EOF"


@dataclass
class Person:
    """A browser and what its owner may do."""

    name: str
    user_id: str | None = None
    roles: frozenset[str] = frozenset()
    strong: bool = True
    vendor: str | None = None
    vendor_role: str = ""
    cookie: str = ""
    token: str = ""


@dataclass
class World:
    """A market, its people, and a way to ask it anything without leaving a trace."""

    app: Flask
    path: Path
    people: dict[str, Person] = field(default_factory=dict)
    ids: dict[str, dict[str, str]] = field(default_factory=dict)

    files: dict[str, bytes] = field(default_factory=dict)

    def session(self) -> Session:
        return self.app.extensions["sessionmaker"]()

    @property
    def storage(self) -> Storage:
        """Where its files lie."""
        return self.app.extensions[Storage.__qualname__]

    def store(self, key: str, data: bytes, media_type: str) -> None:
        """Put a file where it is put back to."""
        self.files[key] = data
        self.storage.put(key, data, media_type)

    def client(self, person: Person) -> FlaskClient:
        client = self.app.test_client()
        client.set_cookie("cp_session", person.cookie)
        return client

    def ask(self, person: Person, method: str, url: str, data: dict[str, Any]) -> TestResponse:
        """Send one request; forms get the person's token."""
        form = {"csrf_token": person.token, **data} if method == "POST" else None
        came_from = {"Referer": f"http://localhost{url}"}
        return self.client(person).open(url, method=method, data=form, headers=came_from)

    def changes(self) -> int:
        """Return a number that grows with every commit of others."""
        return self._watcher.execute("PRAGMA data_version").fetchone()[0]

    def digest(self) -> dict[str, str]:
        """Return a digest of each table of the business."""
        with closing(sqlite3.connect(self.path)) as connection:
            names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            return {
                name: sha256(
                    repr(connection.execute(f'SELECT * FROM "{name}"').fetchall()).encode()
                ).hexdigest()
                for (name,) in names.fetchall()
                if name not in {"rate_window", "alembic_version"}
            }

    def keep(self) -> None:
        """Remember the world as it is."""
        self._watcher = sqlite3.connect(self.path)
        self._kept = sqlite3.connect(":memory:")
        self._watcher.backup(self._kept)
        self.before, self.seen = self.digest(), self.changes()

    def put_back(self) -> None:
        """Undo whatever was done since, if anything: rows, and files that were deleted."""
        for key, data in self.files.items():
            if not self.storage.exists(key):
                self.storage.put(key, data, "application/octet-stream")
        if self.changes() != self.seen:
            with closing(sqlite3.connect(self.path)) as live:
                live.execute("PRAGMA synchronous=OFF")
                self._kept.backup(live)
            self.seen = self.changes()

    def changed(self) -> list[str]:
        """Return the tables that are not what they were."""
        if self.changes() == self.seen:
            return []
        now = self.digest()
        return [name for name, digest in self.before.items() if now[name] != digest]

    def close(self) -> None:
        self._watcher.close()
        self._kept.close()
        self.app.extensions["sessionmaker"].kw["bind"].dispose()


def _barred(vendor_id: str, lot: Lot) -> BarredLink:
    """A link that the office took down."""
    return BarredLink(
        vendor_id=vendor_id,
        anchor=f"/t/{lot.trace_code}",
        link_type="pip",
        href="https://vuon.example/gia",
        title="Trang",
        reason="Hàng giả",
        taken_by_name="Lan",
        taken_at=NOW,
    )


def _carry(land: Land, lot_id: str) -> tuple[str, str]:
    """Put something into a crate, and send something to a partner."""
    vendor, who = land.vendor_id, {"actor": land.owner}
    kind = UnitKind.CRATE
    unit_id = land.run(lots.make_unit, vendor_id=vendor, kind=kind, name="Sọt 1", **who)
    land.run(lots.pack_unit, unit_id, portions=[Portion(lot_id, 2_000)], **who)
    facts = ShipFacts((Portion(lot_id, 1_000),), to_name="Siêu thị Bình An")
    return unit_id, land.run(lots.ship_goods, vendor_id=vendor, facts=facts, **who)


_filled: dict[Path, World] = {}
"""The world that a process filled, by its empty database: all others are copies of it."""


def build_world(template: Path, folder: Path) -> World:
    """Give a world in a folder of its own: two vendors and everybody's sign-in."""
    place = template.parent / "world"
    if template not in _filled:
        place.mkdir()
        _filled[template] = _fill_world(template, place)
    filled = _filled[template]
    shutil.copytree(place, folder, dirs_exist_ok=True)
    world = World(
        _app_in(folder),
        folder / "market.db",
        people=deepcopy(filled.people),
        ids=deepcopy(filled.ids),
        files=dict(filled.files),
    )
    world.keep()
    return world


def _app_in(folder: Path) -> Flask:
    from shop.factory import create_app

    return create_app(
        Settings(
            market_env="demo",
            instance_path=folder,
            secret_key="a secret of the tests, long enough",
            data_keys=(DATA_KEY,),
            fingerprint_key="fingerprints of the tests, long enough",
            database_url=f"sqlite:///{folder / 'market.db'}",
            public_url="http://localhost",
            testing=True,
        )
    )


def _fill_world(template: Path, folder: Path) -> World:
    """Fill a copy of an empty database, and leave nothing open."""
    from shop.wiring import reindex

    path = folder / "market.db"
    shutil.copy(template, path)
    world = World(_app_in(folder), path)
    with world.session() as session:
        with transaction(session):
            seed_rules(session, now=NOW)
            Stalls(session).category("fruit", "Trái cây", "Fruit")
            session.add(_point())
            synonym = _synonym()
            session.add(synonym)
            session.add(Attribute(key="hang", kind=AttributeKind.CHOICE, label={"vi": "Hạng"}))
        for letter in ("A", "B"):
            world.ids[letter] = _vendor(world, session, letter) | {"synonym_id": synonym.id}
    _meet(world)
    for letter in ("A", "B"):
        _trade(world, letter)
    maker = world.app.extensions["sessionmaker"]
    reindex(maker, world.app.extensions[Settings.__qualname__], now=NOW)
    maker.kw["bind"].dispose()
    return world


def _point() -> CollectionPoint:
    return CollectionPoint(
        code="CHO", name={"vi": "Chợ"}, commune=market.THANH_HA, address="Quầy 1", hours={}
    )


def _synonym() -> Synonym:
    return Synonym(
        kind=SynonymKind.TWO_WAY,
        lang="vi",
        words=["ổi", "phan thạch lựu"],
        changed_name="Lan",
        changed_at=NOW,
    )


def _vendor(world: World, session: Session, letter: str) -> dict[str, str]:
    """A vendor with land, a lot, papers, and something of each kind for sale."""
    land = Land(session, code=f"VENDOR-{letter}")
    entry_id = land.write()
    lot_id = land.harvest(harvested_on=NOW.date())
    unit_id, shipment_id = _carry(land, lot_id)
    records = _records(world, land, lot_id)
    with transaction(session):
        stalls = Stalls(session)
        vendor = session.get_one(Vendor, land.vendor_id)
        shelf = session.scalars(sa.select(Category)).first()
        attribute_id = session.scalars(sa.select(Attribute.id)).one()
        lot = session.get_one(Lot, lot_id)
        goods = stalls.goods(
            vendor, shelf, f"GOODS-{letter}", traced=False, lot_id=lot.id, farm_id=land.farm_id
        )
        goods.photos = [_photo(letter)]
        visit = stalls.visit(vendor, shelf, f"VISIT-{letter}")
        certificate = stalls.certificate(vendor)
        paper = _paper(world, vendor.id, letter)
        session.add(paper)
        invitation = Invitation(
            vendor_id=vendor.id,
            contact=f"{letter}@example.vn",
            roles=["seller"],
            digest=letter * 64,
            created_at=NOW,
            expires_at=NOW + timedelta(days=7),
        )
        session.add(invitation)
        decision = _decision(world, vendor.id, letter)
        session.add(decision)
        visit_of_office = _office_visit(vendor.id)
        session.add(visit_of_office)
        session.flush()
        photo = _visit_photo(world, visit_of_office, letter)
        session.add(photo)
        dead = OutboxMessage(kind="LotHeld", payload={}, created_at=NOW, due_at=NOW, dead_at=NOW)
        notice = _notice(vendor.id)
        order = _authority_order(letter)
        session.add_all([dead, notice, order])
        session.flush()
        office_task, task = _task(None), _task(vendor.id)
        session.add_all([office_task, task])
        session.flush()
        departure = session.scalars(
            sa.select(Departure)
            .where(Departure.listing_id == visit.id)
            .order_by(Departure.starts_at)
        ).first()
        pack = session.scalars(sa.select(Variant).where(Variant.listing_id == goods.id)).first()
        plan, revision = _plan(goods.id, pack.id), _revision(goods.id, goods.category_id, letter)
        link = DlLink(
            vendor_id=vendor.id,
            anchor=f"/t/{lot.trace_code}",
            link_type="recipeInfo",
            href="https://vuon.example/cong-thuc",
            title="Công thức",
            created_at=NOW,
        )
        barred = _barred(vendor.id, lot)
        session.add_all([plan, revision, link, barred])
        session.flush()
        return _recall(session, vendor.id, lot.id) | {
            "vendor_id": vendor.id,
            "plan_id": plan.id,
            "task_id": task.id,
            "office_task_id": office_task.id,
            "vendor_slug": vendor.slug,
            "farm_id": land.farm_id,
            "plot_id": land.plot_id,
            "season_id": land.season_id,
            "pull_id": _pull(session, vendor.id),
            "lot_id": lot.id,
            "token_id": (token_id := _partner(session, land)),
            "subscription_id": _subscription(session, vendor.id, token_id),
            "unit_id": unit_id,
            "load_code": session.get_one(LogisticUnit, unit_id).code,
            "shipment_id": shipment_id,
            "entry_id": entry_id,
            **records,
            "trace_code": lot.trace_code,
            **_labels(session, lot),
            "place_code": session.get(Farm, land.farm_id).trace_code,
            "listing_id": goods.id,
            "goods_code": goods.code,
            "visit_code": visit.code,
            "variant_id": pack.id,
            "departure_id": departure.id,
            "certificate_id": certificate.id,
            "paper_id": paper.id,
            "invitation_id": invitation.id,
            "link_id": link.id,
            "barred_id": barred.id,
            "document_id": decision.id,
            "notice_id": notice.id,
            "authority_order_id": order.id,
            "decision_code": decision.lookup_code,
            "visit_id": visit_of_office.id,
            "photo_id": photo.id,
            "digest": _photo(letter)["digest"],
            "category_id": shelf.id,
            "attribute_id": attribute_id,
            "seq": str(dead.seq),
            "request_id": file_request(
                session,
                NewRequest(RequestKind.ACCESS, "All of it.", "vi", "Lan", "lan@example.com"),
                actor=GUEST,
                now=NOW,
            ),
        }


def _partner(session: Session, land: Land) -> str:
    """Give a partner a token and return its id."""
    grant = Grant("Siêu thị", may_read=True, may_capture=True)
    make_token(session, land.vendor_id, grant=grant, actor=land.owner, now=NOW)
    return session.scalars(
        sa.select(PartnerToken.id).where(PartnerToken.vendor_id == land.vendor_id)
    ).one()


def _subscription(session: Session, vendor_id: str, token_id: str) -> str:
    """Have the partner's program sent what happens, and return the subscription's id."""
    partner = Partner(token_id, vendor_id, may_read=True, may_capture=True)
    name_query(session, "all", query={"EQ_action": "ADD"}, partner=partner, now=NOW)
    return subscribe(
        session,
        "all",
        wish=SubscriptionWish("https://shop.example/epcis", streams=True, schedule={}),
        epc_format="No_Preference",
        partner=partner,
        now=NOW,
    )


def _task(vendor_id: str | None) -> DiaryTask:
    return DiaryTask(
        vendor_id=vendor_id,
        activity=Activity.CARE,
        title={"vi": "Bao quả"},
        position=1,
        changed_at=NOW,
    )


def _records(world: World, land: Land, lot_id: str) -> dict[str, str]:
    """A batch in the shed, a lab test with its report, lists of the office, a matter to look at."""
    facts = BatchFacts("Confidor 100SL", NOW.date(), Unit.MILLILITRE, 500)
    batch_id = land.run(shed.add_batch, vendor_id=land.vendor_id, facts=facts, actor=land.recorder)
    test_id = land.test(lot_id)
    world.store("private/reports/x.pdf", PAPER, "application/pdf")
    crop = CropFacts("other", {"vi": "Cây khác"})
    product = ProductFacts("Thuốc khác", InputKind.OTHER)
    owner = {"actor": land.owner}
    name = "Giếng đầu làng"
    source_id = land.run(water.add_source, vendor_id=land.vendor_id, name=name, **owner)
    first = {"plot_id": land.plot_id, "since": NOW.date()}
    land.run(water.draw_water, source_id, **first, **owner)
    made = {
        "source_id": source_id,
        "draw_id": land.session.scalars(
            sa.select(PlotWater.id).where(PlotWater.source_id == source_id)
        ).one(),
        "input_batch_id": batch_id,
        "test_id": test_id,
        "crop_id": land.run(supplies.save_crop, facts=crop, actor=OFFICE),
        "product_id": land.run(supplies.save_product, facts=product, actor=OFFICE),
    }
    detail = {"found": "16000", "most": "15000"}
    about = {"vendor_id": land.vendor_id, "season_id": land.season_id, "detail": detail}
    land.run(watching.open_matter, WatchKind.YIELD, f"yield:{land.season_id}", **about)
    item = sa.select(WatchItem.id).where(WatchItem.vendor_id == land.vendor_id)
    return made | {"item_id": land.session.scalars(item).first() or ""}


def _pull(session: Session, vendor_id: str) -> str:
    pull = DiaryPull(
        vendor_id=vendor_id,
        server="https://farm.example",
        content={"logs": [], "names": {}},
        pulled_at=NOW,
    )
    session.add(pull)
    session.flush()
    return pull.id


def _labels(session: Session, lot: Lot) -> dict[str, str]:
    """Labels with a number of their own, and a sign that somebody copied one."""
    batch_id = print_labels(
        session,
        lot.id,
        wish=Wish(Template.STICKER, 300, 2, serials=True),
        root="http://localhost",
        actor=member(lot.vendor_id, "owner"),
        now=NOW,
    )
    note = ScanNote(lot.id, "000000000000", NOW, "0" * 16)
    record_scans(session, [note], now=NOW)
    alert = session.scalars(sa.select(ScanAlert.id).where(ScanAlert.lot_id == lot.id)).one()
    serial = session.scalars(
        sa.select(SerialUnit.serial).where(SerialUnit.batch_id == batch_id)
    ).first()
    return {
        "batch_id": batch_id,
        "alert_id": alert,
        "serial": serial,
        "claimed": _claimable(session, lot),
    }


def _claimable(session: Session, lot: Lot) -> str:
    """A label with a secret code; return its number."""
    owner = member(lot.vendor_id, "owner")
    wish = Wish(Template.STICKER, 300, 1, serials=True, claims=True)
    made = {"wish": wish, "root": "http://localhost", "actor": owner, "now": NOW}
    return next(
        iter(hand_out_claims(session, print_labels(session, lot.id, **made), actor=owner, now=NOW))
    )


def _recall(session: Session, vendor_id: str, lot_id: str) -> dict[str, str]:
    """A drill under way with one notice of nobody and one action, and a complaint."""
    officer = Actor("01OFFICER", "Lan", frozenset({"approver"}))
    begun = Beginning(Origin.LOT, vendor_id, lot_id)
    facts = RecallFacts(begun, "Diễn tập năm", drill=True)
    recall_id = recalls.open_recall(session, facts=facts, actor=officer, now=NOW)
    recalls.act_on_recall(session, recall_id, measure=Measure.RECALL, actor=officer, now=NOW)
    action = RecallAction(
        recall_id=recall_id, text="Treo bảng", who="Hòa", due_on=NOW.date(), at=NOW
    )
    notice = RecallNotice(recall_id=recall_id, drill=True, vendor_id=vendor_id, sent_at=NOW)
    recalls.file_complaint(
        session,
        facts=ComplaintFacts(lot_id, ComplaintKind.SPOILED, "Vải bị chua.", phone="+84912345678"),
        now=NOW,
    )
    session.add_all([action, notice])
    session.flush()
    return {
        "recall_id": recall_id,
        "recall_action_id": action.id,
        "recall_notice_id": notice.id,
        "complaint_id": session.scalars(
            sa.select(Complaint.id).where(Complaint.lot_id == lot_id)
        ).one(),
    }


def _plan(listing_id: str, pack_id: str) -> PricePlan:
    day = NOW + timedelta(days=7)
    return PricePlan(
        listing_id=listing_id,
        variant_id=pack_id,
        price_vnd=20_000,
        starts_at=day,
        due_at=day,
        planned_name="Anh Nam",
        planned_at=NOW,
    )


def _revision(listing_id: str, category_id: str, letter: str) -> ListingRevision:
    return ListingRevision(
        listing_id=listing_id,
        number=1,
        action="edit",
        values={
            "title": {"vi": "Ổi"},
            "category_id": category_id,
            "packs": [],
            "photos": [_photo(letter)],
        },
        actor_name="Anh Nam",
        at=NOW,
    )


def _photo(letter: str) -> dict[str, Any]:
    return {
        "digest": letter.lower() * 32,
        "width": 800,
        "height": 600,
        "placeholder": "",
        "alt": {},
    }


def _paper(world: World, vendor_id: str, letter: str) -> VendorDocument:
    key = f"private/vendors/{vendor_id}/{letter}.pdf"
    world.store(key, PAPER, "application/pdf")
    return VendorDocument(
        vendor_id=vendor_id,
        kind=DocumentKind.REGISTRATION,
        file_name="dkkd.pdf",
        media_type="application/pdf",
        storage_key=key,
        size_bytes=len(PAPER),
        uploaded_at=NOW,
    )


def _notice(vendor_id: str) -> VendorNotice:
    return VendorNotice(
        vendor_id=vendor_id,
        action="suspend",
        reason="Chưa sửa nhãn hàng như đã yêu cầu.",
        ground="Điều 17",
        given_at=NOW,
        given_by_name="Hùng",
        earliest=NOW.date() + timedelta(days=6),
    )


def _authority_order(letter: str) -> AuthorityOrder:
    return AuthorityOrder(
        year=2026,
        number=ord(letter),
        kind=OrderKind.TAKE_DOWN,
        document_no="12/CV-QLTT",
        authority="Chi cục Quản lý thị trường",
        text="Gỡ sản phẩm không rõ nguồn gốc.",
        listing_code=f"GOODS-{letter}",
        received_at=NOW,
        due_at=NOW + timedelta(hours=24),
        entered_by_name="Lan",
        entered_at=NOW,
    )


def _decision(world: World, vendor_id: str, letter: str) -> DecisionDocument:
    key = f"private/decisions/{letter}/signed.pdf"
    world.store(key, PAPER, "application/pdf")
    return DecisionDocument(
        vendor_id=vendor_id,
        kind=DecisionKind.RECOGNITION,
        type_code="QĐ",
        state=DecisionState.SIGNED,
        number=ord(letter),
        year=2026,
        day=NOW.date(),
        subject="Về việc công nhận",
        grounds=[],
        articles=["Công nhận."],
        recipients=[],
        office_code="SCT",
        lookup_code=f"CODE{letter}",
        **{f"{form}_key": key for form in ("pdf", "docx", "signed")},
        created_at=NOW,
    )


def _office_visit(vendor_id: str) -> SiteVisit:
    return SiteVisit(
        vendor_id=vendor_id,
        day=NOW.date(),
        part=DayPart.MORNING,
        place="Thôn Đông",
        inspector_id="01INSPECTOR",
        inspector_name="Trần Thị Lan",
        created_at=NOW,
    )


def _visit_photo(world: World, visit: SiteVisit, letter: str) -> VisitPhoto:
    key = f"private/visits/{visit.vendor_id}/{letter}.jpg"
    world.store(key, PAPER, "image/jpeg")
    return VisitPhoto(
        visit_id=visit.id,
        revision=1,
        storage_key=key,
        sha256=letter * 64,
        size_bytes=len(PAPER),
        added_at=NOW,
    )


def _meet(world: World) -> None:
    """Everybody comes once, and keeps their browser's session."""
    vendor = {letter: ids["vendor_id"] for letter, ids in world.ids.items()}
    everybody = [
        Person("guest"),
        Person("buyer", user_id=""),
        Person("other buyer", user_id=""),
        *(Person(f"{role} of A", "", vendor="A", vendor_role=role) for role in VENDOR_ROLES),
        Person("owner of B", "", vendor="B", vendor_role="owner"),
        *(Person(role, "", frozenset({role})) for role in OFFICE_ROLES),
        *(Person(f"weak {role}", "", frozenset({role}), strong=False) for role in OFFICE_ROLES),
    ]
    for person in everybody:
        client = world.app.test_client()
        if person.user_id is not None:
            person.user_id = sign_in_as(
                world.app,
                client,
                now=NOW,
                name=person.name,
                roles=person.roles,
                strong=person.strong,
                vendor=vendor.get(person.vendor or ""),
                vendor_roles=[person.vendor_role],
            )
        shown = client.get("/l/GOODS-A", follow_redirects=True).get_data(as_text=True)
        person.token = TOKEN.search(shown)[1]
        person.cookie = client.get_cookie("cp_session").value
        world.people[person.name] = person


def _trade(world: World, letter: str) -> None:
    """The buyer orders from a vendor: fruit against a transfer, seats too, and a guest for cash."""
    ids, maker = world.ids[letter], world.app.extensions["sessionmaker"]
    buyer = Bearer(user_id=world.people["buyer"].user_id)
    with maker() as session:
        price = session.get_one(Variant, ids["variant_id"]).price_vnd
        seat = session.get_one(Departure, ids["departure_id"]).price_vnd
    wishes = ((ids["variant_id"], 2), (ids["departure_id"], 2))
    basket = market.fill(maker, NOW, *wishes, bearer=buyer)
    placed = market.place(maker, NOW, basket, 2 * price + 2 * seat + market.FEE)
    with maker() as session:
        order = session.scalars(sa.select(Order).where(Order.group_id == placed.group_id)).one()
        line = session.scalars(sa.select(OrderLine).where(OrderLine.order_id == order.id)).first()
        ids |= {"order_id": order.id, "order_code": order.code, "line_id": line.id}
    ids |= {
        "group_id": placed.group_id,
        "group_code": placed.code,
        "payment_id": placed.payment_id,
    }
    guest = market.fill(maker, NOW, (ids["variant_id"], 1))
    cash = market.place(maker, NOW, guest, price + market.FEE, method="cod")
    ids |= {"guest_code": cash.code, "guest_key": cash.key}
