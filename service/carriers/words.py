"""What a carrier's code means in plain words: by the carrier's name and its code.

What mail relays say stands in `mail_words`: their codes are made of parts.
"""

from service.carriers.mail_words import of_mail
from service.languages import Phrase
from service.languages import gettext_lazy as _

_NOT_REGISTERED: Phrase = _("The sender is not registered with the recipient's network.")
_TWILIO: dict[str, Phrase] = {
    "10001": _("Our account is not active."),
    "20003": _("The carrier does not accept our account."),
    "20005": _("Our account is not active."),
    "20006": _("Our account may not send."),
    "20008": _("A test account is set up; it sends nothing real."),
    "20404": _("The carrier has no such account."),
    "20429": _("The carrier asks for less at once; sending more slowly."),
    "20500": _("The carrier has a fault of its own."),
    "20503": _("The carrier has a fault of its own."),
    "21211": _("The phone number is not valid."),
    "21212": _("The sender's name is set up wrongly."),
    "21214": _("This number cannot be reached."),
    "21217": _("The phone number is not valid."),
    "21265": _("A short number, not a mobile one."),
    "21268": _("A service number, which takes no messages."),
    "21408": _("The account may not send to this region."),
    "21602": _("The message has no text."),
    "21603": _("No sender is set."),
    "21604": _("There is no recipient's number."),
    "21606": _("The sender's name cannot be used for this number."),
    "21608": _("A trial account sends to verified numbers only."),
    "21609": _("The address for receipts (LOA_PUBLIC_URL) is set up wrongly."),
    "21610": _("The recipient refuses messages."),
    "21611": _("The carrier's queue is full; sending more slowly."),
    "21612": _("The sender cannot reach this number."),
    "21614": _("Not a mobile number."),
    "21617": _("The message is too long."),
    "21635": _("Not a mobile number."),
    "21657": _("The sender's name cannot be used where the recipient is."),
    "21703": _("The messaging service has no sender."),
    "21704": _("The messaging service has no sender that can be used."),
    "21705": _("The carrier has no such messaging service."),
    "21709": _("The sender's name is not of the messaging service."),
    "21711": _("The sender's name is not of the messaging service."),
    "21730": _("The carrier is under maintenance; it is tried again."),
    "30001": _("The carrier's queue is full; sending more slowly."),
    "30002": _("The carrier has suspended our account."),
    "30003": _("The phone is off or out of reach."),
    "30004": _("The message is blocked at the recipient's side."),
    "30005": _("The number is not in use."),
    "30006": _("Not a mobile number."),
    "30007": _("The carrier blocked the text."),
    "30008": _("The carrier does not say why."),
    "30010": _("The message costs more than the highest price set."),
    "30017": _("The recipient's network is congested; it is tried again."),
    "30018": _NOT_REGISTERED,
    "30019": _("The message is too long for the recipient's network."),
    "30020": _("The carrier has a fault of its own."),
    "30021": _("The carrier has a fault of its own."),
    "30024": _NOT_REGISTERED,
    "30032": _NOT_REGISTERED,
    "30034": _NOT_REGISTERED,
    "30036": _("The message waited at the carrier for too long."),
    "30037": _("Our account is barred from sending."),
    "30038": _("The carrier took the text for a one-time code."),
    "30040": _NOT_REGISTERED,
    "30041": _NOT_REGISTERED,
    "30042": _("The carrier blocks the sender's name."),
    "30410": _("The carrier's supplier did not answer; it is tried again."),
    "30450": _("The carrier blocked the message for fear of fraud."),
    "30454": _("The account has sent as many as it may in a day."),
    "30500": _("The carrier has a fault of its own; it is tried again."),
    "63038": _("The account has sent as many as it may in a day."),
    "failed": _("The carrier says that it failed, and not why."),
}
# Between us and any carrier: no code of theirs.
_LINE: dict[str, Phrase] = {
    "http.401": _("The provider does not accept our account."),
    "http.403": _("The provider does not let this server send: check the account and the address set up."),
    "http.408": _("The provider did not answer in time."),
    "disconnected": _("The line to the provider broke half-way; nobody knows whether it left."),
    "answer.unreadable": _("The provider's answer could not be read; nobody knows whether it left."),
    "connect.name": _("No mail server is found by the name that is set."),
    "connect.tls": _("No secure connection to the mail server."),
    "connect.certificate": _("The provider's certificate is not valid."),
    "connect.unsupported": _("The mail server does not offer what is set up."),
    "connect.url": _("The provider's address is set up wrongly."),
}
_LINE_BY_BEGINNING: tuple[tuple[str, Phrase], ...] = (
    (
        "http.3",
        _("The provider's address is set up wrongly: what answers there sends us elsewhere ({code})."),
    ),
    (
        "http.4",
        _("The provider does not take the request ({code}): check the address and the account set up."),
    ),
    (
        "http.",
        _("The provider has a fault of its own ({code}); nobody knows whether it left."),
    ),
    ("timeout", _("The provider did not answer in time.")),
    ("connect", _("The provider could not be reached.")),
)
_ELSE: Phrase = _("The provider reports error {code}. Ask them what it means.")
# By the fault that stands in the code of a described gateway, whose own codes nobody here knows.
_GATEWAY: dict[str, Phrase] = {
    "number": _("The number takes no messages ({code})."),
    "dead_address": _("The number is not in use ({code})."),
    "unreachable": _("The phone is off or out of reach ({code})."),
    "content": _("The carrier does not take the text ({code})."),
    "sender": _("The sender cannot be used at the recipient's network ({code})."),
    "account": _("The carrier does not accept our account or set-up ({code}). Tell the operator."),
    "busy": _("The carrier is busy or has a fault of its own ({code})."),
    "unknown": _("The carrier says that it failed ({code}). Ask them what it means."),
    "unlisted": _(
        "The carrier answered with a code nobody knows ({code}); nobody knows whether it left. Ask them what it means."
    ),
}
_TWILIOS = frozenset({"twilio", "provider"})  # `provider`: of receipts, before each carrier's had its name


def of_twilio(code: str) -> Phrase | None:
    """Returns what a code of Twilio's means ("twilio.30005"); None for one that nobody knows."""
    return _TWILIO.get(code.partition(".")[2])


def of_gateway(code: str) -> Phrase | None:
    """Returns what a code of a described gateway means ("gateway.esms.content.146"), with its name and its own code in it."""
    name, fault, own = (*code.split(".", 3)[1:], "", "", "")[:3]
    words = _GATEWAY.get(fault)
    return words and words.with_(code=f"{name} {own}")


def of_line(code: str) -> Phrase | None:
    """Returns what happened between us and a carrier; None for a code that is none of the line's."""
    return _LINE.get(code) or next((words for start, words in _LINE_BY_BEGINNING if code.startswith(start)), None)


def of_code(code: str) -> Phrase:
    """Returns the sentence for a carrier's code, its name before it.
    One that nobody knows is told with its number, and whom to ask.
    """
    carrier = code.partition(".")[0]
    if carrier == "gateway":
        return of_gateway(code) or _ELSE.with_(code=code)
    if carrier in _TWILIOS:
        shown = code.partition(".")[2]
        return (of_twilio(code) or of_line(shown) or _ELSE).with_(code=shown)
    return (of_mail(code) or of_line(code) or _ELSE).with_(code=code)
