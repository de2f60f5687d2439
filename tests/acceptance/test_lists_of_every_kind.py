"""Lists with every habit a school has, through the API and out to the phones: codes row for row, numbers for number."""

import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.system import ROOT, System
from tests.factories.excel_kinds import EXCEL_KINDS
from tests.factories.kinds import KINDS as TEXT_KINDS
from tests.factories.kinds import Found
from tests.factories.waiting import wait_for

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(200)]

KINDS = TEXT_KINDS | EXCEL_KINDS


def read(system: System, path: str) -> dict[str, Any]:
    wait_for("the list is read", lambda: system.call("GET", path, key="officer")["state"] == "checked", 60)
    return dict(system.call("GET", path, key="officer"))


def test_every_kind_of_list_comes_out_row_for_row_and_goes_to_its_numbers_only(system: System) -> None:
    """One school a list, one warning of the office above them all."""
    units = {kind: f"kieu-{n}" for n, kind in enumerate(KINDS)}
    for kind, unit in units.items():
        system.new_school(unit)
        upload = {"files": {"file": ("list", KINDS[kind].data)}, "data": {"unit": unit}}
        path = f"/imports/{system.call('POST', '/imports', key='officer', **upload)['id']}"
        report = read(system, path)
        found: Found = defaultdict(set)
        for problem in report["problems"]:
            if problem["row"] is not None and not problem["code"].startswith(("column.", "sheet.", "row.hidden")):
                found[problem["sheet"], problem["row"]].add(problem["code"])
        assert (kind, found) == (kind, KINDS[kind].codes)
        assert report["dropped_columns"] == list(KINDS[kind].dropped)
        system.call("POST", f"{path}/apply", key="officer", json={"hidden_rows": "take"})

    marker = "mau moi kieu"
    broadcast = system.send(
        marker, unit="sgddt-dongnai", keys=("officer", "department_approver"), channels=("sms",), units=sorted(units.values())
    )
    system.settled(broadcast, 60, key="officer")
    sent = [message["to"] for message in system.outbox() if marker in message["text"]]
    assert sorted(sent) == sorted(number for kind in KINDS.values() for number in kind.numbers)


def test_a_list_is_taken_in_from_the_terminal_while_the_system_runs(system: System, tmp_path: Path) -> None:
    system.new_school("tu-dong-lenh")
    officer = next(each["email"] for each in system.demo["accounts"] if each["role"] == "officer")
    (tmp_path / "6A1.csv").write_text("STT;Họ tên;Lớp;SĐT\n1;An;6A1;0936000001\n", encoding="utf-8")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "service",
            "import",
            str(tmp_path / "6A1.csv"),
            "--unit",
            "tu-dong-lenh",
            "--as",
            officer,
            "--apply",
        ],
        cwd=ROOT,
        env=os.environ | {"LOA_HOME": str(system.home)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    reached = system.call("POST", "/audiences/count", key="officer", json={"unit": "tu-dong-lenh", "channels": ["sms"]})
    assert reached["by_channel"] == {"sms": 1}
