"""Words that lose their sense with their accents: "đừng" (do not), "đúng" (right) and "dùng" (use) all arrive as "dung".

Where the other reading can turn the advice around, it must not be sent so; where it is merely unclear, the author is told.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from service.broadcasts.texts.wordlists import AMBIGUOUS, FORBIDDING, HARMLESS_PHRASES, LOST_NEGATIONS, TURNING
from service.text_rules import Reading, unaccented

_WORD = re.compile(r"\w+")
_WORD_OR_END = re.compile(r"\w+|[.!?](?=\s|$)|\n")


@dataclass(frozen=True, slots=True)
class LostSense:
    """`span`: the word in the text as written. `readings`: what it may be read as."""

    span: tuple[int, int]
    readings: str
    turns_around: bool


def lost_senses(text: str) -> Iterator[LostSense]:
    """Finds the ambiguous words of a text that arrives without accents, in their order."""
    reading = Reading(text)
    fixed = {
        phrase.start() + word.start()
        for phrase in HARMLESS_PHRASES.finditer(reading.words)
        for word in _WORD.finditer(phrase.group())
    }
    accented = unaccented(text) != text
    forbidden = False  # this sentence has forbidden something already
    for match in _WORD_OR_END.finditer(reading.words):
        word, start = match.group(), match.start()
        written, span = reading.written(start, match.end()), reading.span(start, match.end())
        if word == "hay" and forbidden:
            # "KHÔNG đọc mã, hãy gọi trường" can only be read so; "KHÔNG bấm hay gọi" can be "hãy gọi".
            if not (start in fixed and written == "hãy" and _set_off(reading.words, start)):
                yield LostSense(span, AMBIGUOUS[word], turns_around=True)
        elif written in LOST_NEGATIONS:
            yield LostSense(span, LOST_NEGATIONS[written], turns_around=True)
        elif word in AMBIGUOUS and start not in fixed:
            yield LostSense(span, AMBIGUOUS[word], turns_around=written in TURNING and not (accented and _is_name(text, span)))
        forbidden = written in FORBIDDING or (forbidden and word[-1] not in ".!?\n")


def _set_off(words: str, at: int) -> bool:
    return words[max(0, at - 3) : at].rstrip().endswith((",", ";", ":", "-"))


def _is_name(text: str, span: tuple[int, int]) -> bool:
    """Whether "Dung" stands behind another capitalised word: somebody's name, and read as one."""
    start, end = span
    before = text[max(0, start - 20) : start].split()
    return text[start:end] == "Dung" and bool(before) and before[-1].istitle()
