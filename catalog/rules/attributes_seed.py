"""What a new market asks of goods; afterwards the office keeps it.

Length, languages and lowest age of a visit are fields of the visit itself.
"""

from dataclasses import dataclass

Both = tuple[tuple[str, str], ...]

FRESH = ("trai-cay", "rau-cu", "gao-ngu-coc", "chan-nuoi-thuy-san")
MADE = ("dac-san", "mat-ong-do-uong", "gao-ngu-coc")
CRAFT, VISIT = ("lang-nghe",), ("trai-nghiem",)


@dataclass(frozen=True)
class Seeded:
    """An attribute to be; ``shelves`` are keys of categories, ``choices`` pairs (vi, en)."""

    key: str
    kind: str
    label: Both
    shelves: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    hint: Both = ()
    unit: Both = ()
    choices: Both = ()
    is_facet: bool = False


def _both(vi: str, en: str) -> Both:
    return (("vi", vi), ("en", en))


SEED = (
    Seeded(
        "giong",
        "text",
        _both("Giống", "Variety"),
        FRESH,
        hint=_both("Như: thiều u hồng, nếp cái hoa vàng.", "Such as: u hong, nep cai hoa vang."),
    ),
    Seeded(
        "hang",
        "choice",
        _both("Hạng", "Grade"),
        FRESH,
        choices=(
            ("Tuyển chọn", "Selected"),
            ("Loại 1", "First grade"),
            ("Loại 2", "Second grade"),
            ("Lẫn cỡ", "Mixed sizes"),
        ),
        is_facet=True,
    ),
    Seeded(
        "co",
        "text",
        _both("Cỡ", "Size"),
        FRESH,
        hint=_both("Như: 28-32 quả một cân.", "Such as: 28-32 fruit to a kilogram."),
    ),
    Seeded(
        "thu_hai",
        "choice",
        _both("Thu hoạch", "Harvested"),
        ("trai-cay", "rau-cu"),
        choices=(
            ("Hái theo đơn, giao trong ngày", "To order, delivered the same day"),
            ("Hái trong 24 giờ", "Within 24 hours"),
            ("Trữ mát sau thu hoạch", "Kept cool after harvest"),
        ),
        is_facet=True,
    ),
    Seeded(
        "che_bien",
        "choices",
        _both("Cách làm", "Processing"),
        MADE,
        choices=(
            ("Sấy khô", "Dried"),
            ("Lên men", "Fermented"),
            ("Hấp, luộc", "Steamed or boiled"),
            ("Nướng, rang", "Baked or roasted"),
            ("Xay, nghiền", "Ground"),
            ("Ép lạnh", "Cold-pressed"),
            ("Để sống", "Raw"),
        ),
        is_facet=True,
    ),
    Seeded(
        "bao_goi",
        "choice",
        _both("Bao gói", "Packaging"),
        kinds=("produce", "processed"),
        choices=(
            ("Túi hút chân không", "Vacuum bag"),
            ("Túi giấy", "Paper bag"),
            ("Hộp giấy", "Cardboard box"),
            ("Thùng xốp", "Foam box"),
            ("Túi lưới", "Net"),
            ("Chai, lọ thuỷ tinh", "Glass bottle or jar"),
            ("Gói lá", "Wrapped in leaves"),
        ),
    ),
    Seeded(
        "han_dung",
        "number",
        _both("Giữ được", "Keeps for"),
        kinds=("produce", "processed"),
        unit=_both("ngày", "days"),
        hint=_both("Tính từ ngày giao, nếu bảo quản đúng.", "From delivery on, when stored well."),
    ),
    Seeded(
        "bao_quan",
        "choice",
        _both("Bảo quản", "Storage"),
        kinds=("produce", "processed"),
        choices=(
            ("Nơi khô mát", "Cool and dry"),
            ("Ngăn mát 2-8 °C", "Chilled, 2-8 °C"),
            ("Cấp đông -18 °C", "Frozen, -18 °C"),
        ),
        is_facet=True,
    ),
    Seeded(
        "nguon_hoa",
        "choice",
        _both("Nguồn hoa", "Nectar"),
        ("mat-ong-do-uong",),
        choices=(
            ("Hoa vải", "Lychee blossom"),
            ("Hoa nhãn", "Longan blossom"),
            ("Hoa sú vẹt", "Mangrove blossom"),
            ("Hoa rừng", "Wild flowers"),
        ),
        is_facet=True,
    ),
    Seeded(
        "do_con",
        "number",
        _both("Nồng độ cồn", "Alcohol"),
        ("mat-ong-do-uong",),
        unit=_both("% thể tích", "% by volume"),
    ),
    Seeded(
        "chat_lieu",
        "choices",
        _both("Chất liệu", "Material"),
        CRAFT,
        choices=(
            ("Đất sét trắng", "White clay"),
            ("Đất sét đỏ", "Red clay"),
            ("Gỗ", "Wood"),
            ("Mây tre", "Rattan and bamboo"),
            ("Vải, chỉ thêu", "Cloth and thread"),
            ("Vàng bạc", "Gold and silver"),
            ("Cói", "Sedge"),
        ),
        is_facet=True,
    ),
    Seeded(
        "kieu_nung",
        "choice",
        _both("Nung", "Firing"),
        CRAFT,
        choices=(
            ("Lò củi", "Wood kiln"),
            ("Lò ga", "Gas kiln"),
            ("Lò điện", "Electric kiln"),
        ),
        is_facet=True,
    ),
    Seeded(
        "nhiet_do_nung",
        "number",
        _both("Nhiệt độ nung", "Fired at"),
        CRAFT,
        unit=_both("°C", "°C"),
    ),
    Seeded("kich_thuoc", "text", _both("Kích thước", "Dimensions"), CRAFT),
    Seeded("lam_tay", "yes_no", _both("Làm thủ công", "Made by hand"), CRAFT, is_facet=True),
    Seeded(
        "dung_thuc_pham",
        "yes_no",
        _both("Đựng được thực phẩm", "Safe for food"),
        CRAFT,
        is_facet=True,
    ),
    Seeded(
        "muc_suc",
        "choice",
        _both("Mức vận động", "Effort"),
        VISIT,
        choices=(
            ("Nhẹ nhàng", "Easy"),
            ("Vừa phải", "Moderate"),
            ("Cần sức khoẻ", "Demanding"),
        ),
        is_facet=True,
    ),
    Seeded(
        "khi_mua",
        "choice",
        _both("Khi trời mưa", "When it rains"),
        VISIT,
        choices=(
            ("Vẫn diễn ra trong nhà", "Goes on indoors"),
            ("Vẫn diễn ra, có áo mưa", "Goes on, with raincoats"),
            ("Dời sang ngày khác", "Moved to another day"),
        ),
    ),
    Seeded(
        "hop_tre_em", "yes_no", _both("Hợp với trẻ em", "Good for children"), VISIT, is_facet=True
    ),
    Seeded(
        "xe_lan",
        "yes_no",
        _both("Đi được xe lăn", "Accessible by wheelchair"),
        VISIT,
        is_facet=True,
    ),
)
