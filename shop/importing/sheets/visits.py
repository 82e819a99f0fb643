"""Experiences and their departures."""

from bookings.services.importing import (
    DepartureRow,
    ExperienceRow,
    import_departure,
    import_experience,
)
from shop.importing import columns as c
from shop.importing.columns import Column
from shop.importing.sheets.base import Sheet, Values, plain, texts
from shop.importing.sheets.goods import LISTING_CODE


def _experience(values: Values) -> ExperienceRow:
    names = ("listing_code", "duration_minutes", "min_age", "max_guests", "cancel_hours")
    return ExperienceRow(
        **plain(values, *names, "cutoff_minutes", "lat", "lon"),
        languages=values["languages"] or ("vi",),
        meeting_point=texts(values, "meeting_point"),
        includes=texts(values, "includes"),
        bring=texts(values, "bring"),
    )


EXPERIENCES = Sheet(
    "experiences",
    "Trải nghiệm",
    also=("Tour", "Dịch vụ"),
    key=("listing_code",),
    columns=(
        LISTING_CODE,
        Column(
            "duration_minutes", "Thời lượng (phút)", c.number(1, 20_000), required=True,
            also=("thời lượng",),
        ),
        Column("meeting_point_vi", "Điểm hẹn (vi)", c.text(300), required=True, also=("điểm hẹn",)),
        Column("meeting_point_en", "Điểm hẹn (en)", c.text(300)),
        Column("includes_vi", "Bao gồm (vi)", c.text(1000), also=("bao gồm",)),
        Column("includes_en", "Bao gồm (en)", c.text(1000)),
        Column("bring_vi", "Mang theo (vi)", c.text(1000), also=("mang theo",)),
        Column("bring_en", "Mang theo (en)", c.text(1000)),
        Column("languages", "Ngôn ngữ", c.several(c.lower(2)), missing=()),
        Column("min_age", "Tuổi tối thiểu", c.number(0, 99), missing=None),
        Column("max_guests", "Số khách tối đa", c.number(1, 500), missing=20),
        Column(
            "cancel_hours", "Huỷ miễn phí trước (giờ)", c.number(0, 2000), also=("huỷ trước",),
            missing=24,
        ),
        Column(
            "cutoff_minutes", "Chốt trước (phút)", c.number(0, 20_000), also=("chốt trước",),
            missing=120,
        ),
        Column("lat", "Vĩ độ", c.degrees(90), also=("latitude",), missing=None),
        Column("lon", "Kinh độ", c.degrees(180), also=("longitude",), missing=None),
    ),
    build=_experience,
    save=import_experience,
    points={"listing_code": "listings"},
)  # fmt: skip


def _departure(values: Values) -> DepartureRow:
    return DepartureRow(
        **plain(values, "listing_code", "starts_at", "capacity"), price_vnd=values["price"]
    )


DEPARTURES = Sheet(
    "departures",
    "Chuyến đi",
    also=("Khởi hành", "Lịch khởi hành"),
    key=("listing_code", "starts_at"),
    columns=(
        LISTING_CODE,
        Column("starts_at", "Khởi hành", c.moment, required=True, also=("bắt đầu", "start")),
        Column("capacity", "Số chỗ", c.number(1, 1000), required=True, also=("seats",)),
        Column("price", "Giá", c.money, required=True, also=("đơn giá", "price_vnd")),
    ),
    build=_departure,
    save=import_departure,
    points={"listing_code": "listings"},
)
