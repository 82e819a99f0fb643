"""What a link of a code must be before it is kept: its anchor, its type, its target."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from kernel.errors import Invalid
from kernel.messages import msg
from traceability.errors import BadCode
from traceability.gs1.digital_link import Pair, path_of
from traceability.gs1.linksets import KEYS
from traceability.gs1.paths import read_request

# GS1 Web Vocabulary 1.16, without the deprecated productSustainabilityInfo.
_NAMES = """
activityIdeas allergenInfo appDownload backgroundInfo brandHomepageClinical
brandHomepagePatient careersInfo certificationInfo consumerHandlingStorageInfo
defaultLinkMulti dpp eifu epcis epil eventsInfo faqs handledBy hasRetailers homepage
ingredientsInfo instructions jws leaveReview locationInfo logisticsInfo loyaltyProgram
masterData menuInfo nutritionalInfo openingHoursInfo paymentLink pip promotion
purchaseSuppliesOrAccessories quickStartGuide recallStatus recipeInfo registerProduct
registryEntry relatedImage relatedVideo reportFound review safetyInfo scheduleTime serviceInfo
smartLabel smpc socialMedia statisticInfo subscribe support sustainabilityInfo traceability
tutorial userAgreement verificationService whatsInTheBox
"""
LINK_TYPES = frozenset(_NAMES.split())
MOST_HREF, MOST_TITLE = 500, 120
# What the schema of linksets takes: es-419 and zh-Hant, right as they are, would break it.
_LANGUAGE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]{0,70}")
_CONTEXT = re.compile(r"[A-Za-z0-9-]{1,20}")
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+(:\d{1,5})?")
_OWN = re.compile(r"/([tpu])/([0-9A-Z]{6,16})")

_NO_ANCHOR = msg("This is no code that links can be kept for.")
_NOT_THERE = msg("A serial number is kept by itself: lot and variant stay in the code only.")
_NO_ADDRESS = msg("An address begins with https:// and names a site on the internet.")
_ITSELF = msg("A code cannot lead to another code of the market.")


@dataclass(frozen=True)
class Anchor:
    """What a link is kept for: key and qualifiers, or an opaque code of the house."""

    path: str
    pairs: tuple[Pair, ...]

    @property
    def base(self) -> str:
        """The path of the key alone."""
        return path_of(self.pairs[:1])

    @property
    def is_base(self) -> bool:
        """Tell whether it is a key without qualifiers."""
        return len(self.pairs) == 1


@dataclass(frozen=True)
class LinkFacts:
    """What somebody says of a link; ``link_type`` without prefix."""

    anchor: str
    link_type: str
    href: str
    title: str
    media_type: str | None = None
    hreflang: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    is_default: bool = False
    # Lot or variant of a serial number: known, but no part of the anchor.
    detail: dict[str, str] = field(default_factory=dict)


def read_anchor(text: str) -> Anchor:
    """Read the path of a code: a Digital Link, or ``/t/``, ``/p/``, ``/u/`` with its code.

    :raises Invalid: for what is none, or a level that links are not kept for (2.5.9).
    """
    own = _OWN.fullmatch(text)
    if own:
        return Anchor(text, ((own[1], own[2]),))
    try:
        link = read_request(text)
    except BadCode:
        raise Invalid(_NO_ANCHOR, field="anchor") from None
    if link.key[0] not in KEYS:
        raise Invalid(_NO_ANCHOR, field="anchor")
    codes = {code for code, _ in link.path}
    if "21" in codes and codes & {"10", "22"}:
        raise Invalid(_NOT_THERE, field="anchor")
    return Anchor(path_of(link.path), link.path)


def check_link(facts: LinkFacts, *, roots: Collection[str]) -> LinkFacts:
    """Return a link as it can be kept; ``roots`` are the addresses that codes begin with here.

    :raises Invalid: naming what is wrong with it.
    """
    if facts.link_type not in LINK_TYPES:
        raise Invalid(msg("GS1 knows no such kind of link."), field="link_type")
    title = " ".join(facts.title.split())
    if not 1 <= len(title) <= MOST_TITLE:
        raise Invalid(msg("Say in a few words where the link leads."), field="title")
    for tag in facts.hreflang:
        if not _LANGUAGE.fullmatch(tag):
            raise Invalid(
                msg("A language is written like vi or en-GB, with nothing more."), field="hreflang"
            )
    if facts.media_type and not _MEDIA_TYPE.fullmatch(facts.media_type):
        raise Invalid(msg("A kind of file is written like application/pdf."), field="media_type")
    if not all(map(_CONTEXT.fullmatch, facts.context)):
        raise Invalid(msg("A context is a short word such as VN."), field="context")
    return LinkFacts(
        read_anchor(facts.anchor).path, facts.link_type, _address(facts.href, roots), title,
        facts.media_type, facts.hreflang, facts.context, facts.is_default, facts.detail,
    )  # fmt: skip


def _address(text: str, roots: Collection[str]) -> str:
    """Return an address on the internet, escaped.

    :raises Invalid: for any other, and for one that the resolver would have to lead on from.
    """
    # A percent sign that escapes nothing is escaped itself.
    text = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text.strip())
    href = quote(text, safe="!#$%&'()*+,/:;=?@[]~")
    try:
        parts = urlsplit(href)
    except ValueError:
        raise Invalid(_NO_ADDRESS, field="href") from None
    host = parts.netloc.lower()
    if parts.scheme != "https" or not _HOST.fullmatch(host) or len(href) > MOST_HREF:
        raise Invalid(_NO_ADDRESS, field="href")
    ours = {urlsplit(root).netloc.lower() for root in roots}
    if host in ours and leads_on(parts.path):
        raise Invalid(_ITSELF, field="href")
    return href


def leads_on(path: str) -> bool:
    """Tell whether the resolver answers a path: it begins with digits, or is a code of ours."""
    first = path.lstrip("/").partition("/")[0]
    return first.isdigit() or first.lower() in {"t", "p", "u"}
