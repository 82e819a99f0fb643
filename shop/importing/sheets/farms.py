"""Farms, plots, seasons, diaries and lots."""

from kernel.quantity import Unit
from shop.importing import columns as c
from shop.importing.columns import Column
from shop.importing.sheets.base import Sheet, Values, plain, quantity, texts
from shop.importing.sheets.vendors import VENDOR_CODE
from traceability.rules import Activity, LotState
from traceability.services import importing

UNITS = {
    "gam": Unit.GRAM,
    "ml": Unit.MILLILITRE,
    "cái": Unit.PIECE,
    "g": Unit.GRAM,
    "kg": Unit.GRAM,
    "gram": Unit.GRAM,
    "lít": Unit.MILLILITRE,
    "l": Unit.MILLILITRE,
    "millilitre": Unit.MILLILITRE,
    "chiếc": Unit.PIECE,
    "piece": Unit.PIECE,
}
ACTIVITIES = {
    "Làm đất": Activity.SOIL,
    "Gieo trồng": Activity.SEEDING,
    "Bón phân": Activity.FERTILISER,
    "Phun thuốc": Activity.SPRAY,
    "Tưới nước": Activity.IRRIGATION,
    "Chăm sóc": Activity.CARE,
    "Quan sát": Activity.OBSERVATION,
    "Kiểm nghiệm": Activity.LAB_TEST,
    "Thu hoạch": Activity.HARVEST,
    **{activity.value: activity for activity in Activity},
}
_LOT_STATES = {
    "Đạt": LotState.OPEN,
    "Tạm giữ": LotState.HELD,
    "Thu hồi": LotState.RECALLED,
    **{state.value: state for state in LotState},
}

FARM_CODE = Column(
    "farm_code", "Mã trang trại", c.code(20), required=True, also=("farm", "mã vườn")
)
PLOT_CODE = Column("plot_code", "Mã thửa", c.code(20), required=True, also=("plot",))
SEASON_CODE = Column("season_code", "Mã vụ", c.code(20), required=True, also=("season",))
_FARM = {"vendor_code": "vendors", "farm_code": "farms"}
_PLOT = {**_FARM, "plot_code": "plots"}
_SEASON = {**_PLOT, "season_code": "seasons"}


def _farm(values: Values) -> importing.FarmRow:
    names = ("vendor_code", "name", "commune", "address", "lat", "lon")
    return importing.FarmRow(
        **plain(values, *names), code=values["farm_code"], story=texts(values, "story")
    )


FARMS = Sheet(
    "farms",
    "Trang trại",
    also=("Vườn", "Cơ sở sản xuất"),
    key=("vendor_code", "farm_code"),
    columns=(
        VENDOR_CODE,
        FARM_CODE,
        Column("name", "Tên trang trại", c.text(120), required=True, also=("tên", "farm name")),
        Column("commune", "Xã phường", c.commune, required=True, also=("xã", "ward")),
        Column("address", "Địa chỉ", c.text(200)),
        Column("lat", "Vĩ độ", c.degrees(90), also=("latitude",), missing=None),
        Column("lon", "Kinh độ", c.degrees(180), also=("longitude",), missing=None),
        Column("story_vi", "Giới thiệu (vi)", c.text(2000), also=("giới thiệu", "story")),
        Column("story_en", "Giới thiệu (en)", c.text(2000)),
    ),
    build=_farm,
    save=importing.import_farm,
    points={"vendor_code": "vendors"},
)


def _plot(values: Values) -> importing.PlotRow:
    return importing.PlotRow(
        **plain(values, "vendor_code", "farm_code", "name", "area_m2"),
        code=values["plot_code"],
        planting_area_code=values["planting_area_code"] or None,
    )


PLOTS = Sheet(
    "plots",
    "Thửa",
    also=("Thửa ruộng", "Lô đất"),
    key=("vendor_code", "farm_code", "plot_code"),
    columns=(
        VENDOR_CODE,
        FARM_CODE,
        PLOT_CODE,
        Column("name", "Tên thửa", c.text(120), required=True, also=("tên", "plot name")),
        Column("area_m2", "Diện tích (m2)", c.number(1, 10**8), required=True, also=("diện tích",)),
        Column("planting_area_code", "Mã số vùng trồng", c.text(30), also=("PUC",)),
    ),
    build=_plot,
    save=importing.import_plot,
    points=_FARM,
)


def _season(values: Values) -> importing.SeasonRow:
    names = ("vendor_code", "farm_code", "plot_code", "variety", "started_on", "ended_on")
    return importing.SeasonRow(
        **plain(values, *names), code=values["season_code"], crop=texts(values, "crop")
    )


SEASONS = Sheet(
    "seasons",
    "Vụ",
    also=("Vụ mùa", "Mùa vụ"),
    key=("vendor_code", "farm_code", "plot_code", "season_code"),
    columns=(
        VENDOR_CODE,
        FARM_CODE,
        PLOT_CODE,
        SEASON_CODE,
        Column("crop_vi", "Cây trồng (vi)", c.text(120), required=True, also=("cây trồng", "crop")),
        Column("crop_en", "Cây trồng (en)", c.text(120)),
        Column("variety", "Giống", c.text(80)),
        Column("started_on", "Ngày bắt đầu", c.day, required=True, also=("bắt đầu",)),
        Column("ended_on", "Ngày kết thúc", c.day, also=("kết thúc",), missing=None),
    ),
    build=_season,
    save=importing.import_season,
    points=_PLOT,
)


def _entry(values: Values) -> importing.DiaryRow:
    codes = ("vendor_code", "farm_code", "plot_code", "season_code", "key", "activity", "done_on")
    facts = ("worker", "input_name", "active_ingredient", "dose", "phi_days")
    return importing.DiaryRow(**plain(values, *codes, *facts), note=texts(values, "note"))


DIARY = Sheet(
    "diary",
    "Nhật ký",
    also=("Nhật ký đồng ruộng", "Nhật ký sản xuất"),
    key=("vendor_code", "farm_code", "plot_code", "season_code", "key"),
    columns=(
        VENDOR_CODE,
        FARM_CODE,
        PLOT_CODE,
        SEASON_CODE,
        Column("key", "STT", c.code(40), required=True, also=("số thứ tự", "no")),
        Column("done_on", "Ngày", c.day, required=True, also=("ngày làm", "date")),
        Column("activity", "Công việc", c.one_of(ACTIVITIES), required=True),
        Column("note_vi", "Ghi chú (vi)", c.text(1000), also=("ghi chú", "note")),
        Column("note_en", "Ghi chú (en)", c.text(1000)),
        Column("input_name", "Vật tư", c.text(120), also=("tên thuốc", "phân thuốc")),
        Column("active_ingredient", "Hoạt chất", c.text(120)),
        Column("dose", "Liều lượng", c.text(80)),
        Column("phi_days", "Cách ly (ngày)", c.number(0, 365), also=("cách ly",), missing=None),
        Column("worker", "Người làm", c.text(120)),
    ),
    build=_entry,
    save=importing.import_diary,
    points=_SEASON,
)


def _lot(values: Values) -> importing.LotRow:
    names = ("vendor_code", "farm_code", "plot_code", "season_code", "unit", "harvested_on")
    return importing.LotRow(
        **plain(values, *names, "packed_on", "best_before", "state_reason"),
        code=values["lot_code"],
        product=texts(values, "product"),
        quantity=quantity(values["quantity"], values["unit"], "quantity"),
        gtin=values["gtin"] or None,
        trace_code=values["trace_code"] or None,
        state=values["state"] or LotState.OPEN,
    )


def _optional(column: Column) -> Column:
    return Column(column.name, column.header, column.read, also=column.also)


LOTS = Sheet(
    "lots",
    "Lô hàng",
    also=("Lô",),
    key=("vendor_code", "lot_code"),
    columns=(
        VENDOR_CODE,
        Column("lot_code", "Mã lô", c.code(20), required=True, also=("code", "lot")),
        Column("product_vi", "Sản phẩm (vi)", c.text(120), required=True, also=("sản phẩm",)),
        Column("product_en", "Sản phẩm (en)", c.text(120)),
        Column("unit", "Đơn vị", c.one_of(UNITS), required=True),
        Column("quantity", "Số lượng", c.amount, required=True),
        Column("harvested_on", "Ngày thu hoạch", c.day, required=True, also=("ngày sản xuất",)),
        _optional(FARM_CODE),
        _optional(PLOT_CODE),
        _optional(SEASON_CODE),
        Column("packed_on", "Ngày đóng gói", c.day, missing=None),
        Column("best_before", "Hạn dùng", c.day, also=("hạn sử dụng",), missing=None),
        Column("gtin", "GTIN", c.text(14), also=("mã vạch",)),
        Column("trace_code", "Mã truy xuất", c.code(16)),
        Column("state", "Trạng thái", c.one_of(_LOT_STATES), missing=None),
        Column("state_reason", "Lý do", c.text(300)),
    ),
    build=_lot,
    save=importing.import_lot,
    points=_SEASON,
)
