"""What is said of listings by attribute."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from catalog.services.attribute_tables import AttributeRow, import_attributes
from kernel.actor import Actor
from shop.importing import columns as c
from shop.importing.columns import Column
from shop.importing.sheets.base import Sheet, Values
from shop.importing.sheets.goods import LISTING_CODE


def _row(values: Values) -> AttributeRow:
    return AttributeRow(
        values["listing_code"], values["attribute"], values["value_vi"], values["value_en"]
    )


def _save(session: Session, rows: Sequence[AttributeRow], *, actor: Actor, now: datetime) -> str:
    code = rows[0].listing_code
    import_attributes(session, code, rows=rows, actor=actor, now=now)
    return code


ATTRIBUTES = Sheet(
    "attributes",
    "Thuộc tính",
    also=("Thuộc tính hàng hoá",),
    key=("listing_code", "attribute"),
    columns=(
        LISTING_CODE,
        Column("attribute", "Mã thuộc tính", c.lower(40), required=True, also=("key",)),
        Column("value_vi", "Giá trị (vi)", c.text(400), also=("giá trị", "value")),
        Column("value_en", "Giá trị (en)", c.text(400)),
    ),
    build=_row,
    save=_save,
    points={"listing_code": "listings"},
    group=("listing_code",),
)
