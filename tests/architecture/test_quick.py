"""What `make quick` leaves out is decided by what a test asks for, and a line of every run says what was."""

from collections import Counter
from pathlib import Path

import pytest

from contact_registry.office_tables.reading_apart import read_table_apart
from tests.left_out import line
from tests.quick import _starts

pytest_plugins = ["pytester"]

TESTS = """
import socket, subprocess, sys
import pytest

@pytest.fixture
def server():
    with socket.create_server(("127.0.0.1", 0)) as made:
        yield made

@pytest.fixture
def client(server):
    return server

def helper():
    return subprocess.run([sys.executable, "-c", ""], check=True)

class Thing:
    def start(self):
        return helper()

def test_alone(): pass
def test_with_a_server(server): pass
def test_through_a_fixture(client): pass
def test_itself(): subprocess.run([sys.executable, "-c", ""], check=True)
def test_through_a_function(): helper()
def test_through_a_class(): Thing().start()
def test_in_a_lambda(): (lambda: helper())()
def test_unseen(): getattr(__import__("sub" + "process"), "run")([sys.executable, "-c", ""], check=True)
@pytest.mark.slow
def test_slow(): pass
@pytest.mark.browser
def test_browser(): pass
@pytest.mark.skip(reason="for want of a reason")
def test_skipped(): pass
"""


def test_what_asks_for_more_is_left_out_and_a_line_says_so(pytester: pytest.Pytester) -> None:
    pytester.mkpydir("tests").joinpath("test_them.py").write_text(TESTS, encoding="utf-8")
    pytester.makeconftest(
        "from tests_of_loa import LeftOut, Quick\n"
        "def pytest_configure(config):\n"
        "    config.pluginmanager.register(LeftOut())\n    config.pluginmanager.register(Quick())\n"
        "    config.addinivalue_line('markers', 'slow')\n    config.addinivalue_line('markers', 'browser')\n"
    )
    root = Path(__file__).parents[2]
    pytester.makepyfile(
        tests_of_loa=f"import importlib.util\n"
        f"def _of(name):\n"
        f"    spec = importlib.util.spec_from_file_location(name, {str(root / 'tests')!r} + '/' + name + '.py')\n"
        f"    made = importlib.util.module_from_spec(spec); spec.loader.exec_module(made); return made\n"
        f"LeftOut, Quick = _of('left_out').LeftOut, _of('quick').Quick\n"
    )
    ran = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:schemathesis", "-v", "tests")
    ran.assert_outcomes(passed=1, skipped=2, deselected=8)
    assert "test_alone PASSED" in ran.stdout.str()
    (said,) = [each for each in ran.outlines if each.startswith("Left out: ")]
    assert set(said.removeprefix("Left out: ").removesuffix(".").split("; ")) == {
        "7 not asked for by -m, -k or --quick",
        "1 marked slow (pytest -m slow)",
        "1 for want of a reason",
        "1 that start a process, which is not of the quick ring",
    }


def test_a_run_that_left_nothing_out_says_so() -> None:
    assert line(Counter()) == "Left out: nothing."


def test_the_product_is_followed_within_its_module() -> None:
    assert _starts(read_table_apart)
