"""What a mail server's refusal means in plain words: by the step at which it came, its code, and its enhanced code (RFC 3463).

A code is `smtp.`, the step unless it is RCPT's, the reply, and the enhanced code if there was one:
`smtp.mail.450.4.7.1`, `smtp.550.5.1.1`.
"""

import re

from service.languages import Phrase
from service.languages import gettext_lazy as _

_CODE = re.compile(r"smtp\.(?:([a-z]+)\.)?([45]\d\d)(?:\.[45]\.(\d+)\.(\d+))?")
_LOGIN: Phrase = _("The mail server does not accept our login.")
_BY_CODE: dict[str, Phrase] = {
    "smtp.address": _("The email address is not valid."),
    "smtp.smtputf8": _("The mail server takes no address with letters beyond plain a to z."),
    "smtp.no_place": _("All connections to the mail server are busy; the letter waits its turn."),
    "smtp.disconnected": _("The mail server hung up before it took the letter; it is being sent again."),
    "smtp.timeout": _("The mail server did not answer in time to take the letter; it is being sent again."),
    "smtp.unreadable": _("The mail server's answer made no sense; it is being sent again."),
    "smtp.login.disconnected": _("The mail server hangs up when we log in."),
}
_REFUSED: dict[str, Phrase] = {
    "connect": _("The mail server does not take our connections."),
    "starttls": _("No secure connection to the mail server."),
    "login": _LOGIN,
    "mail": _("The mail server takes no letters from our address."),
    "rcpt": _("The mail server refuses this address."),
    "start": _("The mail server does not take this letter."),
    "data": _("The mail server does not take this content."),
}
_DELAYED: dict[str, Phrase] = {
    "connect": _("The mail server takes no connection for now; it is being tried again."),
    "starttls": _("The mail server cannot secure the connection for now; it is being tried again."),
    "login": _("The mail server cannot check our login for now; it is being tried again."),
    "mail": _("The mail server takes fewer letters for now; sending more slowly."),
    "rcpt": _("The mail server takes nothing for this address for now; it is being sent again."),
    "start": _("The mail server does not take it for now."),
    "data": _("The mail server does not take it for now."),
}
# Enhanced codes of a recipient or a letter, by their second part or their second and third.
_OF_REFUSAL: dict[str, Phrase] = {
    "1": _("The email address is not valid."),
    "1.7": _("The mail server does not accept the sender's address."),
    "1.8": _("The mail server does not accept the sender's address."),
    "2": _("The mailbox cannot take it."),
    "2.1": _("The mailbox is disabled."),
    "2.2": _("The mailbox is full."),
    "2.3": _("The letter is too large for this mailbox."),
    "3.4": _("The letter is too large for the mail server."),
    "4": _("The recipient's mail server cannot be reached."),
    "5": _("The mail server and ours do not understand each other."),
    "6": _("The mail server does not take this content."),
    "7": _("The mail server refuses it by its policy."),
    "7.8": _LOGIN,
    "7.28": _("The mail server asks for less; sending more slowly."),
}
_OF_DELAY: dict[str, Phrase] = {
    "1": _("The mail server cannot check this address for now; it is being sent again."),
    "2": _("The mailbox cannot take it for now; it is being sent again."),
    "2.1": _OF_REFUSAL["2.1"],
    "2.2": _OF_REFUSAL["2.2"],
    "3": _("The mail server has a fault of its own; it is being sent again."),
    "4": _("The recipient's mail server cannot be reached for now; it is being sent again."),
    "5.3": _("The mail server takes no more over this connection; it is being sent again."),
    "7": _("The mail server asks us to try again in some minutes."),
}


def of_mail(code: str) -> Phrase | None:
    """Returns what a code of a mail server's means; None for any other."""
    if code in _BY_CODE:
        return _BY_CODE[code]
    if (found := _CODE.fullmatch(code)) is None:
        return None
    step, reply = found[1] or "rcpt", found[2]
    if reply in ("530", "534", "535", "538"):
        return _LOGIN
    refused = reply.startswith("5")
    by_step = (_REFUSED if refused else _DELAYED).get(step)
    if by_step is None:
        return None
    detailed = _OF_REFUSAL if refused else _OF_DELAY
    of_code = detailed.get(f"{found[3]}.{found[4]}") or detailed.get(found[3] or "")
    if step in ("connect", "starttls", "login") or (step == "mail" and not refused):
        return by_step
    return of_code or by_step
