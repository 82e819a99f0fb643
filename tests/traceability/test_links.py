"""Links that vendors keep for their codes: whose, at which level, leading where."""

from threading import Barrier

import pytest
import sqlalchemy as sa

from kernel.db import transaction
from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.together import at_once
from tests.traceability.land import NOW, OFFICE, STRANGER, Land, count
from traceability.gs1 import check_digit
from traceability.gs1.registering import LINK_TYPES, LinkFacts
from traceability.models import DlLink, Lot
from traceability.queries.codes import LinkCard, links_at, numbers_of, place_of_number
from traceability.services import links
from traceability.services.links import (
    add_link,
    change_farm_number,
    change_numbers,
    remove_link,
)

GTIN = "08938500000010"
BASE = f"/01/{GTIN}"
NEW = "/01/0893850000002" + check_digit("0893850000002")
GLN, PARTY = "8938500000003", "8938500000010"
ROOT = "https://cho.example"
SHOP = "https://vuonvai.example/san-pham"


@pytest.fixture
def land(session):
    made = Land(session)
    made.harvest(gtin=GTIN)
    return made


def keep(land, anchor=BASE, kind="pip", href=SHOP, title="Trang của vườn", actor=None, **more):
    facts = LinkFacts(anchor, kind, href, title, **more)
    return land.run(
        add_link, vendor_id=land.vendor_id, facts=facts, roots=(ROOT,), actor=actor or land.owner
    )


def licensed(land):
    land.run(
        change_numbers, vendor_id=land.vendor_id, gln="", company_prefix="8938500000",
        actor=land.owner,
    )  # fmt: skip


def refused(land, field, **values):
    before = count(land.session, DlLink)
    with pytest.raises(Invalid) as refusal:
        keep(land, **values)
    assert refusal.value.field == field
    land.session.rollback()
    assert count(land.session, DlLink) == before


def test_what_is_kept_is_found_at_its_anchor(land):
    keep(land, hreflang=("vi",), context=("VN",), media_type="text/html", title="  Trang \n vườn ")
    (kept,) = links_at(land.session, [BASE])
    assert (kept.title, kept.href, kept.hreflang, kept.context) == (
        "Trang vườn", SHOP, ["vi"], ["VN"],
    )  # fmt: skip
    # The house leads on from these goods already: it stays the default.
    assert not kept.is_default


@pytest.mark.parametrize(
    ("anchor", "what"),
    [
        (f"{BASE}/10/L1/21/S1", "R24: a serial number is a key by itself"),
        (f"{BASE}/22/V/21/S1", "2.5.9"),
        (f"{BASE}/235/T/10/L1", "never mixed"),
        (f"{BASE}/21/S/10/L", "order"),
        ("/01/08938500000011", "check digit"),
        (f"/8017/{GTIN}", "no key of ours"),
        ("/x/ABCDEFGHJKMN", "no code"),
        (f"{BASE}?99=X", "attributes are no anchor"),
        ("", "nothing"),
        ("/01/09521234543213", "a number of nobody here"),
        ("/t/AAAAAAAAAAAA", "a code of nobody"),
        (f"/414/{GLN}", "a place of nobody"),
    ],
)
def test_links_are_kept_for_codes_of_ones_own_at_levels_that_are_allowed(land, anchor, what):
    refused(land, "anchor", anchor=anchor)


def test_a_lot_needs_something_known_of_its_number(land):
    """R16: a code of a lot walks up to its number, which must lead somewhere."""
    licensed(land)
    refused(land, "anchor", anchor=f"{NEW}/10/L1")
    refused(land, "anchor", anchor=f"{NEW}/21/S1")
    keep(land, anchor=NEW)
    keep(land, anchor=f"{NEW}/10/L1", href=f"{SHOP}/l1")
    keep(land, anchor=f"{NEW}/21/S1", href=f"{SHOP}/s1")
    kept = links_at(land.session, [NEW, f"{NEW}/10/L1", f"{NEW}/21/S1"])
    # I3: each has its default, though nobody asked for one.
    assert [link.is_default for link in kept] == [True, True, True]


def test_there_is_one_default_an_anchor(land):
    first = keep(land, is_default=True)
    keep(land, href=f"{SHOP}/2", is_default=True)
    kept = {link.id: link.is_default for link in links_at(land.session, [BASE])}
    assert kept.pop(first) is False
    assert list(kept.values()) == [True]
    with pytest.raises(sa.exc.IntegrityError):
        land.run(force_default, first)
    land.session.rollback()


def force_default(session, link_id, *, now):
    session.get(DlLink, link_id).is_default = True
    session.flush()


def test_the_default_that_others_need_stays(land):
    licensed(land)
    base = keep(land, anchor=NEW)
    below = keep(land, anchor=f"{NEW}/21/S1", href=f"{SHOP}/s1")
    with pytest.raises(Conflict):
        land.run(remove_link, base, actor=land.owner)
    land.session.rollback()
    land.run(remove_link, below, actor=land.owner)
    land.run(remove_link, base, actor=land.owner)
    assert count(land.session, DlLink) == 0
    # Where the house leads on by itself, any link may go.
    chosen = keep(land, is_default=True)
    keep(land, href=f"{SHOP}/2")
    land.run(remove_link, chosen, actor=land.owner)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("hreflang", {"hreflang": ("es-419",)}),  # R17
        ("hreflang", {"hreflang": ("zh-Hant",)}),
        ("hreflang", {"hreflang": ("fil",)}),
        ("link_type", {"kind": "defaultLink"}),
        ("link_type", {"kind": "productSustainabilityInfo"}),
        ("link_type", {"kind": "nosuchlt"}),
        ("title", {"title": " "}),
        ("title", {"title": "x" * 121}),
        ("media_type", {"media_type": "web"}),
        ("context", {"context": ("two words",)}),
        ("href", {"href": "http://vuonvai.example/"}),
        ("href", {"href": "javascript:alert(1)"}),
        ("href", {"href": "https://user@vuonvai.example/"}),
        ("href", {"href": "https://localhost/"}),
        ("href", {"href": "https://[bad/"}),
        ("href", {"href": "//vuonvai.example"}),
        ("href", {"href": f"{SHOP}?{'x' * 500}"}),
        ("href", {"href": f"{ROOT}/01/{GTIN}"}),  # a circle
        ("href", {"href": f"{ROOT}/t/ABCDEFGHJKMN"}),
    ],
)
def test_what_is_wrong_with_a_link_is_named(land, field, values):
    refused(land, field, **values)


def test_an_address_is_escaped(land):
    keep(land, href="https://vuonvai.example/vải thiều?a=100%&b=%2F")
    (kept,) = links_at(land.session, [BASE])
    assert kept.href == "https://vuonvai.example/v%E1%BA%A3i%20thi%E1%BB%81u?a=100%25&b=%2F"


def test_only_owners_keep_links_and_take_them_away(land):
    link_id = keep(land)
    with pytest.raises(NotAllowed):
        keep(land, actor=land.recorder)
    land.session.rollback()
    with pytest.raises(NotFound):
        keep(land, actor=STRANGER)
    land.session.rollback()
    # The office takes them down with a reason: see test_barring.
    for actor, error in ((STRANGER, NotFound), (OFFICE, NotFound), (land.recorder, NotAllowed)):
        with pytest.raises(error):
            land.run(remove_link, link_id, actor=actor)
        land.session.rollback()
    land.run(remove_link, link_id, actor=land.owner)
    assert count(land.session, DlLink) == 0


def test_numbers_belong_to_one_vendor(land):
    other = Land(land.session, "V02")
    licensed(land)
    for prefix in ("8938500000", "89385", "89385000001"[:10] + "12"):
        with pytest.raises(Invalid) as refusal:
            other.run(
                change_numbers, vendor_id=other.vendor_id, gln="", company_prefix=prefix,
                actor=other.owner,
            )  # fmt: skip
        assert refusal.value.field == "company_prefix"
        land.session.rollback()
    land.run(change_farm_number, land.farm_id, gln=GLN, actor=land.owner)
    with pytest.raises(Invalid) as refusal:
        other.run(change_farm_number, other.farm_id, gln=GLN, actor=other.owner)
    assert refusal.value.field == "gln"
    land.session.rollback()
    assert numbers_of(land.session, land.vendor_id).company_prefix == "8938500000"
    assert place_of_number(land.session, GLN, "P1").plot_name == "Lô ao"
    refused(other, "anchor", anchor=BASE)
    refused(other, "anchor", anchor=f"/414/{GLN}")


def test_a_code_has_fifty_links_at_most(land):
    for number in range(50):
        keep(land, href=f"{SHOP}/{number}")
    refused(land, "anchor", href=f"{SHOP}/50")


def test_the_kinds_of_links_are_those_of_the_vocabulary():
    assert len(LINK_TYPES) == 58


def test_a_lot_of_its_own_code_is_known(land):
    code = land.session.scalar(sa.select(Lot.trace_code))
    keep(land, anchor=f"/t/{code}")
    assert not links_at(land.session, [f"/t/{code}"])[0].is_default


FIRST = LinkFacts(NEW, "pip", SHOP, "Trang của vườn")


def race(land, maker) -> list[LinkCard]:
    """Take the only link of a number away and keep another one in the same moment."""
    licensed(land)
    default = keep(land, anchor=NEW)
    facts = LinkFacts(NEW, "recipeInfo", f"{SHOP}/nau", "Món ngon")

    def do(number):
        with maker() as session, transaction(session):
            if number:
                who = {"vendor_id": land.vendor_id, "roots": (ROOT,)}
                return add_link(session, facts=facts, actor=land.owner, now=NOW, **who)
            return remove_link(session, default, actor=land.owner, now=NOW)

    removed, added = at_once(do, 2)
    assert isinstance(added, str), added
    assert removed is None or isinstance(removed, Conflict), removed
    land.session.rollback()
    return links_at(land.session, [NEW])


def test_a_link_never_outlives_the_default_it_needs(land, maker):
    assert [one.is_default for one in race(land, maker)].count(True) == 1


def test_without_the_lock_it_does(land, maker, monkeypatch):
    """The control: PostgreSQL lets both decide before either writes; SQLite writes in turn."""
    if land.session.get_bind().dialect.name == "sqlite":
        pytest.skip("SQLite takes its write lock at the beginning of a transaction")
    both = Barrier(2)

    def meeting(decide):
        def decided(session, about, *more):
            made = decide(session, about, *more)
            # The first link is kept alone.
            if more[0] != FIRST:
                both.wait(10)
            return made

        return decided

    monkeypatch.setattr(links, "_lock_code", lambda *_args: None)
    for name in ("is_needed", "_becomes_default"):
        monkeypatch.setattr(links, name, meeting(getattr(links, name)))
    assert not any(one.is_default for one in race(land, maker))
