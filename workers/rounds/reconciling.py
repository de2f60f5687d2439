"""SMS in doubt, looked for in the provider's message list."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from service.database import fetch_all, unit_transaction
from service.deliveries import ACCOUNT_SINCE
from service.deliveries.rounds.reconciling import Doubtful, absent, doubtful, found, leave_to_a_person, unanswered
from service.deliveries.rounds.sweeping import doubtful_chunks
from service.traces import following
from workers.channels.base import Accepted, CannotList, SmsChannel
from workers.kept.stopping import is_other_sender, stop_for_sender
from workers.kept.tools import Tools

_log = structlog.get_logger()
_AT_ONCE = 10


class _NoList(Exception):
    """The carrier that was called, or may have been, has no list to look into."""


@dataclass(frozen=True, slots=True)
class _Lists:
    """Of each provider: since when its list is the present account's, and how far it reaches."""

    since: Mapping[str, datetime]
    reach: Mapping[str, datetime | None]


async def reconcile(tools: Tools) -> None:
    """Looks once at every chunk that has SMS in doubt."""
    if not tools.sms.providers:
        return
    async with tools.direct.connection() as conn:
        chunks = await doubtful_chunks(conn, now=tools.clock())
    if not chunks:
        return
    since, reach = await accounts_since(tools), await _reach(tools)
    for unit_id, broadcast_id, chunk in chunks:
        with following(broadcast_id):
            await _reconcile_chunk(tools, unit_id, broadcast_id, chunk, _Lists(since, reach))


async def accounts_since(tools: Tools) -> Mapping[str, datetime]:
    """Asks since when each provider's name has stood for the account that it stands for. To be asked at a worker's start, too:
    before it calls.
    """
    async with tools.direct.connection() as conn:
        return {
            each.name: (await fetch_all(conn, ACCOUNT_SINCE, each.name, each.account, tools.clock()))[0][0]
            for each in tools.sms.providers
        }


async def _reach(tools: Tools) -> Mapping[str, datetime | None]:
    """How far each provider's list reaches: when the newest message that it shows was created.
    Asked before anything is missed in it.
    """

    async def of(channel: SmsChannel) -> datetime | None:
        try:
            return await channel.listed_until()
        except CannotList:
            return None

    listing = [provider for provider in tools.sms.providers if provider.can.listing]
    reaches = await asyncio.gather(*(of(provider.channel) for provider in listing))
    return {provider.name: reach for provider, reach in zip(listing, reaches, strict=True)}


async def _reconcile_chunk(tools: Tools, unit_id: int, broadcast_id: int, chunk: int, lists: _Lists) -> None:
    asked_at = tools.clock()
    async with unit_transaction(tools.engine, unit_id, subtree=True) as conn:
        cases = await doubtful(conn, broadcast_id, chunk, now=asked_at)
        keys = await tools.keys.of(conn, {case.data_key_id for case in cases})
    if not cases:
        return
    places = asyncio.Semaphore(_AT_ONCE)

    async def ask(case: Doubtful) -> tuple[str, Accepted] | None:
        async with places:
            address = keys[case.data_key_id].unseal(case.address_sealed, "sms")
            return await _ask(tools, case, address, lists)

    answers = await asyncio.gather(*(ask(case) for case in cases), return_exceptions=True)
    has: dict[int, str] = {}
    other = False
    has_not: list[int] = []
    unknown: list[int] = []
    unlisted: list[int] = []
    why: set[str] = set()
    for case, answer in zip(cases, answers, strict=True):
        if isinstance(answer, tuple):
            name, message = answer
            has[case.number] = message.provider_id
            other |= is_other_sender(tools, name, message.sender)
        elif answer is None:
            has_not.append(case.number)
        elif isinstance(answer, _NoList):
            unlisted.append(case.number)
        else:  # one that cannot be asked for must not hold up the rest
            unknown.append(case.number)
            if isinstance(answer, CannotList):
                why.add(answer.reason)
            else:
                _log.error("reconcile.cannot_ask", broadcast=broadcast_id, chunk=chunk, error=type(answer).__name__)
    async with unit_transaction(tools.engine, unit_id) as conn:
        await found(conn, broadcast_id, has, now=tools.clock())
        settles = timedelta(seconds=tools.settings.sms_absent_after)
        await absent(conn, broadcast_id, has_not, asked_at=asked_at, settles=settles)
        await unanswered(conn, broadcast_id, unknown, asked_at=asked_at)
        await leave_to_a_person(conn, broadcast_id, unlisted)
    if other:
        await stop_for_sender(tools, unit_id, broadcast_id)
    counted = {"found": len(has), "absent": len(has_not), "unknown": len(unknown), "unlisted": len(unlisted)}
    _log.info("reconcile.asked", broadcast=broadcast_id, chunk=chunk, **counted, why=sorted(why))


async def _ask(tools: Tools, case: Doubtful, address: str, lists: _Lists) -> tuple[str, Accepted] | None:
    """The message and whose it is; None where it is known to be nobody's. Raises `CannotList`."""
    number = tools.numbers.written(case.number)
    # The one that was called; where that is not known, what none of all has is absent.
    asked = tools.sms.named(case.provider)
    for provider in asked:
        if provider.can.listing and (found_as := await provider.channel.find(address, case.since, number)):
            return provider.name, found_as
    if case.provider is not None and all(provider.name != case.provider for provider in asked):
        raise CannotList("provider.not_set_up")  # any more: it may have it all the same
    if not all(provider.can.listing for provider in asked):
        raise _NoList  # a receipt settles it, or a person
    for provider in asked:
        if case.called_at < lists.since[provider.name]:
            raise CannotList("account.other")  # was called, under this name
        until = lists.reach[provider.name]
        if until is None or until < case.caught_up:
            raise CannotList("list.behind")  # it may have it, and not show it yet
    return None
