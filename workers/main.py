"""A worker process: one lane of the queue, its heartbeat, and a share in relaying and sweeping. `python -m workers urgent|bulk`.

It leaves with status 0 when it is asked to (SIGTERM, SIGINT) and 1 when Valkey is gone, having let what was in flight come home.
Whoever supervises it starts it again.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, get_args

import redis.exceptions
import structlog
import uvloop
from arq.worker import Worker, func
from sqlalchemy.exc import OperationalError

from service.database.schema import SchemaProblem
from service.deliveries.rounds.turns import PLACES
from service.logs import configure_logs, warn_of_unknown
from service.memory import collect_rarely
from service.outbox import Lane, why_refused
from service.outbox.queue import decode, encode, queue_name
from service.settings import SettingProblem, Settings, unknown_settings
from workers.composing import Routes, make_tools
from workers.exposing import exposed
from workers.jobs import JOBS
from workers.kept.database import AWAY
from workers.kept.tools import Tools
from workers.rounds.loops import HEART, LOOPS
from workers.rounds.numbering import keep_numbers
from workers.rounds.reconciling import accounts_since
from workers.rounds.running import run

_log = structlog.get_logger()
_CHUNKS_AT_ONCE = PLACES + 1  # one more than a channel may have out: another's is begun at once
# Seconds; a look at the queue costs as much as forty deliveries.
_POLL_EVERY: Mapping[Lane, float] = {"urgent": 0.05, "bulk": 0.1}
_ASKED_AGAIN = 60.0  # seconds
_JOB_TIMEOUT = 600  # only the wait for the chunk's own task; leases decide who may send
_LAST_CALLS = 15.0  # seconds for what is in flight when the process is asked to stop


class _Worker(Worker):
    """Arq's, but it asks about a job once: one that is under way, here or elsewhere, stands in the queue until it is done, and to
    ask about it at every look costs more than to look.
    """

    _asked: frozenset[bytes] = frozenset()
    _forgets_at = 0.0

    async def start_jobs(self, job_ids: list[bytes]) -> None:
        if time.monotonic() >= self._forgets_at:  # whose worker died is taken up by another when its time is over
            self._asked, self._forgets_at = frozenset(), time.monotonic() + _ASKED_AGAIN
        await super().start_jobs([each for each in job_ids if each not in self._asked and each.decode() not in self.tasks])
        if self.job_counter < self.max_jobs:  # else some may not have been asked about
            self._asked = frozenset(each for each in job_ids if each.decode() not in self.tasks)


def _arq_worker(tools: Tools) -> Worker:
    return _Worker(
        functions=[func(job, name=name, timeout=_JOB_TIMEOUT, keep_result=0, max_tries=1) for name, job in JOBS.items()],
        queue_name=queue_name(tools.lane),
        redis_pool=tools.queue.pool,
        job_serializer=encode,
        job_deserializer=decode,
        ctx={"tools": tools},
        max_jobs=_CHUNKS_AT_ONCE,
        poll_delay=_POLL_EVERY[tools.lane],
        keep_result=0,
        handle_signals=False,
        health_check_interval=60,
        log_results=False,
    )


async def work(settings: Settings, lane: Lane, routes: Routes | None = None) -> int:
    """Works until asked to stop (0) or until Valkey is gone (1). `routes`: others than the settings name."""
    tools = await make_tools(settings, lane, routes or Routes.of(settings))
    async with tools.direct, exposed(tools):
        return await _work(tools)


async def _work(tools: Tools) -> int:
    loop = asyncio.get_running_loop()
    for asked in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(asked, tools.stopping.set)
    await keep_numbers(tools)
    with suppress(*AWAY):  # then nothing can be called, either
        await accounts_since(tools)
    arq = _arq_worker(tools)
    loops = {name: asyncio.create_task(run(tools, name)) for name in LOOPS}
    heart = loops.pop(HEART)
    beside = [*loops.values(), asyncio.create_task(tools.pacing.keep())]
    queue = asyncio.create_task(arq.main())
    asked_to_stop = asyncio.create_task(tools.stopping.wait())
    _log.info("worker.started", lane=tools.lane)
    await asyncio.wait({queue, asked_to_stop, heart, *beside}, return_when=asyncio.FIRST_COMPLETED)
    lost = not tools.stopping.is_set()
    tools.stopping.set()
    ended = await _cancelled(queue, asked_to_stop, *beside)
    if heart.done():  # it never ends by itself: by an error, and then no lease of ours is good
        ended += await _cancelled(heart)
    status = _status(lost, ended)
    if tools.sending:  # the heartbeat goes on: these leases are still good
        await asyncio.wait(set(tools.sending), timeout=_LAST_CALLS)
        # The database is away: what was heard is kept until it is back, or we are killed.
        while tools.unrecorded and tools.sending:
            await asyncio.wait(set(tools.sending), timeout=1)
    await _cancelled(heart)
    await asyncio.gather(*arq.tasks.values(), return_exceptions=True)  # the jobs' own ends, once what they sent is home
    with suppress(redis.exceptions.RedisError, OSError, asyncio.CancelledError):  # a job that arq still has to cancel says so
        await arq.close()
    with suppress(redis.exceptions.RedisError, OSError):
        await tools.queue.close()
    for route in (tools.sms, tools.email):
        for channel in route.channels:
            await channel.close()
    await tools.engine.dispose()
    _log.info("worker.stopped", status=status)
    return status


async def _cancelled(*tasks: "asyncio.Task[Any]") -> list[object]:
    """Cancels these until they are gone, and returns how each ended:
    one that is just given the connection it waited for overhears it.
    """
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=1)
    return list(await asyncio.gather(*tasks, return_exceptions=True))


def _status(lost: bool, ended: Sequence[object]) -> int:  # noqa: FBT001
    """0 when asked to stop. Otherwise 1, with the reason in the log; a lost Valkey is usual, anything else is an error."""
    if not lost:
        return 0
    for end in ended:
        if isinstance(end, redis.exceptions.RedisError | OSError):
            _tell_valkey(end)
        elif isinstance(end, Exception):
            _log.error("worker.failed", exc_info=end)
    return 1


def _tell_valkey(error: BaseException) -> None:
    """Valkey away, which mends itself, or one that refuses us, which a person must mend:
    two events, so that nobody starts what runs.
    """
    if reason := why_refused(error):
        _log.error("worker.valkey_refuses", reason=reason, error=type(error).__name__)
    else:
        _log.warning("worker.valkey_gone", error=type(error).__name__)


def main() -> None:
    """Runs `python -m workers urgent|bulk`."""
    if len(sys.argv) != 2 or sys.argv[1] not in get_args(Lane):
        sys.exit("usage: python -m workers urgent|bulk")
    lane: Lane = "urgent" if sys.argv[1] == "urgent" else "bulk"
    try:
        settings = Settings.read()
        collect_rarely()
        configure_logs(f"worker {lane}", settings.log_level)
        warn_of_unknown(unknown_settings(os.environ))
        status = uvloop.run(work(settings, lane))
    except (SettingProblem, SchemaProblem) as problem:
        sys.exit(str(problem))
    except (redis.exceptions.RedisError, OSError) as error:
        _tell_valkey(error)
        status = 1
    except OperationalError as error:
        # libpq's words: the server's, never a value
        _log.warning("worker.database_away", reason=" ".join(str(error.orig).split()))
        status = 1
    sys.exit(status)
