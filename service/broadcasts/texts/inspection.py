"""What a warning would look like and what is wrong with it: the one look that preview, submission and approval share."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.broadcasts.queries import BroadcastView
from service.broadcasts.texts.content_rules import Finding, FindingSeverity, check_texts, check_variants
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
    """The text with a number of noughts in its slot, as long as a real one. No real one begins with a nought."""
    return text.replace(SLOT, " ".join(["0000"] * (digits // 4)))


def inspect(
    *,
    title: str,
    texts: Texts,
    kind: str,
    sms_script: str,
    sender: str,
    unit_name: str,
    issued_at: datetime,
    expires_at: datetime,
    card: Card,
    urgency: str = "urgent",
    template: str | None = None,
    registered: Registrations | None = None,
    drill: bool = False,
    digits: int = 12,
) -> Inspected:
    """Renders cleaned texts and holds them to every rule: as they were written, and as they would be sent.

    `card`: the unit's standing one. `template`: the ready text it is, unchanged. `registered`: None where no SMS is sent. `drill`: the texts say that they are one.
    """
    variants = message_variants(
        kind=kind,
        sender=sender,
        unit_name=unit_name,
        sms=texts.sms,
        sms_script=sms_script,
        email_subject=texts.email.subject if texts.email else None,
        email_body=texts.email.body if texts.email else None,
        issued_at=issued_at,
        expires_at=expires_at,
        advisory=urgency == "advisory",
    )
    authored = check_texts(title, texts, unaccented_sms=sms_script == "ascii", phones=card.phones)
    final = check_variants(texts, variants, authored, phones=card.phones)
    unregistered = _unregistered(texts, variants, registered, urgency, drill=drill) if registered else ()
    return Inspected(
        variants,
        (
            *undeclared(template, card),
            *authored,
            *final,
            *unregistered,
            *_too_long(texts, variants, digits),
            *_dear(texts, variants, digits),
        ),
    )


def undeclared(template: str | None, card: Card) -> tuple[Finding, ...]:
    """A ready text may claim only what the unit's head has declared."""
    needed = ready_text(template).needs_statement if template else None
    if needed is None or needed in card.statements:
        return ()
    return (Finding("error", "content.statement_missing", "template", (0, 0), (("statement", (f"statement.{needed}",)),)),)


def _unregistered(
    texts: Texts, variants: dict[str, Any], registered: Registrations, urgency: str, *, drill: bool
) -> Iterator[Finding]:
    """An SMS that a carrier has not approved. An emergency is never held back by it: a few who get it are better than none. Nor is a drill of
    an approved text, for which nothing but the word before it was not filed.
    """
    for final in variants.get("sms", {}).values():
        if lacking := registered.lacking(final):
            severity: FindingSeverity = "error" if registered.forbidden and urgency != "emergency" else "warning"
            words_lacking = registered.lacking(undrilled(final)) if drill else lacking
            code = "content.not_registered" if words_lacking else "content.drill_not_registered"
            values = (("providers", ", ".join(map(provider_in_words, words_lacking or lacking))),)
            yield Finding(severity if words_lacking else "warning", code, "texts.sms", (0, len(texts.sms or "")), values)


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
    """The few characters of a text that alone make its SMS dearer; none where it is written with accents throughout."""
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
    """What its channels and its fallback carry; of a drill, with its word before it."""
    texts = Texts.load(view.texts).published(carried(view.channels, view.fallback))
    return texts.drilled() if view.drill else texts


def inspect_broadcast(
    view: BroadcastView,
    *,
    sender: str,
    unit_name: str,
    now: datetime,
    card: Card,
    registered: Registrations | None = None,
    digits: int = 12,
) -> Inspected:
    """The same look at a broadcast as it is stored: at the texts its channels publish."""
    return inspect(
        title=view.title,
        texts=published_texts(view),
        kind=view.kind,
        sms_script=view.sms_script,
        sender=sender,
        unit_name=unit_name,
        issued_at=now,
        expires_at=view.expires_at,
        card=card,
        urgency=view.urgency,
        template=view.template,
        registered=registered if "sms" in view.channels else None,
        drill=view.drill,
        digits=digits,
    )
