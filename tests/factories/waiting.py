"""Waiting for what somebody else does: for a state, never for a time.
Nowhere else in the tests is slept (`test_no_sleeping` holds it).
"""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

T = TypeVar("T")
_EVERY = 0.01


def wait_for(what: str, probe: Callable[[], T | None], seconds: float, every: float = 0.05) -> T:
    """Asks `probe` every so many seconds until its answer is true; that answer.
    Raises AssertionError with `what` after `seconds`.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := probe():
            return answer
        time.sleep(every)
    raise AssertionError(f"{what}: not within {seconds} s")


@overload
async def until(what: str, probe: Callable[[], Awaitable[T | None]], seconds: float = 20, every: float = _EVERY) -> T: ...
@overload
async def until(what: str, probe: Callable[[], T | None], seconds: float = 20, every: float = _EVERY) -> T: ...
async def until(what: str, probe: Callable[[], Any], seconds: float = 20, every: float = _EVERY) -> Any:
    """As `wait_for`, for a `probe` that may be a coroutine function."""
    deadline = time.monotonic() + seconds
    while True:
        answer = await _answer(probe)
        if answer:
            return answer
        if time.monotonic() >= deadline:
            raise AssertionError(f"{what}: not within {seconds} s")
        await asyncio.sleep(every)


async def stays(what: str, probe: Callable[[], object], seconds: float, every: float = 0.05) -> None:
    """Asks for so many seconds whether `probe` is still true: for what must not come, and leaves no other trace than itself.

    Raises AssertionError with `what` as soon as it is not.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert await _answer(probe), what
        await asyncio.sleep(every)
    assert await _answer(probe), what


async def at_rest(what: str, probe: Callable[[], Awaitable[T]], seconds: float, within: float = 30) -> T:
    """The answer of `probe` once it has been the same for so many seconds."""
    deadline, since, last = time.monotonic() + within, time.monotonic(), await probe()
    while time.monotonic() - since < seconds:
        assert time.monotonic() < deadline, f"{what}: not within {within} s"
        await asyncio.sleep(seconds / 10)
        if (now := await probe()) != last:
            last, since = now, time.monotonic()
    return last


async def takes(seconds: float) -> None:
    """How long an invented person or carrier takes for a step. Never for waiting until the code under test has done something."""
    await asyncio.sleep(max(0.0, seconds))


async def a_turn() -> None:
    """Lets everybody else on this loop have one turn; no time passes."""
    await asyncio.sleep(0)


async def somebody_waits(engine: AsyncEngine) -> None:
    """Returns once a transaction waits for another's lock."""

    async def waiting() -> bool:
        async with engine.connect() as conn:
            return bool((await conn.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))).scalar_one())

    await until("somebody waits for a lock", waiting, 10)


async def _answer(probe: Callable[[], Any]) -> Any:
    answer = probe()
    return await answer if inspect.isawaitable(answer) else answer
