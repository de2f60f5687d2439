"""What a warning would look like and what is wrong with it: the one look that preview, submission and approval share."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.broadcasts.queries import BroadcastView
from service.broadcasts.texts.content_rules import Finding, FindingSeverity, check_texts, check_variants
from service.broadcasts.texts.frames import Frame
from service.broadcasts.texts.ready_texts import ready_text
from service.broadcasts.texts.slots import Texts, carried
from service.errors import FieldError, Invalid
from service.readiness import Card
from service.registered_texts import Registrations, provider_in_words, undrilled
from service.rendering import message_variants, outside_gsm7, over_by, sms_segments
from service.signing.records import SLOT
from service.text_rules import plain_punctuation, unaccented

_LONGEST_SMS = 320  # Twilio's advice; its hard limit is 1,600
_SEGMENTS_TO_WARN_AT = 3  # some senders' messages are not put together again; each segment is paid for
_FEW = 5  # distinct characters: more are a language
_LITTLE_OVER = 10  # places that somebody can save
_LONGEST_EMAIL = 4000  # bytes of subject and text: a parent must be able to paste it whole into a look-up of 4 KB


@dataclass(frozen=True, slots=True)
class Inspected:
    """`variants` have the number slot in them; `findings` are all, errors and warnings."""

    variants: dict[str, Any]
    findings: tuple[Finding, ...]

    def require_sendable(self) -> None:
        """Returns nothing, or raises `Invalid` with the first error's code and every error as a field."""
        errors = [finding for finding in self.findings if finding.severity == "error"]
        if errors:
            fields = tuple(FieldError(e.field, e.code, dict(e.values)) for e in errors)
            raise Invalid(errors[0].code, fields=fields, **dict(errors[0].values))


def with_example(text: str, digits: int = 12) -> str:
    """Puts a number of noughts into the text's slot, as long as a real one. No real one begins with a nought."""
    return text.replace(SLOT, " ".join(["0000"] * (digits // 4)))


@dataclass(frozen=True, slots=True)
class Written:
    """What of a warning decides its words and what they are held to.

    `texts`: cleaned, and only what its channels carry. `by_sms`: whether an SMS leaves. `template`: the ready text it is,
    unchanged.
    `drill`: the texts say that they are one.
    """

    kind: str
    title: str
    texts: Texts
    expires_at: datetime
    urgency: str = "urgent"
    sms_script: str = "unicode"
    by_sms: bool = False
    template: str | None = None
    drill: bool = False


def inspect(written: Written, frame: Frame, *, now: datetime) -> Inspected:
    """Renders the texts, as issued `now`, and holds them to every rule: as they were written, and as they would be sent."""
    texts, email = written.texts, written.texts.email
    variants = message_variants(
        kind=written.kind,
        sender=frame.sender,
        unit_name=frame.unit.name,
        sms=texts.sms,
        sms_script=written.sms_script,
        email_subject=email.subject if email else None,
        email_body=email.body if email else None,
        issued_at=now,
        expires_at=written.expires_at,
        advisory=written.urgency == "advisory",
    )
    phones = frame.card.phones
    authored = check_texts(written.title, texts, unaccented_sms=written.sms_script == "ascii", phones=phones)
    return Inspected(
        variants,
        (
            *undeclared(written.template, frame.card),
            *authored,
            *check_variants(texts, variants, authored, phones=phones),
            *_unregistered(written, variants, frame.registered),
            *_too_long(texts, variants, frame.digits),
            *_dear(texts, variants, frame.digits),
        ),
    )


def undeclared(template: str | None, card: Card) -> tuple[Finding, ...]:
    """Finds what a ready text claims and the unit's head has not declared."""
    needed = ready_text(template).needs_statement if template else None
    if needed is None or needed in card.statements:
        return ()
    return (Finding("error", "content.statement_missing", "template", (0, 0), (("statement", (f"statement.{needed}",)),)),)


def _unregistered(written: Written, variants: dict[str, Any], registered: Registrations | None) -> Iterator[Finding]:
    """An SMS that a carrier has not approved. An emergency is never held back by it: a few who get it are better than none. Nor
    is a drill of an approved text, for which nothing but the word before it was not filed.
    """
    if registered is None or not written.by_sms:
        return
    for final in variants.get("sms", {}).values():
        if lacking := registered.lacking(final):
            severity: FindingSeverity = "error" if registered.forbidden and written.urgency != "emergency" else "warning"
            words_lacking = registered.lacking(undrilled(final)) if written.drill else lacking
            code = "content.not_registered" if words_lacking else "content.drill_not_registered"
            values = (("providers", ", ".join(map(provider_in_words, words_lacking or lacking))),)
            span = (0, len(written.texts.sms or ""))
            yield Finding(severity if words_lacking else "warning", code, "texts.sms", span, values)


def _too_long(texts: Texts, variants: dict[str, Any], digits: int) -> list[Finding]:
    found: list[Finding] = []
    for text in variants.get("sms", {}).values():
        size = sms_segments(with_example(text, digits))
        if size.characters > _LONGEST_SMS or size.segments >= _SEGMENTS_TO_WARN_AT:
            found.append(
                Finding(
                    "error" if size.characters > _LONGEST_SMS else "warning",
                    "content.too_long",
                    "texts.sms",
                    (0, len(texts.sms or "")),
                    (("characters", size.characters), ("segments", size.segments), ("most", _LONGEST_SMS)),
                )
            )
    if "email" in variants and texts.email is not None:
        size_in_bytes = len(with_example(variants["email"]["subject"] + variants["email"]["text"], digits).encode())
        if size_in_bytes > _LONGEST_EMAIL:
            values = (("bytes", size_in_bytes), ("most", _LONGEST_EMAIL))
            found.append(Finding("error", "content.too_long", "texts.email.body", (0, len(texts.email.body)), values))
    return found


def dearer(texts: Texts, script: str) -> tuple[str, ...]:
    """Returns the few characters of a text that alone make its SMS dearer; none where it is written with accents throughout."""
    written = plain_punctuation(texts.sms or "")
    found = outside_gsm7(unaccented(written) if script == "ascii" else written)
    return found if len(found) <= _FEW else ()


def _dear(texts: Texts, variants: dict[str, Any], digits: int) -> Iterator[Finding]:
    """What makes an SMS cost a segment more than it need: single characters, or a few letters too many."""
    for script, text in variants.get("sms", {}).items():
        written = texts.sms or ""
        size = sms_segments(with_example(text, digits))
        if few := dearer(texts, script):
            without = sms_segments(with_example(unaccented(text.translate(dict.fromkeys(map(ord, few)))), digits))
            if without.segments < size.segments:
                at = min((place for place, c in enumerate(written) if c in few), default=0)
                values = (
                    ("characters", ", ".join(f"“{c}”" for c in few)),
                    ("segments", size.segments),
                    ("fewer", without.segments),
                )
                yield Finding("warning", "content.dearer_characters", "texts.sms", (at, min(at + 1, len(written))), values)
                continue
        if 0 < (over := over_by(size)) <= _LITTLE_OVER:
            spelled = (("over", over), ("segments", size.segments), ("fewer", size.segments - 1))
            yield Finding("warning", "content.segment_more", "texts.sms", (0, len(written)), spelled)


def published_texts(view: BroadcastView) -> Texts:
    """Returns what its channels and its fallback carry; of a drill, with its word before it."""
    texts = Texts.load(view.texts).published(carried(view.channels, view.fallback))
    return texts.drilled() if view.drill else texts


def written_of(view: BroadcastView) -> Written:
    """Returns what is inspected of a broadcast as it is stored."""
    return Written(
        kind=view.kind,
        title=view.title,
        texts=published_texts(view),
        expires_at=view.expires_at,
        urgency=view.urgency,
        sms_script=view.sms_script,
        by_sms="sms" in view.channels,
        template=view.template,
        drill=view.drill,
    )
