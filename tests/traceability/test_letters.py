"""What a vendor reads when something happened to a lot: in the language, with the way to act."""

import pytest
import sqlalchemy as sa

from kernel.mail import Notice, render
from tests.traceability.land import OFFICE, Land
from tests.traceability.packhouse import Packhouse
from traceability.events import LotHeld, LotReleased, RecallActed
from traceability.handlers import on_recall_acted, tell_vendor
from traceability.models import Lot
from traceability.queries.carrying import shipped_lines
from traceability.queries.recalls.cases import scope_lots
from traceability.queries.recalls.starts import Beginning
from traceability.rules.intervals import INSIDE_INTERVAL
from traceability.rules.recalls import Measure, Origin
from traceability.services import lots, recalls
from traceability.services.holding import FREED
from traceability.services.recalls import RecallFacts

KNOWN = {"market": "Chợ Phiên", "public_url": "https://cho.example"}


def letters(session) -> list[Notice]:
    session.rollback()
    return list(session.scalars(sa.select(Notice).order_by(Notice.id)))


@pytest.mark.parametrize(
    ("event", "reason", "vi"),
    [
        (LotHeld, INSIDE_INTERVAL, "Thu hoạch khi chưa hết thời gian cách ly"),
        (LotReleased, FREED, "Nhật ký đã sửa: thời gian cách ly được bảo đảm."),
        (LotReleased, "Còn 5% mẫu vượt 20% mức", "Còn 5% mẫu vượt 20% mức"),
    ],
)
def test_a_reason_of_the_house_is_told_in_the_language_of_the_letter(session, event, reason, vi):
    land = Land(session)
    lot_id = land.harvest()
    land.session.execute(sa.update(Lot).values(state_reason=reason))
    land.session.commit()
    land.run(lambda session, *, now: tell_vendor(session, event(lot_id, land.vendor_id), now))
    (letter,) = letters(session)
    for lang, words in (("vi", vi), ("en", reason)):
        _subject, text = render(letter.template, lang, letter.values | KNOWN)
        assert words in text
        assert f"/work/{land.vendor_id}/farm/lots/{lot_id}" in text


def test_who_began_a_recall_is_led_to_it_and_others_to_their_lots(session):
    house, buyer = Packhouse(session), Packhouse(session, code="V02")
    lot = house.harvest()
    shipment = house.ship((lot, 50_000), to=buyer)
    counted = {row.id: 50_000 for row in shipped_lines(session, shipment)}
    session.rollback()
    buyer.run(lots.receive_shipment, shipment, counted=counted, actor=buyer.recorder)
    begun = Beginning(Origin.LOT, house.vendor_id, lot)
    facts = RecallFacts(begun, "Dư lượng vượt mức")
    recall_id = house.run(recalls.open_recall, facts=facts, actor=OFFICE)
    house.run(recalls.act_on_recall, recall_id, measure=Measure.RECALL, actor=OFFICE)
    assert len(scope_lots(session, recall_id)) == 2
    event = RecallActed(recall_id, house.vendor_id, 0)
    house.run(lambda session, *, now: on_recall_acted(session, event, now))
    places = {
        letter.values["place"]
        for letter in letters(session)
        if letter.template.endswith("recall_acted")
    }
    assert places == {
        f"/work/{house.vendor_id}/recalls/{recall_id}",
        f"/work/{buyer.vendor_id}/farm/lots",
    }
