"""Why a delivery is where it is, in plain words, for a clerk who has to do something about it.

Codes are ours (`worker.lost`), or a carrier's behind its name (`smtp.550`, `twilio.21211`): `service.carriers.words` has those.
"""

from service.carriers import of_code
from service.languages import Language, Phrase
from service.languages import gettext_lazy as _

_OURS: dict[str, Phrase] = {
    "broadcast.overdue": _("The warning expired before it was sent."),
    "broadcast.cancelled": _("The warning was cancelled before it was sent."),
    # What only the department as a whole could say more of: docs/decisions/0006.
    "address.other": _("This number or address could not be written to."),
    "worker.lost": _("The sender stopped half-way; nobody knows whether it left."),
    "system.restored": _("The system was restored from a backup; nobody knows whether it has left since."),
    "content.missing": _("The signed record has no text for this channel."),
    "content.not_carried": _("The carriers set up do not take this text: too long, or letters with accents."),
    "channel.not_set_up": _("This channel is not set up."),
    "not_listed": _("The carrier's list does not have it; it is being sent again."),
    "address.unreadable": _("The sealed address could not be opened."),
    "suppressed": _("This number or address is written to no more: not in use, the wrong person, or asked to stop."),
    "address.forgotten": _("The address is no longer kept."),
    "repeat.email": _("Sent again, it may come twice. Both have one message id, so many mailboxes keep only one."),
    "repeat.sms": _(
        "It settles once a receipt comes or the carrier's list shows a later message. Sent again now, it may come twice."
    ),
    "repeat.unlisted": _("The carrier has no list to look into. A receipt or you settle it; sent again, it may come twice."),
    "sender.other": _("The carrier sent it under another name than the registered sender's."),
    "asleep": _("The sender stood still; it is being sent again."),
    "channel.raised": _("The sending software failed half-way; nobody knows whether it left. Tell the administrator."),
}


def in_words(code: str | None, language: Language) -> str | None:
    """Returns the sentence for a reason's code; None where there is no reason."""
    if code is None:
        return None
    return (_OURS.get(code) or of_code(code)).in_(language)
