"""What a warning must not say, so that whatever does say it is known to be false: no link, no money, no account, no code.

Pure. A finding has a severity (an error stops submission), a code of the contract, the field, and the span of characters in it.
What is forbidden stands in `service.wording`; here it is asked of what an author wrote, and once more of what would be sent.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from service.broadcasts import wordlists
from service.broadcasts.texts import Texts
from service.signing.records import SLOT
from service.wording import Reading, breaches, known_phones

RULES_VERSION = 3
"""Stands in every record: which rules the text was held to."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`span`: first character and one past the last, in the field as written. `word`: what an ambiguous word may be read as."""

    severity: Literal["error", "warning"]
    code: str
    field: str
    span: tuple[int, int]
    values: tuple[tuple[str, str | int | tuple[str, ...]], ...] = ()


_WORD = re.compile(r"\w+")


def _ambiguous(field: str, text: str) -> Iterator[Finding]:
    """Words that lose their sense with their accents: "đừng", "đúng" and "dùng" all become "dung"."""
    reading = Reading(text)
    harmless = [m.span() for m in wordlists.HARMLESS_PHRASES.finditer(reading.words)]
    for match in _WORD.finditer(reading.words):
        readings = wordlists.AMBIGUOUS.get(match.group())
        if readings and not any(a <= match.start() and match.end() <= b for a, b in harmless):
            span = reading.span(*match.span())
            yield Finding("warning", "content.ambiguous_unaccented", field, span, (("readings", readings),))


def check_texts(title: str, texts: Texts, *, unaccented_sms: bool, phones: tuple[str, ...] = ()) -> tuple[Finding, ...]:
    """All findings of the cleaned texts, in the order of the fields and of the places in them. `phones`: on the unit's card."""
    found: list[Finding] = []
    for field, text in (("title", title), *texts.fields()):
        here = [Finding("error", breach.code, field, breach.span) for breach in breaches(text, phones=phones)]
        if field == "texts.sms":
            here += [Finding("warning", "content.phone_in_sms", field, span) for span in known_phones(text, phones)]
        if field == "texts.sms" and unaccented_sms:
            here += _ambiguous(field, text)
        found += sorted(here, key=lambda finding: finding.span)
    return tuple(found)


def check_variants(
    texts: Texts, variants: Mapping[str, Any], known: tuple[Finding, ...], *, phones: tuple[str, ...] = ()
) -> tuple[Finding, ...]:
    """What is wrong with the final texts and was not with the authored ones: `known`. Told of the authored field, as a whole.

    Sender, unit name, layout and characters put in the place of others are all in a final text: nothing else is sent.
    """
    found: list[Finding] = []

    def ask(field: str, written: str, final: str, *, slots: int, stripped: bool = False, with_field: str = "") -> None:
        codes = [breach.code for breach in breaches(final.replace(SLOT, " "), stripped=stripped, phones=phones)]
        if final.count(SLOT) != slots:
            codes.append("content.reserved_word")
        said = {
            finding.code for finding in (*known, *found) if finding.field in (field, with_field) and finding.severity == "error"
        }
        found.extend(Finding("error", code, field, (0, len(written))) for code in dict.fromkeys(codes) if code not in said)

    for script, final in variants.get("sms", {}).items():
        ask("texts.sms", texts.sms or "", final, slots=1, stripped=script == "ascii")
    if "email" in variants and texts.email is not None:
        ask("texts.email.subject", texts.email.subject, variants["email"]["subject"], slots=0)
        # the subject stands in the text, too: what is wrong with it is said once
        ask("texts.email.body", texts.email.body, variants["email"]["text"], slots=1, with_field="texts.email.subject")
    return tuple(found)
