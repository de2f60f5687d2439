"""The job that delivers a chunk: leases it, sends what waits of it (`workers.delivering.sending`),
and gives it back whatever becomes of that.
"""

import asyncio
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from redis.exceptions import RedisError

from service.database import unit_transaction
from service.deliveries.rounds.claims import Claimed, claim, let_go, release
from service.errors import LoaError, Unavailable
from service.signing.errors import VerificationError
from service.traces import follow
from workers.delivering.handing_over import HandingOver
from workers.delivering.sending import Sending
from workers.kept.database import AWAY, until_back
from workers.kept.stopping import pause_broadcast
from workers.kept.taking_turns import queue_next
from workers.kept.tools import Tools, tools_of

_log = structlog.get_logger()


async def deliver_chunk(ctx: dict[str, Any], unit_id: int, broadcast_id: int, chunk: int, claims: int) -> None:  # noqa: ARG001 - names the job
    """Sends a chunk; the job. What it has begun goes on when arq cancels it: a lost queue is no reason to leave a parent in
    doubt.

    Nor is a carrier that thinks for minutes one to keep others waiting: who only waits for answers leaves the job's place to
    them.
    """
    tools = tools_of(ctx)
    follow(broadcast_id)
    if tools.stopping.is_set():
        return
    gave_place = asyncio.Event()
    sending = asyncio.create_task(_deliver(tools, unit_id, broadcast_id, chunk, gave_place), name=_name(broadcast_id, chunk))
    tools.sending.add(sending)
    sending.add_done_callback(tools.sending.discard)
    waiting = asyncio.create_task(gave_place.wait())
    try:
        await asyncio.wait({sending, waiting}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
    if sending.done():
        sending.result()
        return
    sending.add_done_callback(_told)
    with suppress(RedisError, OSError):
        await queue_next(tools)


def _told(sending: "asyncio.Task[None]") -> None:
    """Whose job has left its place has nobody else who hears of a mistake."""
    if not sending.cancelled() and (error := sending.exception()) is not None:
        _log.error("deliver.failed", exc_info=error)


def _name(broadcast_id: int, chunk: int) -> str:
    return f"chunk {broadcast_id}/{chunk}"


async def _deliver(tools: Tools, unit_id: int, broadcast_id: int, chunk: int, gave_place: asyncio.Event) -> None:
    try:
        most = tools.settings.messages_per_day
        async with tools.direct.connection() as conn:
            claimed = await claim(
                conn, unit_id=unit_id, broadcast_id=broadcast_id, chunk=chunk, worker=tools.worker, most_a_day=most
            )
    except AWAY:
        # Whether the claim was committed nobody knows.
        await until_back(partial(_let_go, tools, unit_id, broadcast_id, chunk), chunk)
        raise
    if claimed is None:
        return
    try:
        handing_over = await _prepared(tools, claimed)
    except Exception as error:
        # A lease that a living worker does nothing with would last its time.
        await until_back(partial(_release, tools, claimed), chunk)
        if (reason := _pauses_for(error)) is None:
            raise
        _log.error("deliver.cannot_prepare", broadcast=broadcast_id, reason=reason, error=type(error).__name__)
        await pause_broadcast(tools, unit_id, broadcast_id, reason)
        return
    await Sending(tools, claimed, handing_over, gave_place=gave_place).run()
    await until_back(lambda: _release(tools, claimed, handing_over.rests_until()), chunk)
    if handing_over.stop:
        handing_over.stopped()
        await pause_broadcast(tools, unit_id, broadcast_id, handing_over.stop)
    with suppress(RedisError, OSError):  # without Valkey this worker is about to end
        await queue_next(tools)


def _pauses_for(error: Exception) -> str | None:
    """Why a broadcast that cannot be prepared is paused; None where it is only for now, and the chunk takes its turn again."""
    match error:
        case VerificationError():
            return "record.unverified"
        case LoaError() if not isinstance(error, Unavailable):
            return error.code
        case _:
            return None


async def _prepared(tools: Tools, claimed: Claimed) -> HandingOver:
    """What the chunk's deliveries are sent with; asked for once a broadcast, not once a chunk."""
    ids = {each.data_key_id for each in claimed.deliveries}
    content, keys = tools.contents.kept(claimed.record_id), tools.keys.kept(ids)
    if content is None or keys is None:
        # A department's addresses are sealed by its schools' keys: those are read below the acting unit.
        async with unit_transaction(tools.engine, claimed.unit_id, subtree=True) as conn:
            content = await tools.contents.of(conn, claimed.record_id)
            keys = await tools.keys.of(conn, ids)
    return HandingOver(tools, claimed, content, keys)


async def _let_go(tools: Tools, unit_id: int, broadcast_id: int, chunk: int) -> None:
    if sum(each.get_name() == _name(broadcast_id, chunk) for each in tools.sending) > 1:
        return  # it was queued twice, and the other job's lease is good
    async with unit_transaction(tools.engine, unit_id) as conn:
        await let_go(conn, broadcast_id=broadcast_id, chunk=chunk, worker=tools.worker)


async def _release(tools: Tools, claimed: Claimed, rests_until: datetime | None = None) -> None:
    async with tools.direct.connection() as conn:
        await release(conn, claimed, worker=tools.worker, rests_until=rests_until)
