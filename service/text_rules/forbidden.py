"""The rules as one: no link, no money, no account, no telephone number, no request for a code,
no slot of ours. They fail closed.
"""

from dataclasses import dataclass

from service.text_rules.links import links
from service.text_rules.numbers import KNOWN_PHONE, numbers, slang_amounts, spellings
from service.text_rules.reading import Reading
from service.text_rules.secret_codes import code_requests

SLOT = "{number}"
"""The look-up number's place in a final text. Nobody writes it but a layout."""


@dataclass(frozen=True, slots=True, order=True)
class Breach:
    """`span`: first character and one past the last, in the text as written. `code`: of the contract."""

    span: tuple[int, int]
    code: str


def known_phones(text: str, phones: tuple[str, ...]) -> list[tuple[int, int]]:
    """Finds where `phones` stand in a cleaned text: first character and one past the last."""
    reading = Reading(text)
    found = numbers(reading, list(links(reading)), phones)
    return [reading.span(start, end) for code, start, end in found if code == KNOWN_PHONE]


def phones_named(text: str, phones: tuple[str, ...]) -> set[str]:
    """Returns those of `phones` that stand in the text."""
    digits = ["".join(c for c in Reading(text[slice(*span)]).words if c.isdigit()) for span in known_phones(text, phones)]
    return {phone for phone in phones if any(spelled in run for run in digits for spelled in spellings(phone))}


def breaches(text: str, *, stripped: bool = False, phones: tuple[str, ...] = ()) -> list[Breach]:
    """Finds everything that is wrong with a cleaned text, in the order of its places.

    `stripped`: accents were taken off a text that has been held to the rules with them, so a word which could only without them
    be read as a verb of giving is not read so again. `phones`: E.164 numbers that may stand in it.
    """
    reading = Reading(text)
    addresses = list(links(reading))
    found = {Breach(reading.span(*place), "content.link") for place in addresses}
    found |= {Breach(reading.span(start, end), code) for code, start, end in numbers(reading, addresses, phones)}
    found = {breach for breach in found if breach.code != KNOWN_PHONE}
    found |= {Breach(span, "content.amount") for span in slang_amounts(reading)}
    found |= {Breach(reading.span(*place), "content.code_request") for place in code_requests(reading, stripped=stripped)}
    start = text.find(SLOT)
    while start >= 0:
        found.add(Breach((start, start + len(SLOT)), "content.reserved_word"))
        start = text.find(SLOT, start + len(SLOT))
    return sorted(found)
