"""Carriers: what each of them says, translated once into our words, and what each can. No I/O, and no carrier's package.

A second one is a module here with a line in `CARRIERS`, a channel in `workers.channels`,
and a line of set-up (`workers.carriers.accounts`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from service.carriers import http_gateway, smtp, twilio, twilio_callbacks
from service.carriers.abilities import Abilities
from service.carriers.gateway_file import GatewayProblem, HttpGateway, read_gateway
from service.carriers.gsm7 import is_gsm7
from service.carriers.mail_words import of_mail
from service.carriers.meanings import CLASS_OF, ErrorClass, Fault, Meaning, Retry, plain
from service.carriers.outcomes import Accepted, Outcome, Refused, Unknown
from service.carriers.receipts import Becomes, Said
from service.carriers.words import of_code, of_gateway, of_twilio
from service.languages import Phrase


@dataclass(frozen=True, slots=True)
class Carrier:
    """A kind of carrier. `meaning`: of a code with the carrier's name before it, and its class.
    `words`: of the same; None: nobody knows it.
    """

    channel: Literal["sms", "email"]
    can: Abilities
    meaning: Callable[[str, ErrorClass], Meaning]
    words: Callable[[str], Phrase | None]


CARRIERS: Mapping[str, Carrier] = MappingProxyType(
    {
        twilio.NAME: Carrier("sms", twilio.CAN, twilio.meaning_of, of_twilio),
        http_gateway.NAME: Carrier("sms", http_gateway.CAN, http_gateway.meaning_of, of_gateway),
        smtp.NAME: Carrier("email", smtp.CAN, smtp.meaning, of_mail),
    }
)
"""By the name that stands before the first dot of each of their codes."""


def meaning_of(code: str, error_class: ErrorClass) -> Meaning:
    """Returns what a refusal's `code` means, whichever carrier it came from;
    of a code that is no carrier's, as much as its class says.
    """
    carrier = CARRIERS.get(code.partition(".")[0])
    return plain(error_class) if carrier is None else carrier.meaning(code, error_class)


def fault_of(refused: Refused) -> Fault | None:
    """Returns whose fault a refusal is, to be kept with its delivery; None of a code of our own, for which no carrier was
    called.
    """
    name, of_line = refused.code.partition(".")[0], refused.code.startswith(("http.", "connect"))
    return meaning_of(refused.code, refused.error_class).fault if of_line or name in CARRIERS else None


__all__ = [
    "CARRIERS",
    "CLASS_OF",
    "Abilities",
    "Accepted",
    "Becomes",
    "Carrier",
    "ErrorClass",
    "Fault",
    "GatewayProblem",
    "HttpGateway",
    "Meaning",
    "Outcome",
    "Refused",
    "Retry",
    "Said",
    "Unknown",
    "fault_of",
    "http_gateway",
    "is_gsm7",
    "meaning_of",
    "of_code",
    "plain",
    "read_gateway",
    "smtp",
    "twilio",
    "twilio_callbacks",
]
