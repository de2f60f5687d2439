"""What a warning must not say, so that whatever does say it is known to be false: no link, no money, no account, no code.

Pure. A finding has a severity (an error stops submission), a code of the contract, the field, and the span of characters in it.
What is forbidden stands in `service.text_rules`; here it is asked of what an author wrote, and once more of what would be sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from service.broadcasts.texts.lost_senses import LostSense, lost_senses
from service.broadcasts.texts.slots import Texts
from service.signing.records import SLOT
from service.text_rules import breaches, known_phones, unaccented

FindingSeverity = Literal["error", "warning"]

RULES_VERSION = 4
"""Stands in every record: which rules the text was held to."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`span`: first character and one past the last, in the field as written. `values` fill the code's sentence."""

    severity: FindingSeverity
    code: str
    field: str
    span: tuple[int, int]
    values: tuple[tuple[str, str | int | tuple[str, ...]], ...] = ()


def check_texts(title: str, texts: Texts, *, unaccented_sms: bool, phones: tuple[str, ...] = ()) -> tuple[Finding, ...]:
    """Finds what is wrong with the cleaned texts, in the order of the fields and of the places in them. `phones`: on the unit's
    card.
    """
    found: list[Finding] = []
    for field, text in (("title", title), *texts.fields()):
        here = [Finding("error", breach.code, field, breach.span) for breach in breaches(text, phones=phones)]
        if field == "texts.sms":
            here += [Finding("warning", "content.phone_in_sms", field, span) for span in known_phones(text, phones)]
        # Typed without accents, it arrives without them in either script.
        if field == "texts.sms" and (unaccented_sms or unaccented(text) == text):
            here += [_lost(field, each) for each in lost_senses(text)]
        found += sorted(here, key=lambda finding: finding.span)
    return tuple(found)


def _lost(field: str, found: LostSense) -> Finding:
    if found.turns_around:
        return Finding("error", "content.ambiguous_unaccented", field, found.span)
    return Finding("warning", "content.unclear_unaccented", field, found.span, (("readings", found.readings),))


def check_variants(
    texts: Texts, variants: Mapping[str, Any], known: tuple[Finding, ...], *, phones: tuple[str, ...] = ()
) -> tuple[Finding, ...]:
    """Finds what is wrong with the final texts and was not with the authored ones (`known`), as findings of the authored field,
    as a whole.

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
