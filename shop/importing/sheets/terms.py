"""Conditions under which listings are sold: steps of price, limits, pre-orders, areas, labels."""

from catalog.rules.label import Allergen, LabelField
from catalog.rules.pricing import Tier
from catalog.rules.selling import DeliveryArea, Limits
from catalog.services.importing_terms import TermsRow, import_terms
from catalog.services.terms import SaleTerms
from kernel.errors import Invalid
from kernel.messages import msg
from kernel.money import parse_vnd
from kernel.quantity import Unit
from shop.importing import columns as c
from shop.importing.columns import Column
from shop.importing.sheets.base import Sheet, Values, measured, texts
from shop.importing.sheets.goods import LISTING_CODE

_AREAS = {
    "Mọi nơi": DeliveryArea.EVERYWHERE,
    "Trong tỉnh": DeliveryArea.PROVINCE,
    "Theo xã": DeliveryArea.COMMUNES,
    "Tự đến lấy": DeliveryArea.PICK_UP,
    **{area.value: area for area in DeliveryArea},
}
_ALLERGENS = {
    "Gluten": Allergen.GLUTEN,
    "Giáp xác": Allergen.CRUSTACEANS,
    "Trứng": Allergen.EGGS,
    "Cá": Allergen.FISH,
    "Lạc": Allergen.PEANUTS,
    "Đậu nành": Allergen.SOYA,
    "Sữa": Allergen.MILK,
    "Hạt vỏ cứng": Allergen.NUTS,
    "Cần tây": Allergen.CELERY,
    "Mù tạt": Allergen.MUSTARD,
    "Vừng": Allergen.SESAME,
    "Sulphit": Allergen.SULPHITES,
    "Lupin": Allergen.LUPIN,
    "Thân mềm": Allergen.MOLLUSCS,
    **{one.value: one for one in Allergen},
}
_LABEL = {
    LabelField.ORIGIN: "Xuất xứ",
    LabelField.RESPONSIBLE: "Đơn vị chịu trách nhiệm",
    LabelField.NET_QUANTITY: "Định lượng",
    LabelField.INGREDIENTS: "Thành phần",
    LabelField.MATERIAL: "Chất liệu",
    LabelField.PRODUCED: "Ngày sản xuất",
    LabelField.EXPIRY: "Hạn sử dụng",
    LabelField.STORAGE: "Bảo quản",
    LabelField.USAGE: "Cách dùng",
    LabelField.WARNINGS: "Cảnh báo",
    LabelField.DECLARATION: "Số tự công bố",
}


def _terms(values: Values) -> TermsRow:
    units: set[Unit] = set()

    def amount(words: str, name: str) -> int | None:
        if not words:
            return None
        size, unit = measured(words, name)
        units.add(unit)
        return size

    label = {one.value: texts(values, f"label_{one.value}") for one in LabelField}
    terms = SaleTerms(
        tiers=tuple(
            Tier(amount(least, "tiers") or 0, price_vnd)
            for least, price_vnd in price_steps(values["tiers"])
        ),
        limits=Limits(
            amount(values["order_most"], "order_most"),
            amount(values["buyer_most"], "buyer_most"),
            values["buyer_days"],
        ),
        preorder_cap=amount(values["preorder_cap"], "preorder_cap"),
        deliver_from=values["deliver_from"],
        deliver_until=values["deliver_until"],
        area=values["area"],
        area_communes=tuple(values["area_communes"]),
        label={name: words for name, words in label.items() if words},
        allergens=tuple(one.value for one in values["allergens"]),
        safety=texts(values, "safety"),
    )
    return TermsRow(values["listing_code"], terms, frozenset(units))


def price_steps(words: str) -> list[tuple[str, int]]:
    """Read steps of price: "20 kg: 18.000; 50 kg: 17.000"."""
    pairs = []
    for step in filter(None, (part.strip() for part in words.split(";"))):
        least, colon, price = (part.strip() for part in step.partition(":"))
        if not colon or not least:
            raise Invalid(msg("Write steps such as 20 kg: 18.000; 50 kg: 17.000."), field="tiers")
        try:
            pairs.append((least, parse_vnd(price)))
        except Invalid as refusal:
            raise Invalid(refusal.message, field="tiers") from None
    return pairs


TERMS = Sheet(
    "terms",
    "Điều kiện bán",
    also=("Điều kiện",),
    key=("listing_code",),
    columns=(
        LISTING_CODE,
        Column("tiers", "Giá theo lượng", c.text(300), also=("giá sỉ",)),
        Column("order_most", "Tối đa một đơn", c.amount),
        Column("buyer_most", "Tối đa một người mua", c.amount),
        Column("buyer_days", "Trong số ngày", c.number(1, 366), missing=None),
        Column("preorder_cap", "Nhận đặt trước tối đa", c.amount),
        Column("deliver_from", "Giao từ", c.day, missing=None),
        Column("deliver_until", "Giao đến", c.day, missing=None),
        Column("area", "Nơi giao", c.one_of(_AREAS), missing=DeliveryArea.EVERYWHERE),
        Column("area_communes", "Giao tới xã", c.several(c.commune), missing=()),
        Column("allergens", "Chất gây dị ứng", c.several(c.one_of(_ALLERGENS)), missing=()),
        Column("safety_vi", "Lưu ý an toàn (vi)", c.text(600)),
        Column("safety_en", "Lưu ý an toàn (en)", c.text(600)),
        *(
            Column(f"label_{one.value}_{lang}", f"{header} ({lang})", c.text(600))
            for one, header in _LABEL.items()
            for lang in ("vi", "en")
        ),
    ),
    build=_terms,
    save=import_terms,
    points={"listing_code": "listings"},
)
