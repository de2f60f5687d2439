"""What an SMS costs. Pure, and exactly as the carrier counts.

GSM-7: 160 septets in one segment, else 153 in each. UCS-2: 70 units of 16 bits, else 67. One character outside GSM-7 turns the
whole text to UCS-2. A character that takes two places is never cut in half by the end of a segment, which can cost a place.
Source: 3GPP TS 23.038; Twilio's "What the heck is a segment?" and its open segment calculator.
"""

from dataclasses import dataclass
from typing import Literal

from service.carriers.gsm7 import GSM7, GSM7_TWICE, is_gsm7

SmsEncoding = Literal["GSM-7", "UCS-2"]


@dataclass(frozen=True, slots=True)
class SmsSize:
    """`characters` are places taken: `€` takes two of GSM-7, most emoji two of UCS-2."""

    encoding: SmsEncoding
    characters: int
    segments: int


def sms_segments(text: str) -> SmsSize:
    """Measures how the carrier will encode, count and cut this text."""
    if is_gsm7(text):
        return _cut("GSM-7", [2 if c in GSM7_TWICE else 1 for c in text], whole=160, part=153)
    return _cut("UCS-2", [2 if ord(c) > 0xFFFF else 1 for c in text], whole=70, part=67)


def outside_gsm7(text: str) -> tuple[str, ...]:
    """Returns the characters, each once, that turn a whole text to UCS-2, in the order in which they first stand."""
    return tuple(dict.fromkeys(c for c in text if c not in GSM7 and c not in GSM7_TWICE))


def over_by(size: SmsSize) -> int:
    """Counts the places of a text that stand in its last segment; 0 for a text of one."""
    whole, part = (160, 153) if size.encoding == "GSM-7" else (70, 67)
    fits = whole if size.segments == 2 else part * (size.segments - 1)
    return size.characters - fits if size.segments > 1 else 0


def _cut(encoding: SmsEncoding, places: list[int], *, whole: int, part: int) -> SmsSize:
    total = sum(places)
    if total <= whole:
        return SmsSize(encoding, total, 1)
    segments, left = 1, part
    for width in places:
        if width > left:
            segments, left = segments + 1, part
        left -= width
    return SmsSize(encoding, total, segments)
