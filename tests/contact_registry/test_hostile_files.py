"""Files made to do harm, or spoiled on their way: each is read or refused with its code,
in bounded time and memory, and leaves nothing.
"""

import random
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from contact_registry.errors import ImportRefused
from contact_registry.lists import CheckedList, read_list, reading
from contact_registry.spreadsheets.excel_process import MAX_SECONDS
from tests.factories.excel_kinds import EXCEL_KINDS
from tests.factories.kinds import KINDS
from tests.factories.lists import Rows, with_part, xlsx

pytestmark = pytest.mark.thorough
HEAD = ["STT", "Họ tên", "Lớp", "SĐT", "Email"]
PLAIN = xlsx({"6A1": [HEAD, [1, "An", "6A1", "0912345678", ""]]})
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
MERGED = "".join(f'<mergeCell ref="A{n}:A{n + 999}"/>' for n in range(1, 40_000))
PILE, HIDDEN = "\u0301\u0323", "\u0301\u200b\u0323\u200b"
LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))


def sheet(content: str, rest: str = "") -> bytes:
    return with_part(
        PLAIN, "xl/worksheets/sheet1.xml", f"<worksheet {MAIN}><sheetData>{content}</sheetData>{rest}</worksheet>".encode()
    )


def strings(content: str, before: str = "") -> bytes:
    return with_part(PLAIN, "xl/sharedStrings.xml", f"{before}<sst {MAIN}>{content}</sst>".encode())


def text(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def cell(value: str) -> Rows:
    return [HEAD, [1, "An", "6A1", value, ""]]


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "entities that grow": (
        lambda: strings("<si><t>&a11;</t></si>", f'<!DOCTYPE x [<!ENTITY a0 "ha">{LAUGHS}]>'),
        "import.unreadable",
    ),
    "a file of this machine": (
        lambda: strings("<si><t>&e;</t></si>", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'),
        "import.unreadable",
    ),
    "160 MB of nothing": (lambda: with_part(PLAIN, "xl/worksheets/sheet1.xml", bytes(160 * 1024 * 1024)), "import.too_large"),
    "an archive in a picture": (lambda: with_part(PLAIN, "xl/media/a.png", bytes(160 * 1024 * 1024)), "import.too_large"),
    "forty million merged cells": (lambda: sheet("", f"<mergeCells>{MERGED}</mergeCells>"), "import.too_large"),
    "half a letter": (
        lambda: sheet('<row r="1"><c r="A1" t="inlineStr"><is><t>&#xD800;</t></is></c></row>'),
        "import.unreadable",
    ),
    "everything merged": (
        lambda: sheet("", '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
        "import.no_contact_column",
    ),
    "10,000 columns": (lambda: xlsx({"S": [[f"Cột {n}" for n in range(10_000)]]}), "import.no_contact_column"),
    "a photo called xlsx": (lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF" + random.Random(1).randbytes(60_000), "import.unreadable"),
    "noise": (lambda: random.Random(2).randbytes(200_000), "import.unreadable"),
    "noise in an archive": (lambda: b"PK\x03\x04xl/workbook.xml" + random.Random(3).randbytes(200_000), "import.unreadable"),
    "noise in a compound file": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + random.Random(4).randbytes(200_000),
        "import.unreadable",
    ),
    "one byte over 10 MB": (lambda: b"," * (10 * 1024 * 1024 + 1), "import.too_large"),
    "10 MB of commas": (lambda: b"," * (10 * 1024 * 1024), "import.unreadable"),
    "10 MB of empty lines": (lambda: b"\n" * (10 * 1024 * 1024), "import.unreadable"),
    "a quotation that never ends": (lambda: b'STT;"' + b"a" * (9 * 1024 * 1024), "import.unreadable"),
    "tables side by side without end": (
        lambda: text(";".join(["STT;Họ tên;SĐT"] * 40_000), ";".join(["1;An;0912345678"] * 40_000)),
        "import.unreadable",
    ),
    "headers of thousands of columns": (lambda: text(*[";".join(["Họ tên;SĐT;Lớp"] * 13_000)] * 35), "import.unreadable"),
    "20,001 pupils": (
        lambda: text("STT;Họ tên;Lớp;SĐT", *(f"{n};An;6A1;0912345678" for n in range(20_001))),
        "import.too_large",
    ),
}

READ: dict[str, tuple[Callable[[], bytes], int]] = {
    "formulas": (lambda: xlsx({"S": [HEAD, [1, "An", "6A1", '=HYPERLINK("http://x","0912345678")', "=cmd|'/c calc'!A0"]]}), 1),
    "a link to another workbook": (
        lambda: with_part(PLAIN, "xl/externalLinks/externalLink1.xml", b"<externalLink>http://x</externalLink>"),
        1,
    ),
    "a macro": (lambda: with_part(PLAIN, "xl/vbaProject.bin", bytes(range(256)) * 100), 1),
    "cells as long as Excel lets them be": (lambda: xlsx({"S": [HEAD, *([n, *["9 " * 16_000] * 4] for n in range(20))]}), 20),
    "hundreds of sheets": (lambda: xlsx({f"6A{n}": cell(f"0912{n:06}") for n in range(300)}), 300),
    "millions of strings that nobody uses": (lambda: strings("<si><t>a</t></si>" * 2_000_000), 1),
    "dates before there were any": (
        lambda: sheet(
            "".join(f'<c t="inlineStr"><is><t>{each}</t></is></c>' for each in HEAD).join(("<row>", "</row>"))
            + (
                '<row><c><v>1</v></c><c t="d"><v>0001-01-01</v></c><c '
                't="d"><v>1850-01-01</v></c><c><v>-1e308</v></c><c><v>1e400</v></c></row>'
            )
        ),
        1,
    ),
    "letters under a pile of marks": (lambda: text("STT;Họ tên;Lớp;SĐT", f"1;A{PILE * 90_000};6A1;0912345678"), 1),
    "piles that only show once what is invisible is gone": (
        lambda: xlsx({"S": [HEAD, *([n, f"A{HIDDEN * 8_000}", "6A1", "0912345678", ""] for n in range(60))]}),
        60,
    ),
    "one number beside thousands of emails": (
        lambda: text(
            "STT;Họ tên;Lớp;SĐT;Email",
            *(f"{n};An {n};6A1;0912345678;{','.join(f'a{n}x{m}@b.vn' for m in range(10))}" for n in range(18_000)),
        ),
        18_000,
    ),
    "NUL in a text": (lambda: text("STT;Họ tên;Lớp;SĐT", *["1;An;6A1;0912345678"] * 400, "2;B\0;6A\x001;0912\x00345679"), 401),
    "NUL in a heading": (lambda: text(*[""] * 5000, "STT;Họ tên;Lớp;SĐT;X\0Y", "1;An;6A1;0912345678;z"), 1),
    "numbers that could be cut in many ways": (lambda: text("STT;Họ tên;Lớp;SĐT", *[f"1;An;6A1;{'84 9 ' * 90}"] * 300), 300),
}


@pytest.fixture
def nothing_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = set(psutil.Process().children(recursive=True))

    def look() -> None:
        assert list(tmp_path.iterdir()) == []
        assert set(psutil.Process().children(recursive=True)) <= before

    return look


def outcome(data: bytes) -> CheckedList | str:
    """The list, or the code; within its time, and nothing that a database could not keep."""
    began, largest = time.monotonic(), _largest_child()
    try:
        read = read_list(data, "")
    except ImportRefused as refused:
        return refused.code
    finally:
        assert time.monotonic() - began < MAX_SECONDS
        # A process that is started counts as large as the one that starts it, for a moment.
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        assert _largest_child() <= max(largest, own, 1024 * 1024), "its process had more than 1 GB"
    in_the_open = [(row.sheet, row.class_name, row.grade) for row in read.rows], read.problems, read.dropped_columns
    assert "\\x00" not in repr(in_the_open)
    return read


def _largest_child() -> int:
    """KB that the largest process which this one ever waited for had: not only those of this file."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss


@pytest.mark.parametrize("kind", REFUSED)
def test_a_file_made_to_do_harm_is_refused_with_its_code(kind: str, nothing_left: Callable[[], None]) -> None:
    made, code = REFUSED[kind]
    assert outcome(made()) == code
    nothing_left()


@pytest.mark.parametrize("kind", READ)
def test_what_only_looks_dangerous_is_read_and_does_nothing(kind: str, nothing_left: Callable[[], None]) -> None:
    made, rows = READ[kind]
    read = outcome(made())
    assert isinstance(read, CheckedList)
    assert len(read.rows) == rows
    nothing_left()


def test_a_formula_is_never_worked_out() -> None:
    read = outcome(READ["formulas"][0]())
    assert isinstance(read, CheckedList)
    assert (read.rows[0].phones, read.rows[0].emails) == ((), ())


def test_a_list_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_SECONDS", -1)
    assert outcome(text("STT;Họ tên;Lớp;SĐT", "1;An;6A1;0912345678")) == "import.too_large"


GOOD = [kind.data for kind in (KINDS | EXCEL_KINDS).values()]
CODES = {
    "import.unreadable",
    "import.no_contact_column",
    "import.letters_lost",
    "import.one_column",
    "import.too_large",
    "import.password_protected",
}


def spoil(data: bytes, chance: random.Random) -> bytes:
    """Cut short (at the very beginning, in the directory at the end, anywhere), bytes changed,
    pieces swapped, doubled, joined.
    """
    if chance.random() < 0.4:
        cut = chance.choice((chance.randrange(1, 40), len(data) - chance.randrange(1, 40), chance.randrange(len(data))))
        return data[: max(cut, 1)]
    changed = bytearray(data)
    for _ in range(chance.choice((1, 3, 30))):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    at, whole = chance.randrange(len(data)), bytes(changed)
    return chance.choice((whole, whole[at:], whole[at:] + whole[:at], whole * 2, whole + chance.choice(GOOD)))


def fuzz(seed: int, times: int) -> None:
    chance = random.Random(seed)
    for _ in range(times):
        found = outcome(spoil(chance.choice(GOOD), chance))
        assert found in CODES if isinstance(found, str) else all(n.startswith("+84") for r in found.rows for _, n in r.phones)


def test_spoiled_lists_are_read_or_refused(nothing_left: Callable[[], None]) -> None:
    fuzz(20_260_905, 60)
    nothing_left()


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", range(10))
def test_thousands_of_spoiled_lists_are_read_or_refused(seed: int, nothing_left: Callable[[], None]) -> None:
    fuzz(seed, 500)
    nothing_left()
