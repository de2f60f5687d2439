"""How much room is left on the disk, before PostgreSQL finds out:
where everything lies on one machine, a full disk cannot even be logged.
"""

import asyncio
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import structlog

_log = structlog.get_logger(__name__)
_LOW = 0.10


@dataclass(frozen=True, slots=True)
class DiskSpace:
    """Bytes of the disk that holds `place`; `free` as an ordinary account may use them."""

    place: Path
    free: int
    total: int

    @property
    def low(self) -> bool:
        """Whether less than a tenth is left."""
        return self.free < self.total * _LOW

    @property
    def gigabytes(self) -> float:
        """What is left, to a tenth."""
        return round(self.free / 1e9, 1)

    @property
    def share(self) -> int:
        """What is left, of a hundred."""
        return self.free * 100 // max(self.total, 1)


def disk_at(place: Path) -> DiskSpace:
    """Measures the disk that `place` lies on, or will: a container has no home. Raises OSError."""
    there = place.expanduser().absolute()
    while not there.exists() and there != there.parent:
        there = there.parent
    used = shutil.disk_usage(there)
    return DiskSpace(there, used.free, used.total)


async def watch_disk(place: Path, *, every: float = 60.0, look: Callable[[Path], DiskSpace] = disk_at) -> None:
    """Says in the log when the disk becomes nearly full, once until there is room again. For as long as it runs."""
    low = False
    while True:
        with suppress(OSError):
            found = look(place)
            if found.low and not low:
                _log.warning("disk.low", free_bytes=found.free, size_bytes=found.total)
            elif low and not found.low:
                _log.info("disk.roomy", free_bytes=found.free, size_bytes=found.total)
            low = found.low
        await asyncio.sleep(every)
