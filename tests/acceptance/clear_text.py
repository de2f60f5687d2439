"""Looks for people in bytes: numbers however they are grouped, emails,
and full names in the encodings a file may hold them in.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

_RUN = re.compile(rb"\d(?:[ .\-]{0,2}\d){8,}")
_ACCENTS = re.compile("[\u0300-\u036f]")
_JSON_ESCAPE = re.compile(rb"\\{1,2}u([0-9a-fA-F]{4})")
_URL_ESCAPE = re.compile(rb"[\w+.\-]*(?:%[0-9A-F]{2}[\w+.\-]*)+")
_SEPARATORS = re.compile(rb"[ .\-]")
_EMAIL = re.compile(rb"[A-Za-z0-9._+\-]{1,64}@[A-Za-z0-9.\-]{3,100}")


@dataclass(frozen=True)
class People:
    """Who must not be found. `numbers`: the last nine digits of each; `names`: full names of three words or more."""

    numbers: frozenset[str]
    emails: frozenset[str]
    names: frozenset[str]


class Searcher:
    """Made once for the people; `found_in` says which kind of trace it met, never whose."""

    def __init__(self, people: People) -> None:
        self._numbers = {number.encode() for number in people.numbers}
        self._emails = {email.lower().encode() for email in people.emails}
        self._names = {_folded(name) for name in people.names}

    def found_in(self, data: bytes) -> set[str]:
        """Kinds found: "number", "email", "name"; also in what stands there as UTF-16, or escaped for JSON or a URL."""
        found = self._plain(data)
        if b"\x00" in data:
            found |= self._plain(data.replace(b"\x00", b""))
        # Folded, a name is one word in every case, with and without its accents, composed or not: looked for once, not in forty
        # forms.
        readings = [_unescaped(each).decode("utf-8", "replace") for each in (data, data.replace(b"\x00", b""))]
        readings += [data[at:].decode(encoding, "replace") for at in (0, 1) for encoding in ("utf-16-le", "utf-16-be")]
        if any(name in text for text in map(_folded, readings) for name in self._names):
            found.add("name")
        return found

    def _plain(self, data: bytes) -> set[str]:
        found = set()
        for run in _RUN.finditer(data):
            digits = _SEPARATORS.sub(b"", run[0])
            if any(digits[at : at + 9] in self._numbers for at in range(len(digits) - 8)):
                found.add("number")
        # An email may follow other letters without a gap: every ending of what stands before the @ is tried.
        for match in _EMAIL.finditer(data.replace(b"%40", b"@")):
            local, _, host = match[0].lower().partition(b"@")
            if any(local[at:] + b"@" + host[:end] in self._emails for at in range(len(local)) for end in _ends(host)):
                found.add("email")
        return found


def _ends(host: bytes) -> Iterator[int]:
    return (end for end in range(len(host), 3, -1))


def _folded(text: str) -> str:
    """Lower case, without accents."""
    return _ACCENTS.sub("", unicodedata.normalize("NFD", text)).lower().replace("đ", "d")


def _unescaped(data: bytes) -> bytes:
    """As it was before JSON or a URL escaped it."""
    if b"\\u" in data:
        data = _JSON_ESCAPE.sub(lambda found: chr(int(found[1], 16)).encode("utf-8", "replace"), data)
    if b"%" in data:
        data = _URL_ESCAPE.sub(lambda found: unquote_to_bytes(found[0].replace(b"+", b" ")), data)
    return data


def files_with_people(searcher: Searcher, root: Path) -> dict[str, set[str]]:
    """Every file below `root` in which somebody stands, with the kinds."""
    found = {}
    for file in sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink()):
        if kinds := searcher.found_in(file.read_bytes()):
            found[str(file.relative_to(root))] = kinds
    return found
