"""The closed list of what a text points to: in a signed record it stands apart from the words, for programs to compare."""

import re
from collections.abc import Iterable

from service.signing.records import Facts
from service.text_rules import phones_named

# The public numbers that may stand in a warning: police, fire, ambulance, rescue, children's helpline, reports of spam.
_PUBLIC_NUMBERS = re.compile(r"(?<![\d.,/:-])(?:11[1-5]|156|5656)(?![\d.,/:-]*\d)")
_DATES = re.compile(r"(?<![\d/])\d{1,2}/\d{1,2}(?:/\d{4})?(?![\d/])")


def facts_of(texts: Iterable[str], card_phones: tuple[str, ...] = ()) -> Facts:
    """Phones and dates of authored texts. Hosts: none, a text with one is never approved."""
    whole = "\n".join(texts)
    phones = {*_PUBLIC_NUMBERS.findall(whole), *phones_named(whole, card_phones)}
    return Facts(phones=tuple(sorted(phones)), dates=tuple(sorted(set(_DATES.findall(whole)))))
