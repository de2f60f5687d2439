"""Looks for people in bytes: numbers however they are grouped, emails, and full names in the encodings a file may hold them in."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_RUN = re.compile(rb"\d(?:[ .\-]{0,2}\d){8,}")
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
        written = [form for name in people.names for form in _forms(name)]
        # By their first word: an alternation of every name would be tried at every byte of the database.
        self._names: dict[bytes, set[bytes]] = {}
        for name in written:
            self._names.setdefault(name[:6], set()).add(name)
        self._starts = re.compile(b"|".join(re.escape(start) for start in sorted(self._names)))

    def found_in(self, data: bytes) -> set[str]:
        """Kinds found: "number", "email", "name"; also in what stands there as UTF-16."""
        found = self._plain(data)
        if b"\x00" in data:
            found |= self._plain(data.replace(b"\x00", b""))
        return found

    def _plain(self, data: bytes) -> set[str]:
        found = set()
        for run in _RUN.finditer(data):
            digits = _SEPARATORS.sub(b"", run[0])
            if any(digits[at : at + 9] in self._numbers for at in range(len(digits) - 8)):
                found.add("number")
        # An email may follow other letters without a gap: every ending of what stands before the @ is tried.
        for match in _EMAIL.finditer(data):
            local, _, host = match[0].lower().partition(b"@")
            if any(local[at:] + b"@" + host[:end] in self._emails for at in range(len(local)) for end in _ends(host)):
                found.add("email")
        for start in self._starts.finditer(data):
            at = start.start()
            if any(data.startswith(name, at) for name in self._names[start[0]]):
                found.add("name")
        return found


def _ends(host: bytes) -> Iterator[int]:
    return (end for end in range(len(host), 3, -1))


def _forms(name: str) -> Iterable[bytes]:
    plain = "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))
    unaccented = plain.replace("đ", "d").replace("Đ", "D")
    for form in {name, unicodedata.normalize("NFD", name), unaccented, name.upper(), unaccented.lower()}:
        yield form.encode()
        yield form.encode("utf-16-le")


def files_with_people(searcher: Searcher, root: Path) -> dict[str, set[str]]:
    """Every file below `root` in which somebody stands, with the kinds."""
    found = {}
    for file in sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink()):
        if kinds := searcher.found_in(file.read_bytes()):
            found[str(file.relative_to(root))] = kinds
    return found
