"""What one process asks another to do: typed, ids only, safe to be asked twice.

A command's name is the name of the job that carries it out (workers/jobs); a test holds the two lists equal.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal

Lane = Literal["urgent", "bulk"]


@dataclass(frozen=True, slots=True)
class Command:
    """The unit whose rows the job will act on; every command has it."""

    name: ClassVar[str] = ""
    unit_id: int

    @property
    def payload(self) -> dict[str, int]:
        """The command as JSON carries it."""
        return asdict(self)

    @property
    def job_id(self) -> str:
        """Two commands that mean the same work have the same id, so that the queue holds it once."""
        return ":".join([self.name, *(str(value) for value in self.payload.values())])


@dataclass(frozen=True, slots=True)
class PlanBroadcast(Command):
    """Turn an approved broadcast's audience into deliveries."""

    name: ClassVar[str] = "plan_broadcast"
    broadcast_id: int


@dataclass(frozen=True, slots=True)
class DeliverChunk(Command):
    """Send what waits in one chunk. `claims` is the number the chunk had when asked: a new claim makes a new job."""

    name: ClassVar[str] = "deliver_chunk"
    broadcast_id: int
    chunk: int
    claims: int


@dataclass(frozen=True, slots=True)
class ReadImport(Command):
    """Read and check an uploaded school list."""

    name: ClassVar[str] = "read_import"
    import_id: int


COMMANDS: Mapping[str, type[Command]] = {kind.name: kind for kind in (PlanBroadcast, DeliverChunk, ReadImport)}


def load_command(name: str, payload: Mapping[str, Any]) -> Command:
    """The command again. Raises KeyError for a name nobody knows and TypeError for a payload that does not fit it."""
    return COMMANDS[name](**payload)
