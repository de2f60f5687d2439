import json
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest

from service.standalone.home import Home
from tests.acceptance.faults.breaking import child
from tests.acceptance.faults.people import CLASSES, PARENTS
from tests.acceptance.lists import big_list
from tests.acceptance.system import SOON_ABSENT, System, running_system, short_home
from tests.factories.waiting import wait_for

_LANES = {"workers-urgent": "urgent", "workers-bulk": "advisory"}


@pytest.fixture(scope="package")
def system() -> Iterator[System]:
    """One running system for all faults; a school in it has 400 parents with both channels."""
    with short_home() as home, running_system(home, LOA_MESSAGES_PER_DAY="1000", LOA_SMS_ABSENT_AFTER=SOON_ABSENT) as running:
        running.import_list(big_list(PARENTS), "danh-sach.csv")
        yield running


@pytest.fixture(autouse=True)
def _whole_circuits(request: pytest.FixtureRequest, _calm: None) -> None:
    """What one test's faults made a worker think of its carriers does not reach the next:
    it would begin with a single call as a trial.
    """
    if "system" not in request.fixturenames:
        return
    running: System = request.getfixturevalue("system")
    for worker, urgency in _LANES.items():
        if not _closed(running, worker):
            running.settled(running.send(f"thu lai {urgency}", urgency=urgency, classes=[CLASSES[0]]), 60)
            assert _closed(running, worker), "a circuit stayed open behind a message that was taken"


def _closed(system: System, worker: str) -> bool:
    """Whether a worker says, once it runs, that all its circuits are closed."""
    child(system, worker)
    targets = json.loads(Home.at(system.home).metrics_file.read_text(encoding="utf-8"))
    port = next(each["targets"][0] for each in targets if each["labels"]["process"] == worker)

    def told() -> list[str] | None:
        with suppress(httpx.HTTPError):
            lines = httpx.get(f"http://{port}/metrics").raise_for_status().text.splitlines()
            return [line for line in lines if line.startswith("loa_circuit_state{")] or None
        return None

    return all(line.endswith(" 0.0") for line in wait_for(f"{worker} says how its carriers are", told, 30))
