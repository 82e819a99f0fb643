"""Listings and their pack sizes."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from catalog.rules import ListingKind, ListingState
from catalog.rules.pricing import Weight, need_weight
from catalog.services.importing import ListingRow, VariantRow, import_listing, import_variants
from kernel.actor import Actor
from kernel.errors import Invalid
from kernel.messages import msg
from kernel.quantity import Unit
from shop.importing import columns as c
from shop.importing.columns import Column
from shop.importing.problems import Problem
from shop.importing.sheets.base import Line, Sheet, Values, measured, plain, quantity, texts
from shop.importing.sheets.farms import UNITS
from shop.importing.sheets.vendors import SCHEMES, VENDOR_CODE

_KINDS = {
    "Nông sản": ListingKind.PRODUCE,
    "Chế biến": ListingKind.PROCESSED,
    "Thủ công": ListingKind.CRAFT,
    "Trải nghiệm": ListingKind.EXPERIENCE,
    **{kind.value: kind for kind in ListingKind},
}
_STATES = {
    "Đang bán": ListingState.PUBLISHED,
    "Nháp": ListingState.DRAFT,
    "Đã nộp": ListingState.SUBMITTED,
    "Bị trả lại": ListingState.DECLINED,
    "Tạm ngừng": ListingState.PAUSED,
    "Bị giữ lại": ListingState.WITHHELD,
    "Đã gỡ": ListingState.TAKEN_DOWN,
    "Đã cất": ListingState.ARCHIVED,
    **{state.value: state for state in ListingState},
}

LISTING_CODE = Column("listing_code", "Mã hàng", c.code(24), required=True, also=("listing", "mã"))


def _listing(values: Values) -> ListingRow:
    names = ("vendor_code", "category", "kind", "commune", "unit", "season_months", "schemes")
    more = ("preorder_from", "preorder_until", "farm_code", "lot_code", "art", "tint", "since")
    unit = values["unit"]
    stock = quantity(values["stock"], unit, "stock", none_is_zero=True) if unit else 0
    return ListingRow(
        **plain(values, *names, *more),
        code=values["listing_code"],
        title=texts(values, "title"),
        summary=texts(values, "summary"),
        description=texts(values, "description"),
        piece_name=texts(values, "piece_name"),
        by_weight=bool(values["by_weight"]),
        stock=stock,
        price_vnd=values["price"],
        state=values["state"] or ListingState.PUBLISHED,
    )


LISTINGS = Sheet(
    "listings",
    "Hàng bán",
    also=("Sản phẩm", "Danh mục hàng", "products"),
    key=("listing_code",),
    columns=(
        LISTING_CODE,
        VENDOR_CODE,
        Column("category", "Danh mục", c.lower(60), required=True, also=("nhóm hàng",)),
        Column("kind", "Loại", c.one_of(_KINDS), required=True, also=("loại hàng",)),
        Column(
            "title_vi", "Tên (vi)", c.text(120), required=True, also=("tên", "tên hàng", "name")
        ),
        Column("title_en", "Tên (en)", c.text(120)),
        Column("summary_vi", "Tóm tắt (vi)", c.text(300), also=("tóm tắt",)),
        Column("summary_en", "Tóm tắt (en)", c.text(300)),
        Column("description_vi", "Mô tả (vi)", c.text(4000), also=("mô tả",)),
        Column("description_en", "Mô tả (en)", c.text(4000)),
        Column("commune", "Xã phường", c.commune, required=True, also=("nơi sản xuất", "xã")),
        Column("unit", "Đơn vị", c.one_of(UNITS), missing=None),
        Column("piece_name_vi", "Tên gọi đơn vị (vi)", c.text(30), also=("tên gọi đơn vị",)),
        Column("piece_name_en", "Tên gọi đơn vị (en)", c.text(30)),
        Column("stock", "Tồn kho", c.amount, also=("số lượng",)),
        Column("price", "Giá", c.money, also=("đơn giá", "price_vnd"), missing=0),
        Column("season_months", "Tháng vụ", c.several(c.number(1, 12)), missing=()),
        Column("preorder_from", "Đặt trước từ", c.day, missing=None),
        Column("preorder_until", "Đặt trước đến", c.day, missing=None),
        Column("schemes", "Chứng nhận", c.several(c.one_of(SCHEMES)), missing=()),
        Column("farm_code", "Mã trang trại", c.code(20), also=("farm",)),
        Column("lot_code", "Mã lô", c.code(20), also=("lot",)),
        Column("art", "Biểu tượng", c.lower(40), also=("picture",)),
        Column("tint", "Màu nền", c.lower(20), also=("màu",)),
        Column("state", "Trạng thái", c.one_of(_STATES), missing=None),
        Column("since", "Ngày đăng", c.moment, missing=None),
        Column("by_weight", "Cân khi đóng gói", c.flag, missing=False),
    ),
    build=_listing,
    save=import_listing,
    points={"vendor_code": "vendors", "farm_code": "farms", "lot_code": "lots"},
)


def _variant(values: Values) -> VariantRow:
    size, _unit = measured(values["size"], "size")
    return VariantRow(
        values["listing_code"], size, values["price"], texts(values, "label"), _weight(values)
    )


def _weight(values: Values) -> Weight | None:
    """Return what a pack weighs that is weighed when it is packed; then the price is an estimate."""
    if values["kilo_price"] is None:
        return None
    names = ("weight_least", "weight_nominal", "weight_most")
    least, nominal, most = (quantity(values[name], Unit.GRAM, name) for name in names)
    return need_weight(Weight(least, nominal, most, values["kilo_price"]))


def _save_variants(
    session: Session, rows: Sequence[VariantRow], *, actor: Actor, now: datetime
) -> str:
    code = rows[0].listing_code
    import_variants(session, code, rows=list(rows), actor=actor, now=now)
    return code


VARIANTS = Sheet(
    "variants",
    "Gói hàng",
    also=("Quy cách", "packs"),
    key=("listing_code", "size"),
    columns=(
        LISTING_CODE,
        Column("label_vi", "Tên gói (vi)", c.text(60), also=("tên gói", "label")),
        Column("label_en", "Tên gói (en)", c.text(60)),
        Column("size", "Cỡ gói", c.amount, required=True, also=("khối lượng", "cỡ")),
        Column("price", "Giá", c.money, required=True, also=("đơn giá", "price_vnd")),
        Column("kilo_price", "Giá một kg", c.money, missing=None),
        Column("weight_least", "Nặng từ", c.amount),
        Column("weight_nominal", "Nặng khoảng", c.amount),
        Column("weight_most", "Nặng đến", c.amount),
    ),
    build=_variant,
    save=_save_variants,
    points={"listing_code": "listings"},
    group=("listing_code",),
)


def variant_units(lines: Mapping[str, Sequence[Line]]) -> Iterator[Problem]:
    """Find packs measured otherwise than their listing is counted."""
    units = {
        line.values["listing_code"]: line.values["unit"]
        for line in lines.get("listings", ())
        if line.values.get("listing_code") and line.values.get("unit")
    }
    for line in lines.get("variants", ()):
        wanted = units.get(line.values.get("listing_code"))
        if wanted is None or not line.values.get("size"):
            continue
        try:
            _size, unit = measured(line.values["size"], "size")
        except Invalid:
            continue
        if unit is not wanted:
            yield Problem(
                line.at("size"),
                msg("The listing is counted otherwise: write the size as %(example)s."),
                {"example": _EXAMPLES[wanted]},
                line.written["size"],
            )


_EXAMPLES = {Unit.GRAM: "500 g, 2 kg", Unit.MILLILITRE: "500 ml, 1 l", Unit.PIECE: "1, 10"}
