"""The office's lists: crops, and products with what their labels say."""

from shop.importing import columns as c
from shop.importing.columns import Column
from shop.importing.sheets.base import Sheet, Values, plain, texts
from traceability.rules import InputKind
from traceability.services import listing

_KINDS = {
    "Thuốc BVTV": InputKind.PESTICIDE,
    "Chế phẩm sinh học": InputKind.BIOLOGICAL,
    "Phân bón": InputKind.FERTILISER,
    "Giống": InputKind.SEED,
    "Khác": InputKind.OTHER,
    **{kind.value: kind for kind in InputKind},
}
_SAMPLE = Column("sample", "Dữ liệu mẫu", c.flag, missing=False)


def _crop(values: Values) -> listing.CropRow:
    names = ("aliases", "most_kg_per_ha", "bound_from", "bound_source", "harvest_months")
    return listing.CropRow(
        **plain(values, *names),
        code=values["crop_code"],
        name=texts(values, "name"),
        sample=bool(values["sample"]),
    )


CROPS = Sheet(
    "crops",
    "Cây trồng",
    also=("Danh mục cây trồng",),
    key=("crop_code",),
    columns=(
        Column("crop_code", "Mã cây", c.lower(30), required=True, also=("mã cây trồng",)),
        Column("name_vi", "Tên (vi)", c.text(80), required=True, also=("tên cây",)),
        Column("name_en", "Tên (en)", c.text(80)),
        Column("aliases", "Tên khác", c.text(400)),
        Column("most_kg_per_ha", "Năng suất tối đa (kg/ha)", c.number(1, 10**6), missing=None),
        Column("bound_from", "Năng suất áp dụng từ", c.day, missing=None),
        Column("bound_source", "Nguồn năng suất", c.text(300)),
        Column("harvest_months", "Tháng thu hoạch", c.text(40)),
        _SAMPLE,
    ),
    build=_crop,
    save=listing.import_crop,
)


def _label(values: Values) -> listing.LabelRow:
    names = ("product", "active_ingredients", "registration_no", "banned_from", "crop_code")
    told = ("dose", "phi_days", "rei_hours", "most_applications", "spacing_days")
    return listing.LabelRow(
        **plain(values, *names, *told, "source", "valid_from", "valid_to"),
        kind=values["kind"],
        sample=bool(values["sample"]),
    )


LABELS = Sheet(
    "input_labels",
    "Vật tư",
    also=("Danh mục thuốc", "Nhãn thuốc"),
    key=("product", "crop_code", "dose", "valid_from"),
    columns=(
        Column("product", "Tên thuốc", c.text(120), required=True, also=("tên thương phẩm",)),
        Column("kind", "Loại", c.one_of(_KINDS), required=True),
        Column("active_ingredients", "Hoạt chất", c.text(300)),
        Column("registration_no", "Số đăng ký", c.text(60)),
        Column("banned_from", "Cấm từ", c.day, missing=None),
        Column("crop_code", "Mã cây", c.lower(30)),
        Column("dose", "Liều lượng", c.text(80)),
        Column("phi_days", "Cách ly (ngày)", c.number(0, 365), also=("cách ly",), missing=None),
        Column("rei_hours", "Cấm vào (giờ)", c.number(0, 336), missing=None),
        Column("most_applications", "Số lần tối đa", c.number(1, 100), missing=None),
        Column("spacing_days", "Cách nhau (ngày)", c.number(1, 365), missing=None),
        Column("source", "Nguồn", c.text(300)),
        Column("valid_from", "Hiệu lực từ", c.day, missing=None),
        Column("valid_to", "Hết hiệu lực từ", c.day, missing=None),
        _SAMPLE,
    ),
    build=_label,
    save=listing.import_label,
    points={"crop_code": "crops"},
)
