from collections.abc import Iterator

import pytest

from tests.acceptance.faults.people import PARENTS
from tests.acceptance.lists import big_list
from tests.acceptance.system import System, running_system, short_home


@pytest.fixture(scope="package")
def system() -> Iterator[System]:
    """One running system for all faults; a school in it has 400 parents with both channels."""
    with short_home() as home, running_system(home, LOA_MESSAGES_PER_DAY="1000") as running:
        running.import_list(big_list(PARENTS), "danh-sach.csv")
        yield running
