import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.lists import big_list
from tests.acceptance.system import System, running_system

PARENTS = 2_000


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    """One running system for all acceptance tests; a school in it has 2,000 parents with both channels."""
    with tempfile.TemporaryDirectory(prefix="loa-a-", dir="/tmp") as home:
        Path(home).chmod(0o755)
        with running_system(Path(home) / "h") as running:
            running.import_list(big_list(PARENTS), "danh-sach.csv")
            yield running


@pytest.fixture(autouse=True)
def _calm(request: pytest.FixtureRequest) -> None:
    """Faults of one test do not reach the next."""
    if "system" in request.fixturenames:
        request.getfixturevalue("system").no_faults()
