from collections.abc import Iterator

import pytest

from tests.acceptance.lists import big_list
from tests.acceptance.system import SOON_ABSENT, System, running_system, short_home

PARENTS = 2_000


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    """One running system for all acceptance tests; a school in it has 2,000 parents with both channels."""
    with short_home() as home, running_system(home, LOA_SMS_ABSENT_AFTER=SOON_ABSENT) as running:
        running.import_list(big_list(PARENTS), "danh-sach.csv")
        yield running


@pytest.fixture(autouse=True)
def _calm(request: pytest.FixtureRequest) -> None:
    """Faults of one test do not reach the next."""
    if "system" in request.fixturenames:
        request.getfixturevalue("system").no_faults()
