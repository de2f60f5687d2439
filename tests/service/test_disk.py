"""Room on the disk: said before it is gone, once, and when it is back."""

import asyncio
from pathlib import Path

import pytest
import structlog

from service.disk import DiskSpace, disk_at, watch_disk


@pytest.mark.parametrize(("free", "low"), [(1000, False), (100, False), (99, True), (0, True)])
def test_less_than_a_tenth_is_low(free: int, low: bool) -> None:  # noqa: FBT001
    assert DiskSpace(Path("/"), free, 1000).low is low


def test_what_is_left_is_said_in_gigabytes_and_of_a_hundred() -> None:
    left = DiskSpace(Path("/"), 1_234_000_000, 30_000_000_000)
    assert (left.gigabytes, left.share) == (1.2, 4)


def test_a_home_that_is_not_made_yet_lies_on_the_disk_of_what_is_there(tmp_path: Path) -> None:
    found = disk_at(tmp_path / "not" / "made" / "yet")
    assert (found.place, found.total > 0) == (tmp_path, True)


async def test_it_is_logged_once_until_there_is_room_again() -> None:
    seen = iter([500, 50, 40, None, 500, 30])
    over = asyncio.Event()

    def look(place: Path) -> DiskSpace:
        free = next(seen, -1)
        if free is None:
            raise OSError
        if free < 0:
            over.set()
            raise OSError
        return DiskSpace(place, free, 1000)

    with structlog.testing.capture_logs() as told:
        watching = asyncio.create_task(watch_disk(Path("/"), every=0, look=look))
        await asyncio.wait_for(over.wait(), 10)
        watching.cancel()
    assert [(each["event"], each["free_bytes"]) for each in told] == [("disk.low", 50), ("disk.roomy", 500), ("disk.low", 30)]
