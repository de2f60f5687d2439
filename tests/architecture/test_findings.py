"""Findings have one form, so that anybody can run them and none of them does harm
(`findings/README.md`). They are run outside CI.
"""

import re
import subprocess
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

FINDINGS = sorted((ROOT / "findings").glob("*.sh"))
# Invented, this machine, or no name at all.
_NOBODYS = re.compile(r"(?:.*\.)?(?:example|invalid|test|localhost)|127(?:\.\d+){3}|[\w-]+")
HEADINGS = ["Guess", "What happens", "Versions", "Why it matters", "Seen"]


def wrong_with(text: str) -> list[str]:
    """What is not in the form."""
    lines = text.splitlines()
    wrong = [] if lines[:1] == ["#!/usr/bin/env bash"] else ["no shebang"]
    head = "\n".join(lines[1 : next((n for n, line in enumerate(lines) if n and not line.startswith("#")), len(lines))])
    headings = re.findall(
        r"^# (Guess|What happens|Versions|Why it matters|Seen)(?: \(\d{4}-\d\d-\d\d\))?: \S", head, re.MULTILINE
    )
    if headings != HEADINGS:
        wrong.append(f"headings are {headings}")
    if not re.search(r"^# Seen \(\d{4}-\d\d-\d\d\): ", head, re.MULTILINE):
        wrong.append("no day on which it was seen")
    wrong += [f"without {part}" for part in ("\nset -euo pipefail\n", "mktemp -d", "trap ") if part not in text]
    wrong += re.findall(r"/(?:srv|root|home)/\S*", text)
    wrong += [host for host in re.findall(r"https?://(?:[^\s/@]*@)?([\w.-]+)", text) if not _NOBODYS.fullmatch(host)]
    wrong += [f"not pinned: {name}" for name in _loose(text)]
    return wrong


def _loose(text: str) -> list[str]:
    """Packages that a script installs without a version. Names in a variable are the script's own business."""
    found = []
    for command in re.sub(r"\\\n", " ", text).splitlines():
        installs = re.search(r"\b(pip3?|npm)[\"']? (?:install|i)\b([^|;&>#]*)", command)
        if installs is None or command.lstrip().startswith("#"):
            continue
        sign = "==" if installs[1].startswith("pip") else "@"
        words = [word.strip("\"'") for word in installs[2].split()]
        found += [word for word in words if re.match(r"@?[a-z]", word) and sign not in word[1:]]
    return found


@pytest.mark.parametrize("script", FINDINGS, ids=lambda path: path.name)
def test_a_finding_has_the_form(script: Path) -> None:
    assert wrong_with(script.read_text(encoding="utf-8")) == []
    assert script.stat().st_mode & 0o111 == 0o111
    assert subprocess.run(["bash", "-n", str(script)], capture_output=True, text=True, check=False).stderr == ""


GOOD = """#!/usr/bin/env bash
# Guess: a
# What happens: b
# Versions: c
#   d
# Why it matters: e
# Seen (2026-11-30): f
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
"$here/venv/bin/pip" install -q "one==1.0" \\
  two==2
(cd "$here" && npm install --silent @a/b@1.2.3 c@4)
"""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("# Versions: c\n", ""), "headings"),
        (("# Guess: a\n# What happens: b\n", "# What happens: b\n# Guess: a\n"), "headings"),
        (("2026-11-30", "today"), "no day"),
        (("set -euo pipefail\n", ""), "set -euo pipefail"),
        (("trap", "true"), "trap"),
        (("two==2", "two"), "not pinned: two"),
        (("c@4", "c"), "not pinned: c"),
        (("@a/b@1.2.3", "@a/b"), "not pinned: @a/b"),
        (('"$here/venv', "/srv/x/venv"), "/srv/x"),
        (("-q", "-q --index-url https://packages.somewhere/simple"), "packages.somewhere"),
    ],
)
def test_what_is_not_in_the_form_is_named(change: tuple[str, str], said: str) -> None:
    assert wrong_with(GOOD) == []
    assert any(said in each for each in wrong_with(GOOD.replace(*change)))
