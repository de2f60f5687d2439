"""A worker caught between two steps: what it needs next is locked in PostgreSQL by somebody else, us."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.acceptance.faults.breaking import ask, superuser
from tests.acceptance.faults.settled import progress_by
from tests.acceptance.system import System
from tests.factories.waiting import wait_for

_BLOCKED = """
SELECT pid FROM pg_stat_activity
 WHERE wait_event_type = 'Lock' AND application_name LIKE 'loa worker urgent%%' AND query LIKE '%%deliver_round%%'
"""


def number_of(system: System, broadcast: str) -> int:
    """The broadcast's own number, which locks and jobs go by."""
    return int(ask(system, "SELECT id FROM broadcasts WHERE public_id = %s", broadcast)[0][0])


_CLAIMING = (
    "SELECT pid FROM pg_stat_activity"
    " WHERE wait_event_type = 'Lock' AND query LIKE '%%data_keys%%' AND application_name LIKE 'loa worker%%'"
)
_PLANNING = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO delivery_chunks%%'"
_SWEEPING = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%%door_unread_imports%%'"


@contextmanager
def marking_held(system: System, broadcast: str) -> Iterator[None]:
    """Nobody can mark a delivery of the broadcast as `calling`: the gate that a stop shuts is shut."""
    with superuser(system) as conn, conn.transaction():
        conn.execute("SELECT pg_advisory_xact_lock(hashtext('loa calls'), %s)", [number_of(system, broadcast) % 2147483647])
        yield


@contextmanager
def applying_held(system: System) -> Iterator[None]:
    """Receipts are taken, and none is applied."""
    with superuser(system) as conn, conn.transaction():
        conn.execute("SELECT pg_advisory_xact_lock(hashtext('loa receive'))")
        yield


@contextmanager
def recording_held(system: System, broadcast: str) -> Iterator[None]:
    """Nobody can move a delivery of the broadcast: its chunks are locked."""
    with superuser(system) as conn, conn.transaction():
        conn.execute("SELECT FROM delivery_chunks WHERE broadcast_id = %s FOR UPDATE", [number_of(system, broadcast)])
        yield


@contextmanager
def sweeping_held(system: System) -> Iterator[None]:
    """The sweeper stands in the middle of its round, and inside this it has got there."""
    with superuser(system) as conn, conn.transaction():
        conn.execute("LOCK TABLE import_files IN ACCESS EXCLUSIVE MODE")
        wait_for("the sweeper is blocked", lambda: ask(system, _SWEEPING), 20)
        yield


@contextmanager
def planning_held(system: System) -> Iterator[None]:
    """Nobody comes to the end of a plan: its chunks, which are written last, cannot be."""
    with superuser(system) as conn, conn.transaction():
        conn.execute("LOCK TABLE delivery_chunks IN SHARE MODE")
        yield


def wait_for_plan(system: System) -> None:
    """Returns once somebody is in the middle of a plan."""
    wait_for("a plan is blocked", lambda: ask(system, _PLANNING), 20)


@contextmanager
def claiming_held(system: System) -> Iterator[None]:
    """Nobody begins what was claimed: the addresses' keys, which are read next, are locked."""
    with superuser(system) as conn, conn.transaction():
        conn.execute("LOCK TABLE data_keys IN ACCESS EXCLUSIVE MODE")
        yield


def wait_for_claim(system: System) -> None:
    """Returns once somebody has claimed a chunk, and cannot begin."""
    wait_for("a claim is blocked", lambda: ask(system, _CLAIMING), 20)


def blocked_rounds(system: System, how_many: int) -> list[int]:
    """The sessions of workers whose rounds wait for a lock, as soon as there are so many."""

    def there() -> list[int] | None:
        sessions = [row[0] for row in ask(system, _BLOCKED)]
        return sessions if len(sessions) >= how_many else None

    return wait_for(f"{how_many} rounds are blocked", there, 20)


def cut(system: System, sessions: list[int]) -> None:
    """Ends sessions, and with them what they had begun, as when their machine is gone."""
    ask(system, "SELECT pg_terminate_backend(pid, 5000) FROM unnest(%s::integer[]) AS pid", sessions)


def wait_for_states(system: System, broadcast: str, state: str, how_many: int) -> None:
    """Returns once so many deliveries are in a state."""

    def there() -> bool:
        return bool(progress_by(system, broadcast)[state] >= how_many)

    try:
        wait_for(f"{how_many} are {state}", there, 20)
    except AssertionError:
        raise AssertionError(f"{how_many} are not {state}: {dict(progress_by(system, broadcast))}") from None
