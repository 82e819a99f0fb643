"""What visitors of the measured market type and choose."""

from catalog.search.engine import Filters

QUERIES = {
    "marked": ["vải thiều Thanh Hà", "cà rốt", "mật ong", "bánh đậu xanh", "bơ", "gạo nếp cái"],
    "unmarked": ["vai thieu thanh ha", "ca rot duc chinh", "mat ong", "oi", "banh gai", "rau"],
    "partly": ["vai thiều", "gốm chu dau", "bánh dau xanh"],
    "typo": ["vai thieuu", "carrott", "potery", "banh dua xanh", "lychhe", "mat onng"],
    "telex": ["vair thieeuf", "gooms chu ddaauj", "ca2 ro61t", "ma65t ong"],
    "prefix": ["va", "vải th", "chu d", "banh d", "lych", "khoai l"],
    "joined": ["vaithieu", "matong", "banhdauxanh"],
    "synonym": ["khóm", "bắp", "đậu phộng", "trái cây", "heo", "htx"],
    "english": ["lychee", "green bean cake", "pottery workshop", "honey", "carrot"],
    "place": ["thanh ha", "nam sách", "chí linh", "hải dương"],
    "many words": ["mua vải thiều thanh hà loại ngon", "quà biếu bánh đậu xanh hải dương"],
    "nothing": ["iphone 15", "xe hơi vinfast", "zzzzzz"],
    "everything": [""],
}
"""Queries by what is hard about them."""

PREFIXES = [
    "va",
    "vả",
    "vải t",
    "ban",
    "bánh đ",
    "chu",
    "mat o",
    "ly",
    "than",
    "gom c",
    "rau",
    "hon",
]

FILTERS = (
    *(Filters(),) * 5,
    Filters(kinds=["produce"]),
    Filters(kinds=["produce"], categories=["trai-cay"]),
    Filters(communes=["vn-2025:10813"]),
    Filters(schemes=["ocop"], price_to=200_000),
    Filters(month=6),
)
"""Half of the searches are narrowed."""
