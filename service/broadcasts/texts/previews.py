"""A look before anything is kept: the texts as they would be sent, what an SMS counts, and what the rules find."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.broadcasts.texts.content_rules import Finding
from service.broadcasts.texts.frames import Frame
from service.broadcasts.texts.inspection import Written, dearer, inspect, with_example
from service.broadcasts.texts.slots import SCRIPTS, SmsScript, Texts, Urgency, unfit
from service.rendering import SmsEncoding, sms_segments
from service.text_rules import one_line


@dataclass(frozen=True, slots=True)
class SmsPreview:
    """One script of the SMS as it would be sent, sender and look-up line included; the counts are of it."""

    variant: SmsScript
    text: str
    encoding: SmsEncoding
    characters: int
    segments: int
    dearer: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EmailPreview:
    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Preview:
    """Both scripts of the SMS, the email, and the findings (of the chosen script where they differ)."""

    sms: tuple[SmsPreview, ...]
    email: EmailPreview | None
    findings: tuple[Finding, ...]


def preview(
    *,
    texts: Texts,
    channels: tuple[str, ...],
    frame: Frame,
    now: datetime,
    kind: str = "scam_alert",
    urgency: Urgency = "urgent",
    title: str | None = None,
    sms_script: SmsScript = "unicode",
    expires_at: datetime | None = None,
) -> Preview:
    """Shows what `texts` would look like, sent now in this frame. Keeps nothing and refuses nothing.

    Whatever a draft of these texts would be refused for is among the findings; without a title, of the texts alone.
    """
    digits = frame.digits
    title = None if title is None else one_line(title)
    texts = texts.cleaned()
    shown = texts.published(channels)
    written = Written(
        kind=kind,
        title=title or "",
        texts=shown,
        expires_at=expires_at or now + timedelta(days=30),
        urgency=urgency,
        by_sms="sms" in channels,
    )
    by_script = {script: inspect(replace(written, sms_script=script), frame, now=now) for script in SCRIPTS}
    sms = []
    for script, inspected in by_script.items():
        if "sms" in inspected.variants:
            text = with_example(inspected.variants["sms"][script], digits)
            size = sms_segments(text)
            sms.append(SmsPreview(script, text, size.encoding, size.characters, size.segments, dearer(shown, script)))
    chosen = by_script[sms_script]
    email = chosen.variants.get("email")
    return Preview(
        tuple(sms),
        email and EmailPreview(**{part: with_example(email[part], digits) for part in email}),
        (*_unfit(title, texts, channels), *chosen.findings),
    )


def _unfit(title: str | None, texts: Texts, channels: tuple[str, ...]) -> Iterator[Finding]:
    lengths = {"title": len(title or "")} | {field: len(written) for field, written in texts.fields()}
    for error in unfit(title, texts, channels):
        yield Finding("error", error.code, error.field, (0, lengths.get(error.field, 0)), tuple((error.values or {}).items()))
