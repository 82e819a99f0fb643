"""Collection points, orders with their lines, reviews."""

from kernel.errors import Invalid
from kernel.messages import msg
from orders.rules import DeliveryMethod
from orders.services import importing
from shop.importing import columns as c
from shop.importing.columns import Column
from shop.importing.sheets.base import Sheet, Values, measured, plain, texts
from shop.importing.sheets.goods import LISTING_CODE

_DELIVERIES = {
    "Giao tận nơi": DeliveryMethod.DELIVERY,
    "Điểm nhận": DeliveryMethod.COLLECTION,
    "Không giao": DeliveryMethod.NONE,
    **{way.value: way for way in DeliveryMethod},
}
_METHODS = {
    "Tiền mặt": "cod",
    "VietQR": "vietqr",
    "Thẻ": "card",
    "COD": "cod",
    "Chuyển khoản": "vietqr",
    "card": "card",
}
_STATES = {
    "Chờ thanh toán": "awaiting_payment",
    "Chờ xác nhận": "placed",
    "Đã xác nhận": "confirmed",
    "Đã đóng gói": "packed",
    "Đang giao": "shipped",
    "Chờ đến lấy": "ready",
    "Hoàn tất": "completed",
    "Đã huỷ": "canceled",
    "Hết hạn": "expired",
    "Chờ hoàn tiền": "refund_due",
    "Đã hoàn tiền": "refunded",
    **{state: state for state in importing.STATES},
}

ORDER_CODE = Column("order_code", "Mã đơn", c.code(12), required=True, also=("order", "đơn hàng"))


def _point(values: Values) -> importing.PointRow:
    return importing.PointRow(
        **plain(values, "commune", "address", "active"),
        code=values["point_code"],
        name=texts(values, "name"),
        hours=texts(values, "hours"),
    )


POINTS = Sheet(
    "collection_points",
    "Điểm nhận hàng",
    also=("Điểm nhận",),
    key=("point_code",),
    columns=(
        Column("point_code", "Mã điểm", c.code(20), required=True, also=("code", "mã")),
        Column("name_vi", "Tên (vi)", c.text(120), required=True, also=("tên", "name")),
        Column("name_en", "Tên (en)", c.text(120)),
        Column("commune", "Xã phường", c.commune, required=True, also=("xã", "ward")),
        Column("address", "Địa chỉ", c.text(200), required=True),
        Column("hours_vi", "Giờ mở cửa (vi)", c.text(120), also=("giờ mở cửa", "hours")),
        Column("hours_en", "Giờ mở cửa (en)", c.text(120)),
        Column("active", "Đang dùng", c.flag, missing=True),
    ),
    build=_point,
    save=importing.import_point,
)


def _order(values: Values) -> importing.OrderRow:
    names = ("contact_name", "contact_phone", "method", "state", "placed_at", "delivery")
    more = ("address", "point_code", "account", "note", "reason", "changed_at")
    return importing.OrderRow(
        **plain(values, *names, *more),
        code=values["order_code"],
        lines=(),
        commune=values["commune"] or None,
        contact_email=values["contact_email"] or None,
        lang=values["lang"] or "vi",
    )


ORDERS = Sheet(
    "orders",
    "Đơn hàng",
    key=("order_code",),
    columns=(
        ORDER_CODE,
        Column("contact_name", "Họ và tên", c.text(120), required=True, also=("người nhận",)),
        Column("contact_phone", "Điện thoại", c.phone, required=True, also=("số điện thoại",)),
        Column("contact_email", "Email", c.text(254)),
        Column("account", "Tài khoản", c.text(254)),
        Column("lang", "Ngôn ngữ", c.lower(2), also=("language",)),
        Column("delivery", "Cách giao", c.one_of(_DELIVERIES), required=True),
        Column("commune", "Xã phường", c.commune, also=("xã", "ward"), missing=None),
        Column("address", "Địa chỉ", c.text(200)),
        Column("point_code", "Mã điểm", c.code(20), also=("điểm nhận",)),
        Column("method", "Thanh toán", c.one_of(_METHODS), required=True, also=("payment",)),
        Column("state", "Trạng thái", c.one_of(_STATES), required=True),
        Column("placed_at", "Đặt lúc", c.moment, required=True, also=("ngày đặt",)),
        Column("changed_at", "Đến trạng thái lúc", c.moment, missing=None),
        Column("note", "Ghi chú", c.text(500)),
        Column("reason", "Lý do", c.text(500)),
    ),
    build=_order,
    save=importing.import_order,
    points={"point_code": "collection_points"},
)


def _order_line(values: Values) -> importing.LineRow:
    if (values["size"] == "") is (values["starts_at"] is None):
        raise Invalid(
            msg("Goods have a pack size, visits a departure: fill in one of them."), field="size"
        )
    size = measured(values["size"], "size")[0] if values["size"] else None
    return importing.LineRow(**plain(values, "listing_code", "quantity", "starts_at"), size=size)


ORDER_LINES = Sheet(
    "order_lines",
    "Dòng đơn hàng",
    also=("Chi tiết đơn hàng", "Mặt hàng của đơn"),
    key=("order_code", "listing_code", "size", "starts_at"),
    columns=(
        ORDER_CODE,
        LISTING_CODE,
        Column("size", "Cỡ gói", c.amount),
        Column("starts_at", "Khởi hành", c.moment, missing=None),
        Column("quantity", "Số lượng", c.number(1, 10_000), required=True),
    ),
    build=_order_line,
    save=None,
    points={"order_code": "orders", "listing_code": "listings"},
)


def _review(values: Values) -> importing.ReviewRow:
    names = ("order_code", "listing_code", "rating", "body", "written_at", "author_name")
    return importing.ReviewRow(**plain(values, *names), lang=values["lang"] or "vi")


REVIEWS = Sheet(
    "reviews",
    "Đánh giá",
    also=("Nhận xét",),
    key=("order_code", "listing_code"),
    columns=(
        ORDER_CODE,
        LISTING_CODE,
        Column("rating", "Số sao", c.number(1, 5), required=True, also=("điểm",)),
        Column("body", "Nội dung", c.text(2000), also=("nhận xét",)),
        Column("lang", "Ngôn ngữ", c.lower(2), also=("language",)),
        Column("author_name", "Người viết", c.text(120)),
        Column("written_at", "Viết lúc", c.moment, required=True, also=("ngày",)),
    ),
    build=_review,
    save=importing.import_review,
    points={"order_code": "orders", "listing_code": "listings"},
)
