"""A text as a carrier has it on file: fixed words with slots between them, and whether an SMS is one of its kind.

    SGDDTDNAI: Truong {truong:text:40} nghi hoc ngay {ngay:date}.
    So tra cuu: {number}

`{number}` is the look-up number's place and stands once. A slot has a name, a kind (text, number, phone, date) and, where the
kind does not say, how long it may get. Words are compared as the carrier sees them in GSM letters: without accents, with plain
signs, any blank as good as another; small and capital letters differ.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from service.errors import FieldError, Invalid
from service.signing.records import SLOT
from service.text_rules import cleaned, plain_punctuation, unaccented

LONGEST = 1600
_MOST_SLOTS = 20
_SLOT = re.compile(r"\{([^{}]*)\}")
_NAMED = re.compile(r"[a-z][a-z0-9_]{0,29}:(text|number|phone|date)(?::([0-9]{1,3}))?")
_USUAL = {"text": 40, "number": 15, "phone": 16, "date": 10}  # characters
_AT_MOST = {"text": 160, "number": 15, "phone": 16, "date": 10}
_SHAPES = {
    "number": re.compile(r"\d(?:[\d.,]*\d)?"),
    "phone": re.compile(r"\+?\d(?:[\d .()-]*\d)?"),
    "date": re.compile(r"\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{4})?"),
}


@dataclass(frozen=True, slots=True)
class _Slot:
    kind: str
    most: int

    def ends(self, text: str, starts: list[int]) -> Iterator[int]:
        """Finds where it may end, if it begins at one of these places; each end once."""
        shape, done = _SHAPES.get(self.kind), 0
        for start in starts:
            last = min(start + self.most, len(text))
            if shape is None:
                yield from range(max(start, done) + 1, last + 1)
                done = max(done, last)
            else:
                yield from (end for end in range(start + 1, last + 1) if shape.fullmatch(text, start, end))


@dataclass(frozen=True, slots=True)
class Template:
    """Its parts in order: folded words, and slots."""

    parts: tuple[str | _Slot, ...]

    @classmethod
    @lru_cache(maxsize=4096)
    def parse(cls, written: str) -> "Template":
        """Raises `Invalid("request.invalid")` with what is wrong, at the field `template`."""
        pieces = _SLOT.split(fold(written))
        parts: list[str | _Slot] = [pieces[0]]
        for name, words in zip(pieces[1::2], pieces[2::2], strict=True):
            if "{" + name + "}" == SLOT:
                parts[-1] = f"{parts[-1]}{SLOT}{words}"
            else:
                parts += [_slot(name), words]
        fixed = "".join(part for part in parts if isinstance(part, str))
        if fixed.count(SLOT) != 1:
            raise _wrong("registered.lookup_number")
        # Two slots side by side could be cut anywhere: no carrier takes that, and no reader would know which is which.
        if len(parts) // 2 > _MOST_SLOTS or not all(parts[2:-1:2]) or re.search(r"[{}]", fixed.replace(SLOT, "")):
            raise _wrong("registered.slot")
        return cls(tuple(parts))

    def fits(self, folded: str) -> bool:
        """Tells whether a folded text, `{number}` in its place, is one of this kind. In time that grows with its length, not
        with its square.
        """
        reached = [0]
        for part in self.parts:
            if isinstance(part, str):
                reached = [place + len(part) for place in reached if folded.startswith(part, place)]
            else:
                reached = sorted(set(part.ends(folded, reached)))
            if not reached:
                return False
        return len(folded) in reached


DRILL = "DIEN TAP: "
"""What a drill's SMS says first, behind the sender, as carriers see it."""
_SENDER = re.compile(r"[^\s:]{1,40}: ")


def drill_form(written: str) -> str:
    """Writes a registered text as its drill is sent: `SGDDTDNAI: Co tin…` → `SGDDTDNAI: DIEN TAP: Co tin…`."""
    sender = _SENDER.match(written)
    begins = sender.end() if sender else 0
    return written if written[begins:].startswith(DRILL) else f"{written[:begins]}{DRILL}{written[begins:]}"


def undrilled(final: str) -> str:
    """Writes the final SMS of a drill as that of the warning itself."""
    folded = fold(final)
    sender = _SENDER.match(folded)
    begins = sender.end() if sender else 0
    return folded[:begins] + folded[begins:].removeprefix(DRILL)


def fold(text: str) -> str:
    """Folds a text into the form in which it is compared."""
    return " ".join(unaccented(plain_punctuation(cleaned(text))).split())


def _slot(written: str) -> _Slot:
    found = _NAMED.fullmatch(written)
    if found is None:
        raise _wrong("registered.slot")
    kind = found[1]
    most = int(found[2] or _USUAL[kind])
    if not 1 <= most <= _AT_MOST[kind]:
        raise _wrong("registered.slot_size", most=_AT_MOST[kind])
    return _Slot(kind, most)


def _wrong(code: str, **values: int) -> Invalid:
    return Invalid("request.invalid", fields=(FieldError("template", code, values),))
