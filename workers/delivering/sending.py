"""A chunk under way: round after round, what came back is recorded and the intent for the next few
committed, then they are called.

One statement a round does both halves and renews the lease, and no connection is held while a provider is called. A killed
process leaves at most its window in `calling`; a stopping one lets what is in flight come home and records it.
"""

import asyncio
import time
from collections import Counter, deque
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from service.database import unit_transaction
from service.deliveries.rounds.claiming import Result, Round, commit_round
from service.deliveries.rounds.claims import Claimed, Waiting, give_place
from workers.carriers import Calls
from workers.channels.base import Outcome, Refused
from workers.delivering.handing_over import HandingOver
from workers.kept.database import AWAY, until_back
from workers.kept.tools import Tools
from workers.kept.window import GROUPS
from workers.pacing import turn_is_over

_TOGETHER = 0.7  # of a group: answers worth a transaction, while others are still in flight
_GATHER = 0.05  # seconds the first answer waits for those behind it
LATEST_CALL = timedelta(seconds=5)
"""From the intent, before it is committed, to the call. A process that was asleep for longer does not call: what it meant to may
since have been found absent and given to another."""
_LATEST_CALL_SECONDS = LATEST_CALL.total_seconds()
RENEW_EVERY = 20.0  # seconds: a hung carrier must not cost the lease
GIVE_PLACE = 5.0
"""Seconds for which a chunk that has nothing more to begin waits for answers in a place that others could have. A relay may think
for ten minutes behind a letter."""


@dataclass(frozen=True, slots=True)
class _Intent:
    """Until when a call may begin. By two clocks: one stands still while the machine sleeps, the other may be set back."""

    clock: datetime
    monotonic: float

    @classmethod
    def now(cls, tools: Tools) -> "_Intent":
        return cls(tools.clock(), time.monotonic())

    def still(self, tools: Tools) -> bool:
        return time.monotonic() - self.monotonic <= _LATEST_CALL_SECONDS and tools.clock() - self.clock <= LATEST_CALL


@dataclass(slots=True)
class Sending:
    """One chunk under way."""

    tools: Tools
    claimed: Claimed
    handing_over: HandingOver
    left: deque[Waiting] = field(init=False)
    group: int = field(init=False)
    flying: dict["asyncio.Task[Outcome]", tuple[int, int, int, Calls[Any]]] = field(default_factory=dict)
    back: list["asyncio.Task[Outcome]"] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    enough: asyncio.Event = field(default_factory=asyncio.Event)
    places: int = 0  # taken of the window and not given back
    renew_every: float = RENEW_EVERY
    place_for: float = GIVE_PLACE
    gave_place: asyncio.Event = field(default_factory=asyncio.Event)
    last_begun: float = 0.0  # by the monotonic clock
    renewed: float = 0.0  # by the monotonic clock
    began: float = 0.0
    lacking: bool = False  # of tokens: the provider takes no more for now

    def __post_init__(self) -> None:
        self.left = deque(self.claimed.deliveries)
        self.group = GROUPS[self.claimed.channel]

    async def run(self) -> None:
        results: list[Result] = []
        self.renewed = self.began = self.last_begun = time.monotonic()
        try:
            while self.left or self.flying or results:
                results = await self._round(results)
        finally:
            if self.flying:  # the database stayed away for too long: they are calls all the same
                await asyncio.wait(self.flying)
            self._hold(0)

    async def _round(self, results: list[Result]) -> list[Result]:
        """Records, marks the next, calls them, and waits for the first answers."""
        calls, next_ones = self._next(len(results))
        if results or next_ones or self._until_renewal() <= 0:
            done, intent = await self._commit(results, next_ones, calls)
            self._hold(len(self.flying) + len(done.attempts))
            if not done.stands or len(done.attempts) < len(next_ones):
                self.left.clear()  # the lease is lost, or the broadcast stopped: begin nothing more
            self._call(next_ones, done, intent, calls)
        elif self.left and not self.flying:
            await self._more()
        if self.flying and not self.left and not self.gave_place.is_set() and self._until_place_is_given() <= 0:
            await self._give_place()
        return await self._answers() if self.flying else []

    async def _give_place(self) -> None:
        """Once; if the database is away the place is kept."""
        with suppress(*AWAY):
            async with unit_transaction(self.tools.engine, self.claimed.unit_id) as conn:
                await give_place(conn, self.claimed, worker=self.tools.worker)
        self.gave_place.set()

    def _until_place_is_given(self) -> float:
        return self.last_begun + self.place_for - time.monotonic()

    async def _more(self) -> None:
        """Waits for tokens or a place, at most until the lease is to be renewed; who is asked to stop waits for neither."""
        more = self.arrived.wait() if self.lacking else self.tools.window.change(self.claimed.channel)
        waiting = {asyncio.ensure_future(more), asyncio.ensure_future(self.tools.stopping.wait())}
        await asyncio.wait(waiting, timeout=max(0.0, self._until_renewal()), return_when=asyncio.FIRST_COMPLETED)
        for each in waiting:
            each.cancel()
        self.arrived.clear()

    def _until_renewal(self) -> float:
        return self.renewed + self.renew_every - time.monotonic()

    def _next(self, freed: int) -> tuple[Calls[Any] | None, list[Waiting]]:
        """Whom to call and what to mark now, in places of our own that this round frees and in others as far as
        the channel's share goes.
        """
        over = turn_is_over(time.monotonic() - self.began, lacking=self.lacking)
        turn = self.handing_over.turn(len(self.left)) if self.left and not over and not self.tools.stopping.is_set() else None
        if turn is None:
            self.left.clear()
            return None, []
        window, channel = self.tools.window, self.claimed.channel
        places = window.take(channel, min(turn.count, self.group - len(self.flying)), freed=freed)
        count = self.tools.pacing.allowance(turn.provider.name, self.handing_over.cost, places, self.arrived)
        self.lacking = count < places
        taken, used = max(0, places - freed), max(0, count - freed)
        self.places += used
        if used < taken:
            window.give_back(channel, taken - used)
        if turn.is_trial:  # left to chance, or one that is always refused would be it for ever
            self.left.rotate(self.handing_over.chance.randrange(len(self.left)))
        return turn.begin() if count else None, [self.left.popleft() for _ in range(count)]

    def _hold(self, places: int) -> None:
        """Gives back what is held beyond so many."""
        self.tools.window.give_back(self.claimed.channel, self.places - places)
        self.places = places

    async def _commit(self, results: list[Result], next_ones: list[Waiting], calls: Calls[Any] | None) -> tuple[Round, _Intent]:
        """One statement.

        If a commit's answer was lost, the intents of this round are marked already and will not be marked again: they were never
        called, and end as what they are, in doubt.
        """

        async def once() -> tuple[Round, _Intent]:
            intent = _Intent.now(self.tools)  # before the transaction: its end may be heard of late
            async with self.tools.direct.connection() as conn:
                done = await commit_round(
                    conn,
                    self.claimed,
                    worker=self.tools.worker,
                    now=intent.clock,
                    results=results,
                    call=[each.number for each in next_ones],
                    provider=calls.provider.name if calls else None,
                )
            return done, intent

        done, intent = await until_back(once, self.claimed.chunk, self.tools.unrecorded if results else None)
        self.renewed = intent.monotonic
        return done, intent

    def _call(self, marked: list[Waiting], done: Round, intent: _Intent, calls: Calls[Any] | None) -> None:
        if calls and not done.attempts:
            calls.withdraw()
        loop = asyncio.get_running_loop()  # asks the system who it is, each time
        for each in marked:
            if calls and (attempt := done.attempts.get(each.number)) is not None:
                task = loop.create_task(self._send(each, attempt, intent, calls))
                self.flying[task] = (each.number, attempt, done.returned[each.number], calls)
                self.last_begun = intent.monotonic
                task.add_done_callback(self._home)

    def _home(self, task: "asyncio.Task[Outcome]") -> None:
        self.back.append(task)
        self.arrived.set()
        if len(self.back) >= min(_TOGETHER * self.group, len(self.flying)):
            self.enough.set()

    async def _send(self, each: Waiting, attempt: int, intent: _Intent, calls: Calls[Any]) -> Outcome:
        if not intent.still(self.tools):
            calls.withdraw()
            return Refused("asleep", "temporary")
        return await self.handing_over.send(each, attempt, calls)

    async def _answers(self) -> list[Result]:
        """Waits for the first answer, and a little for those behind it;
        none when there is something else to do before one comes.
        """
        patience = self._until_renewal()
        if not self.left and not self.gave_place.is_set():
            patience = min(patience, self._until_place_is_given())
        try:
            await asyncio.wait_for(self.arrived.wait(), max(0.0, patience))
        except TimeoutError:
            return []
        if self.back:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.enough.wait(), _GATHER)
        back, self.back = self.back, []
        self.arrived.clear()
        self.enough.clear()
        results = [self._result(task, *self.flying.pop(task)) for task in back]
        for becomes, how_many in Counter([result.becomes for result in results]).items():
            self.tools.meters.attempts.labels(self.tools.lane, self.claimed.channel, becomes).inc(how_many)
        return results

    def _result(self, task: "asyncio.Task[Outcome]", number: int, attempt: int, returned: int, calls: Calls[Any]) -> Result:
        return self.handing_over.result(number, attempt, returned, calls, task.exception() or task.result())
