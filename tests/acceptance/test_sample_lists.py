"""Lists as schools keep them: problem codes row for row, and in the outside world exactly the sheet's numbers."""

import json
from collections import defaultdict
from typing import Any

import pytest

from tests.acceptance.system import ROOT, System
from tests.factories.waiting import wait_for

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(200)]

EXPECTED: dict[str, list[dict[str, Any]]] = json.loads((ROOT / "tests/vectors/sample_lists.json").read_text(encoding="utf-8"))
SAMPLES = ROOT / "service/standalone/samples"


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_school_list_comes_out_as_expected_and_goes_to_its_numbers_only(system: System, name: str) -> None:
    rows = EXPECTED[name]
    unit = f"sample-{sorted(EXPECTED).index(name)}"
    marker = f"mau {unit}"
    system.new_school(unit)

    upload = {"files": {"file": (name, (SAMPLES / name).read_bytes())}, "data": {"unit": unit}}
    made = system.call("POST", "/imports", key="officer", **upload)
    path = f"/imports/{made['id']}"
    wait_for("the list is checked", lambda: system.call("GET", path, key="officer")["state"] == "checked", 60)
    report = system.call("GET", path, key="officer")

    found: dict[tuple[str | None, int], set[str]] = defaultdict(set)
    for problem in report["problems"]:
        if problem["row"] is not None and not problem["code"].startswith("column."):
            found[problem["sheet"], problem["row"]].add(problem["code"])
    assert {(r["sheet"], r["row"]): set(r["codes"]) for r in rows if r["codes"]} == found
    phones = {phone for row in rows for phone in row["phones"]}
    emails = {row["email"] for row in rows if row["email"]}
    assert report["counts"]["rows"] == len(rows)
    assert (report["counts"]["phones"], report["counts"]["emails"]) == (len(phones), len(emails))
    assert report["counts"]["without_contact"] == sum(1 for row in rows if "contact.none" in row["codes"])

    system.call("POST", f"{path}/apply", key="officer")
    broadcast = system.send(marker, unit=unit, keys=("officer", "department_approver"))
    parts = system.settled(broadcast, 60, key="officer")

    assert parts["accepted"] + parts["delivered"] == parts["total"] == len(phones) + len(emails)
    sent = [m for m in system.outbox() if marker in m["text"]]
    assert sorted(m["to"] for m in sent if m["channel"] == "sms") == sorted(phones)
    assert sorted(m["to"] for m in sent if m["channel"] == "email") == sorted(emails)
