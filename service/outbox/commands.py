"""What may be asked of a worker. A command's name is the job's name; a test holds that each has its job.

`key` names the work, not the request: while a job with it waits in the queue, the same work is not queued twice.
"""

from dataclasses import asdict, dataclass
from typing import ClassVar, Literal, get_args

Lane = Literal["urgent", "bulk"]
LANES: tuple[Lane, ...] = get_args(Lane)


@dataclass(frozen=True, slots=True)
class Command:
    """Base of all commands. Every one carries its unit: a worker sees nothing without it."""

    name: ClassVar[str]
    unit_id: int

    @property
    def key(self) -> str:
        return ":".join([self.name, *(str(value) for value in self.payload().values())])

    def payload(self) -> dict[str, int]:
        """Returns the ids, by name: the job's arguments."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class PlanBroadcast(Command):
    """Resolve an approved broadcast's audience to deliveries, once."""

    name: ClassVar[str] = "plan_broadcast"
    broadcast_id: int


@dataclass(frozen=True, slots=True)
class DeliverChunk(Command):
    """Send one chunk of deliveries. `claims`: how often it was leased when this was queued, so that a repeat is a new job."""

    name: ClassVar[str] = "deliver_chunk"
    broadcast_id: int
    chunk: int
    claims: int


@dataclass(frozen=True, slots=True)
class ReadImport(Command):
    """Read and check an uploaded list."""

    name: ClassVar[str] = "read_import"
    import_id: int


COMMANDS: dict[str, type[Command]] = {kind.name: kind for kind in (PlanBroadcast, DeliverChunk, ReadImport)}
