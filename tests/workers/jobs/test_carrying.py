"""A chunk and its providers: nothing is marked while none may be called, doubt is asked for where the message was sent, and a
channel nobody carries is said so.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from service.clock import Clock
from service.deliveries.rounds.reconciling import CALL_ENDS
from tests.workers.jobs.conftest import Bench, Carrier
from workers.carriers import Circuit, Provider, Route
from workers.channels.base import Accepted, Outcome, Refused, Unknown
from workers.delivering.job import deliver_chunk
from workers.kept.tools import Tools
from workers.rounds.reconciling import accounts_since, reconcile


class Answering(Carrier):
    """Answers as told, and has taken nothing."""

    answer: Outcome = Unknown("timeout")

    async def send(self, to: str, *_: object) -> Outcome:
        self.taken.append(to)
        return self.answer

    async def find(self, to: str, *_: object) -> Accepted | None:
        self.asked.append(to)
        return None

    async def listed_until(self) -> datetime | None:
        return datetime.now(UTC) + timedelta(days=1)


def route(**channels: Any) -> Route[Any]:
    return Route([Provider(name, channel, Circuit(name)) for name, channel in channels.items()])


async def deliver(bench: Bench, tools: Tools, chunk: int = 0) -> None:
    await bench.beat()
    await deliver_chunk({"tools": tools}, bench.approved.unit_id, bench.approved.broadcast_id, chunk, 0)


async def test_a_channel_nobody_carries_pauses_the_warning_and_fails_nobody(bench: Bench) -> None:
    await deliver(bench, replace(bench.tools, sms=route()))
    assert await bench.state() == ("paused", "channel.not_set_up")
    assert await bench.approved.states() == {"waiting": 5}


async def test_with_every_circuit_open_nothing_is_marked_and_all_its_chunks_rest(bench: Bench) -> None:
    by = route(twilio=bench.carrier)
    turn = by.turn(0, 5)
    assert turn is not None
    calls = turn.begin()
    for _ in range(5):
        by.heard(0, calls, Refused("connect", "temporary"))
    await bench.approved.run(
        "INSERT INTO delivery_chunks (broadcast_id, chunk, unit_id, lane, channel, first_number, last_number, waiting)"
        " SELECT broadcast_id, 7, unit_id, lane, channel, 1, 1, 1 FROM delivery_chunks WHERE chunk = 0"
    )

    await deliver(bench, replace(bench.tools, sms=by))

    assert bench.carrier.taken == []
    rows = await bench.approved.rows("SELECT DISTINCT state, attempt, provider FROM deliveries")
    assert [tuple(row) for row in rows] == [("waiting", 0, None)], "no attempt is spent"
    rows = await bench.approved.rows(
        "SELECT channel, holder IS NULL AS free, not_before > now() AS rests FROM delivery_chunks ORDER BY chunk"
    )
    assert [tuple(row) for row in rows] == [("sms", True, True), ("email", True, None), ("sms", True, True)]
    assert await bench.state() == ("sending", None)


async def test_the_intent_names_its_provider_and_doubt_is_asked_for_there_only(bench: Bench) -> None:
    first, second = Answering(), Answering()
    by = route(twilio=first, **{"twilio-2": second})
    tools = replace(bench.tools, sms=by)
    await deliver(bench, tools)
    rows = await bench.approved.rows("SELECT DISTINCT state, provider FROM deliveries WHERE channel = 'sms'")
    assert [tuple(row) for row in rows] == [("uncertain", "twilio")]
    bench.clock.ahead += CALL_ENDS + timedelta(seconds=5)
    await reconcile(tools)
    assert (len(first.asked), len(second.asked)) == (3, 0)


@pytest.mark.parametrize("provider", [None, "twilio-9"])
async def test_where_nobody_knows_who_was_called_only_what_none_of_all_has_is_absent(bench: Bench, provider: str | None) -> None:
    first, second = Answering(), Carrier()  # the second cannot be asked
    tools = replace(bench.tools, sms=route(twilio=first, **{"twilio-2": second}))
    await deliver(bench, tools)
    await bench.approved.run("UPDATE deliveries SET provider = :provider WHERE channel = 'sms'", provider=provider)
    bench.clock.ahead += CALL_ENDS + timedelta(seconds=5)
    await reconcile(tools)
    assert (len(first.asked), len(second.asked)) == (3, 3)
    rows = await bench.approved.rows("SELECT DISTINCT state, absences FROM deliveries WHERE channel = 'sms'")
    assert [tuple(row) for row in rows] == [("uncertain", 0)]


@pytest.mark.parametrize(("provider", "absences"), [(None, 1), ("twilio", 1), ("twilio-9", 0)])
async def test_that_others_lack_it_says_nothing_of_a_provider_that_is_set_up_no_longer(
    bench: Bench, provider: str | None, absences: int
) -> None:
    tools = replace(bench.tools, sms=route(twilio=Answering(), **{"twilio-2": Answering()}))
    await deliver(bench, tools)
    await bench.approved.run("UPDATE deliveries SET provider = :provider WHERE channel = 'sms'", provider=provider)
    bench.clock.ahead += CALL_ENDS + timedelta(seconds=5)
    await reconcile(tools)
    rows = await bench.approved.rows("SELECT DISTINCT state, absences FROM deliveries WHERE channel = 'sms'")
    assert [tuple(row) for row in rows] == [("uncertain", absences)]


async def test_what_one_provider_refuses_waits_for_the_next_and_ends_no_delivery(bench: Bench) -> None:
    first = Answering()
    first.answer = Refused("twilio.21617", "content")
    tools = replace(bench.tools, sms=route(twilio=first, **{"twilio-2": bench.carrier}))
    await deliver(bench, tools)
    rows = await bench.approved.rows("SELECT DISTINCT state, reason FROM deliveries WHERE channel = 'sms'")
    assert [tuple(row) for row in rows] == [("waiting", "twilio.21617")]
    await deliver(bench, tools)
    rows = await bench.approved.rows("SELECT DISTINCT state, provider FROM deliveries WHERE channel = 'sms'")
    assert [tuple(row) for row in rows] == [("accepted", "twilio-2")]
    assert await bench.state() == ("sending", None)


class Lagging(Carrier):
    """Has taken everything at once, and lists what it took only `lag` later; its answers are lost and its receipts late."""

    lag = timedelta(minutes=15)

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock
        self.made: dict[str, datetime] = {}

    async def send(self, to: str, *_: object) -> Outcome:
        self.taken.append(to)
        self.made.setdefault(to, self.clock())
        return Unknown("timeout")

    async def find(self, to: str, *_: object) -> Accepted | None:
        return Accepted(f"SM{to[1:]}") if to in self.made and self.clock() - self.made[to] >= self.lag else None

    async def listed_until(self) -> datetime | None:
        listed = [at for at in self.made.values() if self.clock() - at >= self.lag]
        return max(listed, default=None)


async def _reconciled(bench: Bench, tools: Tools, minutes: int) -> dict[str, int]:
    """What the SMS are after so many minutes more of asking the list."""
    for _ in range(minutes * 2):
        bench.clock.ahead += timedelta(seconds=30)
        await reconcile(tools)
    rows = await bench.approved.rows("SELECT state, count(*) FROM deliveries WHERE channel = 'sms' GROUP BY state")
    return {row.state: row.count for row in rows}


async def test_a_list_that_is_a_quarter_of_an_hour_behind_sends_nobody_a_second_message(bench: Bench) -> None:
    carrier = Lagging(bench.clock)
    tools = replace(bench.tools, sms=route(twilio=carrier))
    await deliver(bench, tools)
    carrier.made["+84911111111"] = bench.clock() + timedelta(minutes=1)  # another message of ours, a minute later
    assert await _reconciled(bench, tools, 14) == {"uncertain": 3}
    assert await _reconciled(bench, tools, 6) == {"accepted": 3}
    assert len(carrier.taken) == 3


async def test_a_list_that_shows_nothing_later_proves_nothing_however_long_it_is_asked(bench: Bench) -> None:
    carrier = Lagging(bench.clock)
    tools = replace(bench.tools, sms=route(twilio=carrier))
    await deliver(bench, tools)
    called = carrier.made.copy()
    carrier.made = {"+84911111111": bench.clock() - timedelta(minutes=1)}  # what it lists is older, and what was called it lacks
    assert await _reconciled(bench, tools, 60) == {"uncertain": 3}
    carrier.made |= called
    assert await _reconciled(bench, tools, 11) == {"accepted": 3}


async def test_the_list_of_an_account_that_took_anothers_place_proves_nothing_of_the_others_calls(bench: Bench) -> None:
    """Somebody whose account is blocked amid a warning puts another's number into the same setting."""

    def under(account: str) -> Tools:
        return replace(bench.tools, sms=Route([Provider("twilio", Answering(), Circuit("twilio"), account=account)]))

    await accounts_since(under("old"))
    await deliver(bench, under("old"))
    bench.clock.ahead += timedelta(minutes=1)
    await accounts_since(under("new"))
    with capture_logs() as told:
        assert await _reconciled(bench, under("new"), 30) == {"uncertain": 3}
    assert {why for line in told if line["event"] == "reconcile.asked" for why in line["why"]} == {"account.other"}
    await bench.approved.run("UPDATE deliveries SET called_at = :at WHERE state = 'uncertain'", at=bench.clock())
    assert await _reconciled(bench, under("new"), 30) == {"waiting": 3}


async def test_what_a_list_lacks_that_shows_what_came_later_waits_again_after_minutes(bench: Bench) -> None:
    carrier = Answering()  # its list reaches as far as one likes
    tools = replace(bench.tools, sms=route(twilio=carrier))
    await deliver(bench, tools)
    assert await _reconciled(bench, tools, 9) == {"uncertain": 3}
    assert await _reconciled(bench, tools, 5) == {"waiting": 3}
    carrier.answer = Accepted("SM1")
    await deliver(bench, tools)
    assert await _reconciled(bench, tools, 0) == {"accepted": 3}
