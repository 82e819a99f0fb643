"""What the diary says by itself, without network: handed to its page as one piece of JSON."""

from flask_babel import gettext, ngettext

from kernel.messages import LABELS, msg
from traceability.rules import Activity

_OPEN = "%(count)s"
_PLAIN = {
    "state.waiting": msg("Not yet sent"),
    "state.sending": msg("Being sent"),
    "state.stored": msg("Sent"),
    "state.refused": msg("Not taken"),
    "state.draft": msg("Half written"),
    "state.conflict": msg("Two versions"),
    "told.waiting": msg("Kept on this phone. It is sent as soon as there is network."),
    "told.stored": msg("Stored at the market on %(at)s."),
    "told.conflict": msg("Somebody changed this entry meanwhile. Choose what is right."),
    "stranger": msg(
        "Somebody else wrote this on this phone. It is sent when that person signs in."
    ),
    "lot.is": msg("Lot %(code)s"),
    "lot.open": msg("Lot %(code)s is made."),
    "lot.held": msg("Lot %(code)s is recorded and on hold."),
    "photo.waiting": msg("Not yet sent"),
    "photo.share": msg("Sent so far: %(share)s of 100"),
    "photo.stored": msg("Sent"),
    "photo.refused": msg("Not taken"),
    "field.done_on": msg("Day"),
    "field.season_id": msg("Where it was done"),
    "field.input_name": msg("Product"),
    "field.active_ingredient": msg("Active ingredient"),
    "field.dose": msg("Dose"),
    "field.phi_days": msg("Waiting time before harvest, in days"),
    "field.quantity_text": msg("Harvested"),
    "field.amount": msg("Harvested"),
    "unit.kg": msg("kg"),
    "unit.l": msg("litres"),
    "unit.piece": msg("pieces"),
    "field.worker": msg("Who did it"),
    "field.note": msg("Note"),
    "field.media": msg("Pictures"),
    "nothing": msg("nothing"),
    "sure_draft": msg("Throw away what is half written here?"),
    "sure": msg("Delete this entry from the phone? It was not sent."),
    "saved": msg("Saved on this phone."),
    "wait": msg("Harvest allowed from %(day)s (%(product)s)."),
    "unknown": msg("The waiting time of %(product)s is not known: do not harvest yet."),
    "allowed": msg("Harvest allowed from %(day)s."),
    "held": msg(
        "Harvest is allowed from %(day)s (%(product)s). What is harvested earlier is put on hold."
    ),
    "no_picture": msg("This picture cannot be read. Please take another one."),
    "enough_pictures": msg("One entry takes %(most)s pictures. Write another entry for more."),
    "finding": msg("Looking for the place…"),
    "found": msg("The place is noted, to %(metres)s m."),
    "no_place": msg("The place could not be found."),
    "expires": msg("good until %(day)s"),
    "need_day": msg("Choose a day."),
    "still_to_come": msg("This day is still to come."),
    "too_early": msg("The season began later than that."),
    "need_product": msg("Write the name of the product, as on its label."),
    "need_phi": msg("Write whole days from 0 to 365, as on the label."),
    "need_quantity": msg("Write how much was harvested."),
    "all_sent": msg("Everything is sent"),
    "offline": msg("No network. Go on writing: nothing is lost."),
    "sending": msg("Sending…"),
    "signed_out": msg("You are signed out. Nothing is lost: sign in, and it is sent."),
    "no_access": msg("You may not write in this diary any more. Ask the owner of the farm."),
    "strangers": msg("Some entries were written by somebody else and wait for that person."),
    "retrying": msg("The market cannot be reached. It is tried again by itself."),
    "clock": msg("The clock of this phone is wrong. Please set it."),
    "clock_day": msg(
        "This phone has the wrong day: today is %(day)s. Please set its clock, and check the day "
        "of each entry."
    ),
    "clock_unsure": msg(
        "When this phone last reached the market, it had the wrong day. Check its clock, and the "
        "day of each entry."
    ),
    "no_room": msg(
        "There is no room left on this phone. Delete some photos or films from it: then it goes on."
    ),
    "older": msg(
        "This page is older than the diary that is kept on this phone. Nothing is lost: with "
        "network the newest version is fetched."
    ),
    "not_opened": msg(
        "The diary that is kept on this phone cannot be opened. Close other pages of the diary and "
        "try again."
    ),
    "full": msg(
        "There is no room left on this phone. Nothing written is lost: delete some photos or "
        "films from the phone, or take a picture out of this entry, and save again."
    ),
    "not_kept": msg("This could not be kept on the phone. Leave this page open and save again."),
    "sent_at": msg("Last looked %(at)s"),
    "clear": msg("Remove the diary from this phone? What was sent stays at the market."),
}


def phone_words() -> dict[str, str]:
    """Return the words by the names under which the script asks for them."""
    words = {name: str(gettext(message)) for name, message in _PLAIN.items()}
    words |= {f"activity.{one.value}": str(gettext(LABELS[one])) for one in Activity}
    return words | _counted()


def _counted() -> dict[str, str]:
    """Return the words that hang on a number, for one and for more; the script puts it in."""
    found: dict[str, str] = {}
    for form, number in (("one", 1), ("other", 2)):
        counted = {
            "unsent": ngettext(
                "%(count)s entry not yet sent",
                "%(count)s entries not yet sent",
                number,
                count=_OPEN,
            ),
            "pictures": ngettext(
                "%(count)s picture not yet sent",
                "%(count)s pictures not yet sent",
                number,
                count=_OPEN,
            ),
            "clear_unsent": ngettext(
                "%(count)s entry was not sent and would be lost. Remove the diary all the same?",
                "%(count)s entries were not sent and would be lost. Remove the diary all the same?",
                number,
                count=_OPEN,
            ),
        }
        found |= {f"{name}.{form}": str(text) for name, text in counted.items()}
    return found
