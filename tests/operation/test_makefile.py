"""The way from nothing to a `.venv`: a Python that will not do is named at once,
and a `.venv` that will not do is made anew by itself.

Where `pip install` would be called only its stamp is looked at: the packages come in tests of a whole clone.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.operation.composed import ROOT

# A Python that makes a `.venv` in no time, and says it is what it is told to be.
FAKE = """#!/bin/sh
case "$1 $2" in
  "-m venv") rm -rf "$4"; mkdir -p "$4/bin"; cp "$0" "$4/bin/python"; exit ;;
esac
version={version}
case "$2" in
  *exit*) [ "$version" != 3.9 ] ;;
  *print*) echo "$version" ;;
esac
"""


class Clone:
    """A Makefile and its requirements, and Pythons of several versions beside."""

    def __init__(self, place: Path) -> None:
        self.place = place
        (place / "requirements").mkdir()
        shutil.copy(ROOT / "Makefile", place)
        for name in ("runtime.txt", "dev.txt"):
            shutil.copy(ROOT / "requirements" / name, place / "requirements")

    def python(self, version: str) -> str:
        """A Python that says it is of this version."""
        made = self.place / f"python {version}"
        made.write_text(FAKE.format(version=version), encoding="utf-8")
        made.chmod(0o755)
        return str(made)

    def make(self, *named: str) -> subprocess.CompletedProcess[str]:
        clean = {
            name: value for name, value in os.environ.items() if name not in ("PYTHON", "MAKEFLAGS", "MAKELEVEL", "VIRTUAL_ENV")
        }
        command = ["make", "--no-print-directory", ".venv/.runtime", 'INSTALL=echo "$(BIN)/python" install', *named]
        return subprocess.run(command, cwd=self.place, env=clean, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


def test_a_named_python_that_is_too_old_is_said_in_a_line_and_nothing_is_made_or_lost(clone: Clone) -> None:
    refused = clone.make(f"PYTHON={clone.python('3.9')}")
    assert refused.returncode != 0
    (line,) = refused.stderr.splitlines()
    assert "3.9 is no Python 3.11 or newer, which Loa needs" in line
    assert not (clone.place / ".venv").exists()
    assert clone.make(f"PYTHON={clone.python('3.12')}").returncode == 0
    assert clone.make(f"PYTHON={clone.python('3.9')}").returncode != 0
    assert clone.make().stdout == "make: '.venv/.runtime' is up to date.\n"


def test_what_is_installed_is_said_with_how_long_it_takes_and_once(clone: Clone) -> None:
    made = clone.make(f"PYTHON={clone.python('3.12')}")
    lines = (ROOT / "requirements/runtime.txt").read_text(encoding="utf-8").splitlines()
    packages = sum("==" in line for line in lines)
    assert f"(once): {packages} packages, 1 to 2 minutes ..." in made.stdout
    assert (clone.place / ".venv/bin/loa").stat().st_mode & 0o111
    assert clone.make().stdout == "make: '.venv/.runtime' is up to date.\n"


def test_a_venv_whose_python_is_gone_is_made_anew_and_filled_again(clone: Clone) -> None:
    good = f"PYTHON={clone.python('3.12')}"
    clone.make(good)
    (clone.place / ".venv/bin/python").unlink()
    again = clone.make(good)
    assert "Making .venv anew: what stood there cannot be used ..." in again.stdout
    assert "packages, 1 to 2 minutes" in again.stdout
    assert (clone.place / ".venv/bin/python").exists()


def test_a_venv_that_was_left_half_made_by_an_old_python_does_not_last(clone: Clone) -> None:
    """As an earlier Makefile left it: the stamp stands, and what lies there cannot run Loa."""
    clone.make(f"PYTHON={clone.python('3.12')}")
    shutil.copy(clone.python("3.9"), clone.place / ".venv/bin/python")
    assert "anew" in clone.make(f"PYTHON={clone.python('3.13')}").stdout
    assert clone.make().stdout == "make: '.venv/.runtime' is up to date.\n"


def test_another_python_that_is_named_gets_a_venv_of_its_own(clone: Clone) -> None:
    clone.make(f"PYTHON={clone.python('3.12')}")
    assert clone.make(f"PYTHON={clone.python('3.12')}").stdout == "make: '.venv/.runtime' is up to date.\n"
    assert "anew" in clone.make(f"PYTHON={clone.python('3.13')}").stdout
    assert subprocess.check_output([clone.place / ".venv/bin/python", "-c", "print"], text=True) == "3.13\n"


def test_the_python_that_runs_this_is_new_enough(clone: Clone) -> None:
    done = subprocess.run(
        ["make", "--no-print-directory", "-n", ".venv/.made", f"PYTHON={sys.executable}"],
        cwd=clone.place,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "-m venv --clear .venv" in done.stdout
