"""What is typically done to the crops of the province: the first tasks of the diary.

The office and each vendor change them as they like. No product, dose or day stands here: those
are on the label of what a farmer has in the shed.
"""

from dataclasses import dataclass, field

from kernel.errors import Invalid
from kernel.messages import msg
from kernel.text import fold
from traceability.rules.diary import Activity

MOST_TASKS = 200
MOST_TITLE = 60


@dataclass(frozen=True)
class Task:
    """One task; ``crops`` are names that a crop goes by, none: every crop."""

    activity: Activity
    title: dict[str, str]
    crops: tuple[str, ...] = ()
    note: dict[str, str] = field(default_factory=dict)
    input_name: str = ""
    dose: str = ""


def is_for(crops: tuple[str, ...], crop: dict[str, str]) -> bool:
    """Tell whether a task of these crops is one of a season's crop, written in any language."""
    named = [f" {fold(text)} " for text in crop.values()]
    return not crops or any(f" {fold(name)} " in text for name in crops for text in named)


def need_task(task: Task) -> None:
    """Refuse a task without a name, or with more than fits on a button.

    :raises Invalid: then.
    """
    if not task.title or not all(task.title.values()):
        raise Invalid(msg("Write what is done."), field="title")
    if any(len(text) > MOST_TITLE for text in task.title.values()):
        raise Invalid(
            msg("At most %(most)s letters fit on the button."), field="title", most=MOST_TITLE
        )


_LYCHEE = ("vải", "vải thiều", "nhãn", "lychee", "longan")
_GUAVA = ("ổi", "guava")
_CARROT = ("cà rốt", "carrot")
_CABBAGE = ("su hào", "bắp cải", "súp lơ", "cải", "kohlrabi", "cabbage", "cauliflower", "broccoli")
_ONION = ("hành", "tỏi", "onion", "garlic", "shallot")
_RICE = ("lúa", "nếp", "rice")
_CARE, _WATER, _FEED = Activity.CARE, Activity.IRRIGATION, Activity.FERTILISER
_SPRAY, _LOOK, _SOW, _SOIL = (
    Activity.SPRAY,
    Activity.OBSERVATION,
    Activity.SEEDING,
    Activity.SOIL,
)


def _tasks(crops: tuple[str, ...], *rows: tuple[Activity, str, str]) -> tuple[Task, ...]:
    return tuple(Task(activity, {"vi": vi, "en": en}, crops) for activity, vi, en in rows)


TASKS = (
    *_tasks(
        _LYCHEE,
        (_CARE, "Cắt tỉa sau thu hoạch", "Pruning after harvest"),
        (_CARE, "Khoanh vỏ", "Girdling"),
        (_CARE, "Tỉa lộc đông", "Removing winter shoots"),
        (_FEED, "Bón phục hồi sau thu hoạch", "Feeding after harvest"),
        (_FEED, "Bón đón hoa", "Feeding before flowering"),
        (_FEED, "Bón nuôi quả", "Feeding the fruit"),
        (_SPRAY, "Phun trừ sâu đục cuống quả", "Spraying against fruit borer"),
        (_LOOK, "Hoa nở", "In flower"),
        (_LOOK, "Đậu quả", "Fruit set"),
    ),
    *_tasks(
        _GUAVA,
        (_CARE, "Bao quả", "Bagging the fruit"),
        (_CARE, "Tỉa cành, tỉa quả", "Pruning and thinning"),
        (_FEED, "Bón nuôi quả", "Feeding the fruit"),
        (_SPRAY, "Phun trừ rệp sáp", "Spraying against mealybug"),
        (_LOOK, "Đặt bẫy, đếm ruồi đục quả", "Traps and fruit flies counted"),
    ),
    *_tasks(
        _CARROT,
        (_SOIL, "Làm đất, lên luống", "Tilling and making beds"),
        (_SOW, "Gieo hạt", "Sowing"),
        (_CARE, "Tỉa định cây", "Thinning"),
        (_CARE, "Làm cỏ, vun luống", "Weeding and earthing up"),
        (_FEED, "Bón thúc", "Top dressing"),
        (_WATER, "Tưới rãnh", "Watering by furrow"),
    ),
    *_tasks(
        _CABBAGE,
        (_SOIL, "Làm đất, lên luống", "Tilling and making beds"),
        (_SOW, "Trồng cây con", "Planting out"),
        (_CARE, "Xới xáo, làm cỏ", "Hoeing and weeding"),
        (_FEED, "Bón thúc", "Top dressing"),
        (_CARE, "Bắt sâu bằng tay", "Picking caterpillars by hand"),
        (_SPRAY, "Phun trừ sâu tơ", "Spraying against diamondback moth"),
        (_WATER, "Tưới", "Watering"),
    ),
    *_tasks(
        _ONION,
        (_SOIL, "Làm đất, lên luống", "Tilling and making beds"),
        (_SOW, "Trồng củ giống", "Planting sets"),
        (_CARE, "Phủ rơm rạ", "Mulching with straw"),
        (_CARE, "Làm cỏ", "Weeding"),
        (_FEED, "Bón thúc", "Top dressing"),
        (_WATER, "Tưới", "Watering"),
    ),
    *_tasks(
        _RICE,
        (_SOIL, "Cày bừa", "Ploughing and harrowing"),
        (_SOW, "Gieo sạ", "Direct sowing"),
        (_SOW, "Cấy", "Transplanting"),
        (_FEED, "Bón thúc đẻ nhánh", "Feeding at tillering"),
        (_FEED, "Bón đón đòng", "Feeding before heading"),
        (_WATER, "Điều tiết nước", "Setting the water level"),
        (_LOOK, "Thăm đồng, xem rầy", "Looking for planthoppers"),
    ),
    *_tasks(
        (),
        (_CARE, "Làm cỏ", "Weeding"),
        (_WATER, "Tưới", "Watering"),
        (_LOOK, "Thăm đồng", "Walk through the field"),
    ),
)
