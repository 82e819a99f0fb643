"""Lots that were packed from others, with the pallet they stand on and where it went."""

from shop.importing import columns as c
from shop.importing.columns import Column
from shop.importing.sheets.base import Sheet, Values, plain, quantity, texts
from shop.importing.sheets.farms import UNITS
from shop.importing.sheets.vendors import VENDOR_CODE
from traceability.services import importing_packings as importing


def _packing(values: Values) -> importing.PackingRow:
    names = ("vendor_code", "sources", "unit", "packed_on", "best_before", "pallet", "ship_to")
    unit, loaded = values["unit"], values["loaded"]
    return importing.PackingRow(
        **plain(values, *names),
        code=values["lot_code"],
        product=texts(values, "product"),
        quantity=quantity(values["quantity"], unit, "quantity"),
        loaded=quantity(loaded, unit, "loaded", none_is_zero=True) if loaded else 0,
        trace_code=values["trace_code"] or None,
    )


PACKINGS = Sheet(
    "packings",
    "Đóng gói",
    also=("Lô đóng gói",),
    key=("vendor_code", "lot_code"),
    columns=(
        VENDOR_CODE,
        Column("lot_code", "Mã lô", c.code(20), required=True, also=("code", "lot")),
        Column("product_vi", "Sản phẩm (vi)", c.text(120), also=("sản phẩm",)),
        Column("product_en", "Sản phẩm (en)", c.text(120)),
        Column("sources", "Từ các lô", c.text(1000), required=True, also=("lô nguồn",)),
        Column("unit", "Đơn vị", c.one_of(UNITS), required=True),
        Column("quantity", "Số lượng", c.amount, required=True),
        Column("packed_on", "Ngày đóng gói", c.day, required=True),
        Column("best_before", "Hạn dùng", c.day, also=("hạn sử dụng",), missing=None),
        Column("trace_code", "Mã truy xuất", c.code(16)),
        Column("pallet", "Kệ hàng", c.text(60), also=("pallet",)),
        Column("loaded", "Số lượng trên kệ", c.amount),
        Column("ship_to", "Giao cho", c.text(120)),
    ),
    build=_packing,
    save=importing.import_packing,
    points={"vendor_code": "vendors"},
)
