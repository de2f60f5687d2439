"""Records, keys and look-ups, and the calls of carriers."""

from collections.abc import Mapping

from service.languages import Phrase
from service.languages import gettext_lazy as _

SENTENCES: Mapping[str, Phrase] = {
    "keys.processes_running": _(
        "The system is running ({connections} connections). Stop web and workers before changing the master key."
    ),
    "keys.master_key_does_not_open": _(
        "Neither the old nor the new master key opens the keys in the database. Nothing was changed."
    ),
    "lookup.text_too_long": _("The pasted text is too long. Paste one message only."),
    "lookup.unavailable": _(
        "The look-up is not available right now. When in doubt do not act on the message; call the school's saved number."
    ),
    "record.cancelled": _("Its issuer took this message back after some of it had been sent."),
    "record.cancelled_unsent": _("Its issuer took this message back before any of it was sent."),
    "record.unverified": _("The record's signature does not hold, so nothing is sent. Tell the administrator."),
    "record.unknown": _("There is no such record."),
    "signing.no_key": _("No key may sign for this unit now, so nothing can be approved."),
    "webhook.bad_signature": _("The signature of the call is wrong."),
}
