"""The buckets that all workers share, in a real Valkey: never above the rate, urgent before bulk,
and no burst out of any trouble.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import pytest
from redis.asyncio import Redis

from service.outbox import Lane
from tests.factories.waiting import a_turn, takes, until
from workers.channels.base import Refused
from workers.pacing import AHEAD, LEASE, Pacing
from workers.retries import asks_to_slow_down

RATE = 200.0


class Worker:
    """One worker's pacing, its loop running, and what it was granted."""

    def __init__(self, redis: Redis, lane: Lane, rate: float = RATE) -> None:
        self.pacing = Pacing(redis, lane, {"sms": rate})
        self.granted = 0  # segments
        self.task = asyncio.create_task(self.pacing.keep())

    async def take(self, messages: int, cost: int = 1, at_once: int = 25) -> None:
        """Takes tokens for so many messages, as a chunk does."""
        more = asyncio.Event()
        while messages:
            more.clear()
            got = self.pacing.allowance("sms", cost, min(messages, at_once), more)
            messages -= got
            self.granted += got * cost
            if not got:
                await more.wait()
            else:
                await a_turn()

    async def stop(self) -> None:
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task


Workers = Callable[..., Worker]


@pytest.fixture
async def redis(valkey_url: str) -> AsyncIterator[Redis]:
    async with Redis(unix_socket_path=valkey_url.removeprefix("unix://")) as made:
        await made.flushall()
        yield made


@pytest.fixture
async def workers(redis: Redis) -> AsyncIterator[Workers]:
    made: list[Worker] = []

    def worker(lane: Lane = "bulk", rate: float = RATE, through: Redis = redis) -> Worker:
        made.append(Worker(through, lane, rate))
        return made[-1]

    yield worker
    for each in made:
        await each.stop()


async def _seconds(*what: Awaitable[None]) -> float:
    began = asyncio.get_running_loop().time()
    await asyncio.gather(*what)
    return asyncio.get_running_loop().time() - began


@pytest.mark.parametrize("cost", [1, 3])
async def test_workers_together_are_granted_no_more_than_the_rate(workers: Workers, cost: int) -> None:
    messages = int(RATE) // cost
    took = await _seconds(*(workers(lane).take(messages, cost) for lane in ("urgent", "bulk", "urgent")))
    assert took >= 3 * messages * cost / RATE - AHEAD["urgent"]
    assert took < 3 * messages * cost / RATE + 2, "and not much less"


async def test_a_message_that_costs_more_than_a_second_is_sent_all_the_same(workers: Workers) -> None:
    assert await _seconds(workers("urgent", rate=2).take(3, cost=6)) < 9


async def test_urgent_gets_all_there_is_while_it_lacks_tokens(workers: Workers) -> None:
    bulk, urgent = workers("bulk"), workers("urgent")
    sending = asyncio.create_task(bulk.take(100_000))
    await until("bulk is sending", lambda: bulk.granted >= RATE / 2)
    await urgent.take(int(RATE * (AHEAD["urgent"] - AHEAD["bulk"])))  # what is kept free for it
    before = bulk.granted
    await urgent.take(int(RATE * 2))
    assert bulk.granted - before <= RATE * LEASE / 4, "no more than what it held"
    await until("then it goes on", lambda: bulk.granted >= before + RATE, 5)
    sending.cancel()


async def test_urgent_comes_first_also_where_a_message_costs_more_than_may_wait(workers: Workers) -> None:
    bulk, urgent = workers("bulk", rate=20), workers("urgent", rate=20)
    sending = asyncio.create_task(bulk.take(100, cost=42))
    await until("bulk is sending", lambda: bulk.granted)
    before = bulk.granted
    await urgent.take(3, cost=42, at_once=1)
    sending.cancel()
    assert bulk.granted == before


async def test_bulk_goes_on_beside_a_trickle_of_urgent_messages(workers: Workers) -> None:
    bulk, urgent = workers("bulk"), workers("urgent")

    async def trickle() -> None:
        while True:
            await urgent.take(2)
            await takes(0.02)  # half the rate

    trickling = asyncio.create_task(trickle())
    async with asyncio.timeout(60):
        await bulk.take(int(RATE))
    trickling.cancel()
    assert 0 < urgent.granted < 2 * RATE, "bulk had no less than a third of what was granted meanwhile"


async def test_an_urgent_message_finds_room_at_once_however_long_bulk_has_been_sending(workers: Workers) -> None:
    bulk, urgent = workers("bulk"), workers("urgent")
    sending = asyncio.create_task(bulk.take(100_000))
    await until("bulk has long been sending", lambda: bulk.granted >= RATE * (AHEAD["bulk"] + 0.5))
    assert await _seconds(urgent.take(1)) < 0.2
    sending.cancel()


@pytest.mark.parametrize("lane", ["urgent", "bulk"])
async def test_a_wiped_valkey_gives_no_burst(workers: Workers, redis: Redis, lane: Lane) -> None:
    sending = workers(lane)

    async def wipe() -> None:
        while True:
            await redis.flushall()
            await takes(0.1)

    await sending.take(int(RATE * AHEAD[lane]))
    wiping = asyncio.create_task(wipe())
    took = await _seconds(sending.take(int(RATE)))
    wiping.cancel()
    assert took > 0.9


async def test_without_valkey_each_worker_has_its_share(workers: Workers) -> None:
    nowhere = Redis(unix_socket_path="/nowhere/valkey.sock")
    one = workers("urgent", through=nowhere)
    one.pacing.workers = 2
    took = await _seconds(one.take(int(RATE)))
    assert 1.5 < took < 4, "half of the rate, nothing saved up"


async def test_a_valkey_that_hangs_delays_nobody_for_ever(workers: Workers) -> None:
    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1000):
            pass
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    async with server, Redis(port=server.sockets[0].getsockname()[1]) as hanging:
        one = workers("urgent", through=hanging)
        one.pacing.workers = 1
        assert await _seconds(one.take(int(RATE))) < 4
        await one.stop()


async def test_one_worker_that_is_too_fast_slows_all_down_and_they_recover(workers: Workers, redis: Redis) -> None:
    first, second = workers("urgent"), workers("urgent")
    await first.take(int(RATE * AHEAD["urgent"]))
    first.pacing.slow_down("sms")
    await until("all are told", lambda: redis.exists("loa:pace:sms:slow"))
    took = await _seconds(second.take(int(RATE)))
    assert took > 1.5, "half the rate, and a little more every second"
    assert await redis.hget("loa:pace:sms:slow", "share") == b"0.5"  # type: ignore[misc]
    assert 0 < await redis.pttl("loa:pace:sms:slow") <= 60_000


_AN_HOUR = 3_600_000
_DO = "return redis.call(unpack(ARGV))"


@pytest.mark.parametrize(
    "of_another_clock",
    [  # Valkey's clock was set back an hour, or somebody put there what he liked
        ("SET", "loa:pace:sms:busy", "{later}", "PX", _AN_HOUR),
        ("SET", "loa:pace:sms:busy", "inf"),
        ("SET", "loa:pace:sms:busy", "nan"),
        ("SET", "loa:pace:sms:busy", "-inf"),
        ("SET", "loa:pace:sms:busy", "no number"),
        ("SET", "loa:pace:sms:urgent", "1", "PX", _AN_HOUR),
        ("SET", "loa:pace:sms:urgent", "1"),
        ("HSET", "loa:pace:sms:slow", "share", "0", "at", "{later}"),
        ("HSET", "loa:pace:sms:slow", "share", "0.5", "at", "{later}"),
        ("HSET", "loa:pace:sms:slow", "share", "nan", "at", "nan"),
        ("HSET", "loa:pace:sms:slow", "share", "-9", "at", "0"),
        ("HSET", "loa:pace:sms:slow", "share", "9000", "at", "0"),
        ("HSET", "loa:pace:sms:slow", "share", "x"),
        ("LPUSH", "loa:pace:sms:busy", "1"),
        ("SET", "loa:pace:sms:slow", "1"),
    ],
)
async def test_whatever_stands_in_the_bucket_neither_stops_nor_bursts(
    workers: Workers, redis: Redis, of_another_clock: tuple[str | int, ...]
) -> None:
    seconds, micros = await redis.time()
    later = seconds * 1_000_000 + micros + _AN_HOUR * 1000
    await redis.eval(_DO, 0, *(str(each).format(later=later) for each in of_another_clock))  # type: ignore[misc]
    bulk = workers("bulk")
    bulk.pacing.workers = 1
    async with asyncio.timeout(6):
        took = await _seconds(bulk.take(int(RATE * 2)))
    assert took > 2 - AHEAD["bulk"] - 0.2


async def test_what_has_no_bucket_is_not_paced() -> None:
    assert Pacing(None, "bulk", {}).allowance("notice", 1, 40, asyncio.Event()) == 40


@pytest.mark.parametrize("code", ["twilio.20429", "twilio.21611", "twilio.30001", "smtp.421", "smtp.mail.451.4.7.1"])
def test_these_codes_ask_to_slow_down(code: str) -> None:
    assert asks_to_slow_down(Refused(code, "temporary"))


@pytest.mark.parametrize("code", ["twilio.21211", "smtp.550", "smtp.452.4.2.2", "smtp.451.4.7.1", "http.400", "asleep"])
def test_these_do_not(code: str) -> None:
    assert not asks_to_slow_down(Refused(code, "temporary"))
