"""Turns the look-up's answer into what the page shows: tone, icon, head line, advice, official text.

A number alone is calm, never green: it leads to the official text and says to compare. Green stands for `same` only.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from service.clock import on_screen
from service.languages import Language
from service.lookups import Answer, RecordView
from service.signing.comparison import Difference
from service.web.wording import VERDICTS, ends_name, kind_name, number_shape, record_name

Tone = Literal["calm", "good", "bad", "warm"]

# verdict → tone, icon
_LOOKS: dict[str, tuple[Tone, str]] = {
    "found": ("calm", "compare"),
    "same": ("good", "check"),
    "same_unaccented": ("good", "check"),
    "different": ("bad", "stop"),
    "expired": ("warm", "clock"),
    "expired_same": ("warm", "clock"),
    "expired_same_unaccented": ("warm", "clock"),
    "recalled": ("bad", "stop"),
    "drill": ("warm", "pause"),
    "mistyped": ("warm", "pencil"),
    "miscounted": ("warm", "pencil"),
    "misread": ("warm", "pencil"),
    "no_number": ("warm", "pencil"),
    "unknown": ("warm", "search"),
    "unavailable": ("warm", "pause"),
    "too_long": ("warm", "pencil"),
}

_NOT_OFFICIAL = ("recalled", "drill")
# A text that has nothing to do with the official one must not make a page of its own.
_MOST_SHOWN = 16
_LONGEST_SHOWN = 240
_BETWEEN = re.compile(r"[\s.\-]+")
_SENDER = re.compile(r"([A-Za-z0-9._-]{1,11}): ")


@dataclass(frozen=True, slots=True)
class RecordOnPage:
    """The official message as the page shows it: final texts with the asked number in its place.

    `name` and `ends_name`: what it and its end are called.
    `sender`: the name an SMS comes from, which it begins with. `email_first`: the pasted text was the email's, or there is no
    SMS.
    """

    url: str
    name: str
    kind: str
    issuer: str
    issued: str
    issued_iso: str
    ends_name: str
    ends: str
    ends_iso: str
    sms: tuple[str, ...]
    email_subject: str
    email_text: str
    single_approval: bool
    sender: str
    email_first: bool


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """Everything `pages/lookup.html` shows of an answer."""

    verdict: str
    tone: Tone
    icon: str
    headline: str
    advice: str
    number: str = ""
    asked: str = ""
    copied: bool = False
    record: RecordOnPage | None = None
    differences: tuple[Difference, ...] = ()
    more: int = 0
    whole: bool = False

    @property
    def mistyped(self) -> bool:
        return self.verdict in ("mistyped", "miscounted", "misread")

    @property
    def ask_text(self) -> bool:
        """Found by its number alone: the text has not been compared yet."""
        return self.verdict in ("found", "expired")

    @property
    def ask_again(self) -> bool:
        return self.record is None

    @property
    def show_where(self) -> bool:
        return self.record is None and self.verdict not in ("unavailable", "too_long")

    @property
    def warn(self) -> bool:
        return self.verdict in ("different", "unknown")


def answer_page(answer: Answer, language: Language, *, digits: int, asked: str = "") -> AnswerPage:
    """Makes the page of an answer. `digits`: a look-up number's; `asked`: what was typed, put back into the field after a typing
    error.
    """
    record, comparison = answer.record, answer.comparison
    differences = comparison.differences if comparison else ()
    typed = sum(c.isdecimal() for c in asked)
    verdict = _verdict(answer)
    if verdict == "mistyped" and typed not in (0, digits):
        verdict = "miscounted"
    tone, icon = _LOOKS[verdict]
    headline, advice = VERDICTS[verdict]
    fill: dict[str, object] = {**number_shape(digits), "typed": typed, "misread": _grouped(answer.misread)}
    if record is not None:
        fill |= {"unit": record.issuer_name, "day": record.expires_at}
    return AnswerPage(
        verdict=verdict,
        tone=tone,
        icon=icon,
        headline=headline.in_(language, **fill),
        advice=advice.in_(language, **fill),
        number=answer.number or "",
        asked=_grouped(asked or answer.misread)[:40] if record is None else "",
        copied=answer.copied,
        record=_record(record, language, answer) if record else None,
        differences=_shown(differences),
        more=max(0, len(differences) - _MOST_SHOWN),
        whole=comparison is not None and comparison.whole,
    )


def plain_page(verdict: str, language: Language) -> AnswerPage:
    """Makes a page without a record: `unavailable`, `too_long`."""
    tone, icon = _LOOKS[verdict]
    headline, advice = VERDICTS[verdict]
    return AnswerPage(verdict, tone, icon, headline.in_(language), advice.in_(language))


def _verdict(answer: Answer) -> str:
    if answer.record is None:
        return "no_number" if answer.numberless else "misread" if answer.misread else answer.outcome
    comparison = answer.comparison
    if comparison is None:
        return answer.outcome
    if comparison.verdict != "same":
        return "different"  # whatever else holds: what is not plainly the official text is not to be followed
    if answer.outcome in _NOT_OFFICIAL:
        return answer.outcome  # the right words of what no longer stands, or never did, are not for following either
    same = "same_unaccented" if comparison.unaccented else "same"
    return f"expired_{same}" if answer.outcome == "expired" else same


def _shown(differences: Sequence[Difference]) -> tuple[Difference, ...]:
    """As many as fit, critical ones before others, in the text's order."""
    first = sorted(range(len(differences)), key=lambda at: (not differences[at].critical, at))[:_MOST_SHOWN]
    return tuple(
        replace(differences[at], official=_cut(differences[at].official), received=_cut(differences[at].received))
        for at in sorted(first)
    )


def _cut(words: str) -> str:
    return words if len(words) <= _LONGEST_SHOWN else f"{words[:_LONGEST_SHOWN]}…"


def _grouped(typed: str) -> str:
    """Digits in groups of four, to be read against the message; anything else as it was typed."""
    plain = _BETWEEN.sub("", typed)
    return " ".join(plain[at : at + 4] for at in range(0, len(plain), 4)) if plain.isdecimal() else typed


def _record(record: RecordView, language: Language, answer: Answer) -> RecordOnPage:
    email, sms = record.texts.get("email", {}), tuple(record.texts.get("sms", {}).values())
    sender = _SENDER.match(sms[0]) if sms else None
    ends = record.recalled.at if record.recalled else record.expires_at
    return RecordOnPage(
        url=f"/api/v1/records/{record.id}",
        name=record_name(answer.outcome).in_(language),
        kind=kind_name(record.kind).in_(language),
        issuer=record.issuer_name,
        issued=on_screen(record.issued_at),
        issued_iso=record.issued_at.isoformat(),
        ends_name=ends_name("recalled" if record.recalled else answer.outcome).in_(language),
        ends=on_screen(ends),
        ends_iso=ends.isoformat(),
        sms=sms,
        email_subject=email.get("subject", ""),
        email_text=email.get("text", ""),
        single_approval=record.single_approval,
        sender=sender.group(1) if sender else "",
        email_first=answer.channel == "email" or not sms,
    )
