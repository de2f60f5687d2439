"""What a phone makes a link of, whatever the author meant. By its shape, not by a list of endings: new endings come every month.

A missing space after a full stop ("xong.Gọi") has that shape too and is refused with it: a phone would underline it.
"""

import re
from collections.abc import Iterator

from service.text_rules.reading import Reading

# Every repetition is bounded: a text of any shape is read in time that grows with its length, not with its square.
_LINK = re.compile(
    r"\bh(?:tt|xx)ps?\s?:\s?/?/?\S*"
    r"|\bwww\.\S+"
    r"|\b[\w.+-]{1,64}@[\w.-]{1,255}"
    r"|[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}\.[^\W\d_]{2,63}(?:[/:?#]\S*)?"
    r"|[\w-]{1,63}(?:\.[\w-]{1,63}){0,8} ?[\[({] ?(?:\.|dot|cham) ?[\])}] ?[^\W\d_]{2,63}"
    r"|(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])(?:[/:]\S*)?"
)
_NO_LINK = re.compile(r"tp\.hcm")  # the one shortened name that is written so by everybody; no ending of an address
# After accents are off, a letter that is not one of these is of another script, and may only look like the one it seems to be.
_FOREIGN = re.compile(r"[\w-]{0,63}[^\W\da-z_][\w.-]{0,63}")


def links(reading: Reading) -> Iterator[tuple[int, int]]:
    """Places in `reading.words` that are, or could pass for, an address."""
    end = 0
    for match in _LINK.finditer(reading.words):
        if not _NO_LINK.fullmatch(match.group()):
            yield match.span()
            end = match.end()
    for match in _FOREIGN.finditer(reading.words):
        if match.start() >= end:
            yield match.span()
