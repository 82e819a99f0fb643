"""A small market for engines to find things in."""

from dataclasses import replace

from catalog.queries.sources import Source
from catalog.search.documents import document

BASE = Source(
    code="",
    kind="produce",
    title={},
    summary={},
    description={},
    category_words=("Trái cây", "Fruit"),
    categories=("trai-cay",),
    category_labels=("trai-cay|Trái cây|Fruit",),
    vendor_name="HTX Thanh Sơn",
    vendor_slug="htx-thanh-son",
    commune="vn-2025:10813",
    commune_name="Thanh Hà",
    place_words=("Xã Thanh Hà", "Huyện Thanh Hà", "Xã Thanh Sơn"),
    schemes=(),
    stars=(),
    season_months=(),
    price_vnd=50_000,
    ranked_at=1000,
)
HERE = {"districts": ("d-thanh-ha",), "unit_price_vnd": 50_000, "lat": 20.90, "lon": 106.42}


def doc(code, vi, en="", **wishes):
    title = {"vi": vi, "en": en} if en else {"vi": vi}
    return document(replace(BASE, code=code, title=title, **(HERE | wishes)))


VEGETABLE = {
    "category_words": ("Rau củ", "Vegetables"),
    "categories": ("rau-cu",),
    "category_labels": ("rau-cu|Rau củ|Vegetables",),
}
POTTERY = {
    "kind": "craft",
    "category_words": ("Làng nghề", "Craft villages"),
    "categories": ("lang-nghe",),
    "category_labels": ("lang-nghe|Làng nghề|Craft villages",),
    "vendor_name": "Gốm Phúc Lộc",
    "vendor_slug": "gom-phuc-loc",
    "commune": "vn-2025:10642",
    "commune_name": "Thái Tân",
    "place_words": ("Xã Thái Tân", "Huyện Nam Sách"),
    "districts": ("d-nam-sach",),
    "lat": 21.00,
    "lon": 106.30,
}
DOCUMENTS = [
    doc(
        "VAI",
        "Vải thiều Thanh Hà",
        "Thanh Ha lychee",
        season_months=(5, 6),
        ranked_at=1,
        rating_tenths=48,
        rating_count=20,
    ),
    doc(
        "VAISAY",
        "Vải sấy khô",
        "Dried lychee",
        kind="processed",
        price_vnd=90_000,
        unit_price_vnd=180_000,
        ranked_at=2,
        rating_tenths=35,
        rating_count=4,
    ),
    doc("BO", "Bơ sáp", "Avocado", ranked_at=3, delivered_to=("vn-2025:10642",)),
    doc(
        "BOKHO",
        "Bò khô",
        "Beef jerky",
        kind="processed",
        price_vnd=300_000,
        unit_price_vnd=900_000,
        ranked_at=4,
    ),
    doc("CAM", "Cam Vinh", "Orange", ranked_at=5, delivered_to=()),
    doc("CAMGAO", "Cám gạo", "Rice bran", **VEGETABLE, ranked_at=6, unit_price_vnd=7_000),
    doc("DUA", "Dứa mật", "Pineapple", ranked_at=7),
    doc(
        "CAROT",
        "Cà rốt Đức Chính",
        "Duc Chinh carrot",
        **VEGETABLE,
        schemes=("ocop", "vietgap"),
        stars=(4,),
        price_vnd=8_000,
        unit_price_vnd=8_000,
        ranked_at=8,
        rating_tenths=48,
        rating_count=50,
    ),
    doc(
        "GOM",
        "Bình gốm Chu Đậu",
        "Chu Dau pottery vase",
        **POTTERY,
        price_vnd=900_000,
        unit_price_vnd=None,
    ),
]
