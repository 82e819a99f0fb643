"""What every page of the house shares: footer, art, badges, messages, the way back."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from babel.core import Locale
from flask import Flask, get_flashed_messages, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from catalog.rules import CardBadge
from kernel import clock, places
from kernel.errors import DomainError
from kernel.i18n import format_day, spoken
from kernel.messages import msg
from kernel.settings import Settings
from kernel.web.language import current_language
from kernel.web.pages import translate_label
from shop.chrome import Chrome
from vendors.rules import Scheme

FALLBACK = "basket"

TONES = {
    "approved": "leaf", "published": "leaf", "open": "leaf", "paid": "leaf", "settled": "leaf",
    "confirmed": "leaf", "delivered": "leaf", "completed": "leaf", "fulfilled": "leaf",
    "redeemed": "leaf", "verified": "leaf", "shipped": "leaf", "accepted": "leaf",
    "waived": "leaf", "passed": "leaf",
    "submitted": "sun", "under_review": "sun", "information_requested": "sun", "held": "sun",
    "pending": "sun", "created": "sun", "on_hold": "sun", "waiting": "sun", "placed": "sun",
    "preparing": "sun", "awaiting_payment": "sun",
    "rejected": "blush", "declined": "blush", "suspended": "blush", "terminated": "blush",
    "recalled": "lychee", "failed": "blush", "taken_down": "blush", "cancelled": "blush",
    "abandoned": "blush", "expired": "blush", "refunded": "blush", "no_show": "blush", "dead": "blush",
}  # fmt: skip

ERROR_ART = {403: "lock", 404: "lost", 410: "basket", 413: "camera", 429: "hourglass"}


@dataclass(frozen=True)
class Picture:
    """Addresses of one composed picture in its three widths."""

    small: str
    middle: str
    large: str

    @property
    def set(self) -> str:
        """Return the picture's ``srcset``."""
        return f"{self.small} 128w, {self.middle} 256w, {self.large} 512w"


class Art:
    """Finds composed pictures by name; an unknown name shows the basket."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.known: dict[str, Picture] = {}

    def __call__(self, name: str) -> Picture:
        """Return the picture of a name."""
        return self.known.get(name) or self._find(name or FALLBACK)

    def _find(self, name: str) -> Picture:
        asset = self.app.jinja_env.globals["asset"]
        wanted = [f"art/{name}-{width}.webp" for width in (128, 256, 512)]
        found = [asset(path) for path in wanted]  # type: ignore[operator]
        if found[0].endswith(wanted[0]) and name != FALLBACK:
            return self(FALLBACK)
        picture = Picture(*found)
        # Before the first build there is nothing worth remembering.
        if not found[0].endswith(wanted[0]):
            self.known[name] = picture
        return picture


class Icons:
    """Icons of the sprite by name, each written once."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.made: dict[tuple[str, str], Markup] = {}

    def __call__(self, name: str, label: str = "") -> Markup:
        """Return an icon: decoration, or with a label a picture of its own."""
        if (name, label) not in self.made:
            sprite = self.app.jinja_env.globals["asset"]("icons.svg")  # type: ignore[operator]
            said = Markup('role="img" aria-label="{}"').format(label)
            icon = Markup('<svg class="icon" {}><use href="{}#{}"/></svg>').format(
                said if label else Markup('aria-hidden="true"'), sprite, name
            )
            if label or "icons-" not in sprite:
                return icon
            self.made[name, label] = icon
        return self.made[name, label]


def install(app: Flask, settings: Settings) -> None:
    """Teach templates the parts that all pages share."""
    env = app.jinja_env
    chrome = Chrome(app)
    first, _space, rest = settings.market_name.partition(" ")
    mark = Markup("{}<span>{}</span>").format(first, rest.replace(" ", ""))
    env.globals.update(
        art_files=Art(app),
        icon_svg=Icons(app),
        page_top=chrome.top,
        page_tabs=chrome.tabs,
        page_foot=chrome.footer,
        market_mark=lambda: mark,
        flashes=flashes,
        page_address=page_address,
        state_tone=state_tone,
        badge_text=badge_text,
        scheme_text=scheme_text,
        error_art=lambda status: ERROR_ART.get(status, "toolbox"),
        has_files=lambda form: any(f.type.endswith("FileField") for f in form),
    )
    env.filters.update(place=place, decimal=decimal, whole=whole, weekday=weekday, clock=clock_time)
    env.filters.update(foreign=foreign, spoken=lambda text: spoken(text, current_language()))
    env.filters.update(duration=duration, language=language_name, day_before=day_before)


def flashes() -> Markup:
    """Return the messages of the last action; a reader without a session has none."""
    if "cp_session" not in request.cookies:
        return Markup("")
    told = get_flashed_messages(with_categories=True)
    return Markup(render_template("shop/flashes.html", told=told)) if told else Markup("")  # noqa: S704


def page_address(number: int) -> str:
    """Return the address of another page of the list shown."""
    query = [(key, value) for key, value in request.args.items(multi=True) if key != "page"]
    return f"{request.path}?{urlencode([*query, ('page', number)])}"


def foreign(text: Mapping[str, str] | None) -> Markup:
    """Return the ``lang`` attribute of words that fall back to another language, else nothing."""
    said = spoken(text, current_language())
    return Markup(' lang="{}"').format(said) if said not in {"", current_language()} else Markup("")


def state_tone(member: enum.Enum) -> str:
    """Return the colour of a state: leaf done, sun waiting, blush ended, lychee danger."""
    return TONES.get(str(member.value).lower(), "plain")


def place(key: str) -> str:
    """Return the short name of a commune, such as Thanh Hà."""
    try:
        return places.commune(key).short
    except DomainError:
        return key


WEEKDAYS = (
    msg("Mon"), msg("Tue"), msg("Wed"), msg("Thu"), msg("Fri"), msg("Sat"), msg("Sun"),
)  # fmt: skip


def weekday(moment: datetime) -> str:
    """Return the day in Viet Nam of an instant with its weekday, such as T7 28/11."""
    day = clock.local_date(moment)
    return f"{_(WEEKDAYS[day.weekday()])} {day:%d/%m}"


def clock_time(moment: datetime) -> str:
    """Return the time in Viet Nam of an instant, such as 08:30."""
    return f"{clock.local(moment):%H:%M}"


def day_before(day: date) -> str:
    """Write the last day of a span by the first day after it."""
    return format_day(day - timedelta(days=1))


def duration(minutes: int) -> str:
    """Write a length of time in hours, or in minutes when short or uneven."""
    if minutes % 30 or minutes < 60:
        return str(ngettext("%(num)d minute", "%(num)d minutes", minutes))
    if minutes % 60:
        return str(_("%(hours)s hours", hours=decimal(minutes / 60)))
    return str(ngettext("%(num)d hour", "%(num)d hours", minutes // 60))


def language_name(code: str) -> str:
    """Return the name of a language in the reader's language."""
    name = str(Locale.parse(current_language()).languages.get(code, code))
    return name[:1].upper() + name[1:]


def decimal(number: float) -> str:
    """Write a number with one decimal as the language does: 4,8 or 4.8."""
    text = f"{number:.1f}"
    return text if current_language() == "en" else text.replace(".", ",")


def whole(number: int) -> str:
    """Write a whole number with its thousands apart: 12.000 or 12,000."""
    text = f"{number:,}"
    return text if current_language() == "en" else text.replace(",", ".")


def badge_text(badge: CardBadge) -> str:
    """Return the words of a card's one badge."""
    if badge.kind == "preorder":
        return str(_("Pre-order"))
    if badge.kind == "seats":
        return str(ngettext("%(num)d seat left", "%(num)d seats left", badge.seats))
    if badge.kind == "certificate" and badge.scheme is not None:
        return scheme_text(badge.scheme, badge.stars)
    return str(_("In season"))


def scheme_text(scheme: Scheme, stars: int | None = None) -> str:
    """Return the name of a certificate, with its stars where it has some."""
    name = translate_label(scheme)
    return f"{name} {stars}\u00a0★" if stars else name
