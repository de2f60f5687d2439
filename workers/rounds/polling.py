"""Receipts that never came: the provider is asked, slowly, an hour after the message left and once more five hours later; and
after five minutes where most of a chunk is silent and the first few of it turn out to have been spoken of: their receipts are
lost.
"""

import asyncio
from collections.abc import Sequence

import structlog

from service.database import unit_transaction
from service.deliveries.answers.senders import OTHER_SENDER
from service.deliveries.rounds.polling import Answer, Silent, SilentChunk, note_answers, note_polled, silent, silent_chunks
from service.traces import following
from workers.carriers import Provider
from workers.channels.base import CannotList, Said, SmsChannel
from workers.kept.stopping import is_other_sender
from workers.kept.tools import Tools

_log = structlog.get_logger()
_CHUNKS = 20
_TOGETHER = 50
_SAMPLE = 10
SPACING = 0.1
"""Seconds between two questions: 10 a second of all workers together, for it is one of them that asks."""


async def poll(tools: Tools, *, spacing: float = SPACING) -> None:
    """Asks for receipts that never came, one round: some chunks, each whole. A provider that does not answer ends the round; the
    next begins where it ended.
    """
    if not tools.sms.providers:
        return
    async with unit_transaction(tools.engine, None) as conn:
        chunks = await silent_chunks(conn, now=tools.clock(), at_most=_CHUNKS)
    for chunk in chunks:
        with following(chunk.broadcast_id):
            if tools.stopping.is_set() or not await _poll_chunk(tools, chunk, spacing):
                return


async def _poll_chunk(tools: Tools, chunk: SilentChunk, spacing: float) -> bool:
    """Whether the provider answered for all of it."""
    lost = not chunk.soon  # or nobody knows yet
    while True:
        async with unit_transaction(tools.engine, chunk.unit_id) as conn:
            cases = await silent(conn, chunk, now=tools.clock(), at_most=_TOGETHER if lost else _SAMPLE)
            if not cases:
                await note_polled(conn, chunk, now=tools.clock())
                return True
        asking = []
        for case in cases:
            providers = [each for each in tools.sms.named(case.provider) if each.can.fetch]
            asking.append(asyncio.create_task(_ask(providers, case)))
            if providers:  # of others there is nobody to ask: what they said is all that will be known
                await asyncio.sleep(spacing)
        said = await asyncio.gather(*asking, return_exceptions=True)
        asked = [case for case, answer in zip(cases, said, strict=True) if not isinstance(answer, BaseException)]
        answers = [
            Answer(case, answer.becomes, answer.code)
            for case, answer in zip(cases, said, strict=True)
            if isinstance(answer, Said) and answer.becomes and answer.is_final  # what else it says is no news
        ]
        others = [
            Answer(case, OTHER_SENDER, None)
            for case, answer in zip(cases, said, strict=True)
            if isinstance(answer, Said) and is_other_sender(tools, case.provider, answer.sender)
        ]
        async with unit_transaction(tools.engine, chunk.unit_id) as conn:
            await note_answers(conn, chunk, asked, [*others, *answers], now=tools.clock())
        counted = {"final": len(answers), "silent": len(asked) - len(answers), "unanswered": len(cases) - len(asked)}
        for answer, how_many in counted.items():
            tools.meters.polls.labels(answer).inc(how_many)
        _log.info("receipts.polled", broadcast=chunk.broadcast_id, chunk=chunk.chunk, **counted)
        for error in said:
            if isinstance(error, BaseException) and not isinstance(error, CannotList):
                _log.error("receipts.cannot_poll", broadcast=chunk.broadcast_id, error=type(error).__name__)
        if len(asked) < len(cases):
            return False
        if not lost and not answers:  # the carrier has no news either: it is not for want of receipts
            async with unit_transaction(tools.engine, chunk.unit_id) as conn:
                await note_polled(conn, chunk, now=tools.clock())
            return True
        lost = True


async def _ask(providers: Sequence[Provider[SmsChannel]], case: Silent) -> Said | None:
    """None: none of the providers that it may be of knows it (any more)."""
    for provider in providers:
        if (told := await provider.channel.fetch(case.provider_id)) is not None:
            return told
    return None
