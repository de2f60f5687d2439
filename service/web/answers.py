"""Turns the look-up's answer into what the page shows: tone, icon, head line, advice, official text.

A number alone is calm, never green: it leads to the official text and says to compare. Green stands for `same` only.
"""

from dataclasses import dataclass
from typing import Literal

from service.clock import day_on_screen, on_screen
from service.lookups import Answer, RecordView
from service.signing.comparison import Difference
from service.web.wording import VERDICTS, kind_name

Tone = Literal["calm", "good", "bad", "warm"]

# verdict → tone, icon
_LOOKS: dict[str, tuple[Tone, str]] = {
    "found": ("calm", "compare"),
    "same": ("good", "check"),
    "different": ("bad", "stop"),
    "expired": ("warm", "clock"),
    "expired_same": ("warm", "clock"),
    "mistyped": ("warm", "pencil"),
    "unknown": ("warm", "search"),
    "unavailable": ("warm", "pause"),
    "too_long": ("warm", "pencil"),
}


@dataclass(frozen=True, slots=True)
class RecordOnPage:
    """The official message as the page shows it: final texts with the asked number in its place."""

    url: str
    kind: str
    issuer: str
    issued: str
    issued_iso: str
    expires: str
    expires_iso: str
    expired: bool
    sms: tuple[str, ...]
    email_subject: str
    email_text: str
    single_approval: bool


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """Everything `pages/lookup.html` shows of an answer."""

    language: str
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

    @property
    def mistyped(self) -> bool:
        return self.verdict == "mistyped"

    @property
    def ask_text(self) -> bool:
        """Found by its number alone: the text has not been compared yet."""
        return self.verdict in ("found", "expired")

    @property
    def ask_again(self) -> bool:
        return self.record is None

    @property
    def show_where(self) -> bool:
        return self.verdict in ("mistyped", "unknown")

    @property
    def warn(self) -> bool:
        return self.verdict in ("different", "unknown")


def answer_page(answer: Answer, language: str, *, asked: str = "") -> AnswerPage:
    """The page of an answer. `asked`: what was typed, put back into the field after a typing error."""
    record = answer.record
    differences = answer.comparison.differences if answer.comparison else ()
    verdict = _verdict(answer)
    tone, icon = _LOOKS[verdict]
    headline, advice = VERDICTS[language][verdict]
    fill = {"unit": record.issuer_name, "day": day_on_screen(record.expires_at)} if record else {}
    return AnswerPage(
        language=language,
        verdict=verdict,
        tone=tone,
        icon=icon,
        headline=headline.format_map(fill),
        advice=advice.format_map(fill),
        number=answer.number or "",
        asked=asked if record is None else "",
        copied=answer.copied,
        record=_record(record, language, expired=answer.outcome == "expired") if record else None,
        differences=tuple(differences),
    )


def plain_page(verdict: str, language: str) -> AnswerPage:
    """A page without a record: `unavailable`, `too_long`."""
    tone, icon = _LOOKS[verdict]
    headline, advice = VERDICTS[language][verdict]
    return AnswerPage(language, verdict, tone, icon, headline, advice)


def _verdict(answer: Answer) -> str:
    if answer.record is None:
        return answer.outcome
    if answer.comparison is not None and answer.comparison.verdict != "same":
        return "different"  # whatever else holds: what is not plainly the official text is not to be followed
    if answer.outcome == "expired":
        return "expired_same" if answer.comparison else "expired"
    return "same" if answer.comparison else "found"


def _record(record: RecordView, language: str, *, expired: bool) -> RecordOnPage:
    email = record.texts.get("email", {})
    return RecordOnPage(
        url=f"/api/v1/records/{record.id}",
        kind=kind_name(record.kind, language),
        issuer=record.issuer_name,
        issued=on_screen(record.issued_at),
        issued_iso=record.issued_at.isoformat(),
        expires=on_screen(record.expires_at),
        expires_iso=record.expires_at.isoformat(),
        expired=expired,
        sms=tuple(record.texts.get("sms", {}).values()),
        email_subject=email.get("subject", ""),
        email_text=email.get("text", ""),
        single_approval=record.single_approval,
    )
