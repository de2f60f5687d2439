"""Relays that end connections, think for long, ask strangers to come again or hang up:
what becomes of letters, and over how many connections.
"""

import asyncio
import contextlib
import socket
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
import uvloop

from service.carriers.smtp import Step, outcome_of_reply
from service.deliveries.answers.reasons import in_words
from tests.factories import waiting
from tests.factories.ports import free_port
from tests.factories.rude_smtp import HANG_UP, RudeSmtp, Talk, after, listening
from tests.factories.waiting import takes
from tests.workers.channels.test_email_smtp import SENDER, letter
from workers.channels.base import Accepted, Outcome, Refused, Unknown
from workers.channels.email_smtp import EmailSmtp

HUNG_UP_BEHIND = "\r\n"  # behind a reply


@asynccontextmanager
async def sending_to(relay: RudeSmtp, *, host: str = "127.0.0.1", **settings: object) -> AsyncIterator[EmailSmtp]:
    given = {"timeout": 2.0, "letters": 100, **settings}
    username = str(given.pop("username", ""))
    async with listening(relay) as port:
        channel = EmailSmtp(host, port, username, "secret" if username else "", "none", SENDER, **given)  # type: ignore[arg-type]
        yield channel
        await channel.close()


async def send(channel: EmailSmtp, many: int, name: str = "p") -> list[Outcome]:
    addresses = [f"{name}{n}@d{n % 7}.example" for n in range(many)]
    return list(await asyncio.gather(*(channel.send(to, letter(to)) for to in addresses)))


async def one_by_one(channel: EmailSmtp, many: int, name: str = "p") -> list[Outcome]:
    return [await channel.send(to, letter(to)) for to in (f"{name}{n}@d{n % 7}.example" for n in range(many))]


QUOTAS = {
    "452 too many, and stays": {"MAIL": after(5, "452 4.5.3 Too many messages on this connection")},
    "451 of a provider": {"MAIL": after(5, "451 4.7.0 too many mails in this session")},
    "450": {"MAIL": after(5, "450 message limit per connection")},
    "452 4.4.5": {"MAIL": after(5, "452 4.4.5 system busy")},
    "421 at MAIL": {"MAIL": after(5, "421 4.7.0 Maximum message count per session reached" + HUNG_UP_BEHIND)},
    "421 at RCPT": {"RCPT": after(5, "421 4.7.0 session limit" + HUNG_UP_BEHIND)},
    "421 at RCPT, and stays": {"RCPT": after(5, "421 4.7.0 session limit")},
    "too many recipients": {"RCPT": after(5, "452 4.5.3 Too many recipients")},
    "421 at DATA": {"DATA": after(5, "421 4.3.0 shutting down" + HUNG_UP_BEHIND)},
    "hang-up at MAIL": {"MAIL": after(5, HANG_UP)},
    "hang-up at RCPT": {"RCPT": after(5, HANG_UP)},
    "hang-up at DATA": {"DATA": after(5, HANG_UP)},
    "hang-up behind 250": {"TEXT": after(5, "250 2.0.0 Ok" + HUNG_UP_BEHIND)},
}


@pytest.mark.parametrize("quota", QUOTAS)
async def test_a_relay_that_takes_five_letters_a_connection_gets_all_over_further_ones(quota: str) -> None:
    relay = RudeSmtp(says=dict(QUOTAS[quota]))
    async with sending_to(relay, pool=2) as channel:
        outcomes = await send(channel, 60)
    assert [outcome for outcome in outcomes if not isinstance(outcome, Accepted)] == []
    assert set(relay.taken.values()) == {1}
    assert max(talk.letters for talk in relay.talks) == 5


async def test_a_quota_that_was_met_twice_is_known() -> None:
    relay = RudeSmtp(says={"MAIL": after(5, "452 4.5.3 Too many messages on this connection")})
    async with sending_to(relay, pool=1) as channel:
        await one_by_one(channel, 40)
    assert relay.words["MAIL"] == 40 + 2, "asked for one too many over two connections, and over no other"


async def test_a_relay_that_is_impatient_with_idle_connections_teaches_no_quota() -> None:
    relay = RudeSmtp(says={"MAIL": lambda talk: "451 4.4.2 idle too long" if talk.letters and talk.idle > 1 else None})
    async with sending_to(relay, pool=1) as channel:
        for _ in range(3):
            assert isinstance((await send(channel, 1))[0], Accepted)
            await takes(1.1)  # is what it is impatient with
        known = len(relay.talks)
        await one_by_one(channel, 5)
    assert len(relay.talks) == known + 1


async def test_a_connection_carries_as_many_letters_as_are_set_and_no_more() -> None:
    async with sending_to(relay := RudeSmtp(), letters=10) as channel:
        await one_by_one(channel, 40)
    assert [talk.letters for talk in relay.talks] == [10] * 4


async def test_a_rate_limit_is_no_quota_and_costs_one_further_connection() -> None:
    relay = RudeSmtp(says={"MAIL": lambda _: "450 4.7.1 too much mail" if len(relay.letters) >= 3 else None})
    async with sending_to(relay, pool=1) as channel:
        outcomes = await one_by_one(channel, 5)
    assert outcomes[3:] == [Refused("smtp.mail.450.4.7.1", "temporary")] * 2
    assert len(relay.talks) == 3
    assert relay.words["MAIL"] == 3 + 2 * 2


async def test_a_reply_behind_the_letter_has_minutes_and_each_step_before_it_seconds() -> None:
    async with sending_to(RudeSmtp(thinks={"TEXT": 0.8}), timeout=0.3, answer=30) as channel:
        assert isinstance((await send(channel, 1))[0], Accepted)
    async with sending_to(RudeSmtp(thinks={"RCPT": 0.8}), timeout=0.3, answer=30) as channel:
        assert await send(channel, 1) == [Refused("smtp.timeout", "temporary")]
    async with sending_to(RudeSmtp(thinks={"DATA": 0.8}), timeout=0.3, answer=30) as channel:
        assert await send(channel, 1) == [Refused("smtp.timeout", "temporary")]
    async with sending_to(RudeSmtp(thinks={"TEXT": 0.8}), timeout=0.3, answer=0.3) as channel:
        assert await send(channel, 1) == [Unknown("timeout")]


async def test_who_finds_no_connection_is_not_kept_for_one_that_comes_later() -> None:
    """What a person stops meanwhile would leave behind the stop."""
    relay = RudeSmtp(thinks={"TEXT": 1.0})
    async with sending_to(relay, pool=2, place=0.2) as channel:
        outcomes = await send(channel, 6)
        assert Counter(map(type, outcomes)) == {Accepted: 2, Refused: 4}
        assert {outcome for outcome in outcomes if isinstance(outcome, Refused)} == {Refused("smtp.no_place", "temporary")}
        assert channel.room(25) == 2, "from then on no more are marked than there are connections"
        sending = asyncio.create_task(channel.send("a@example.com", letter("a@example.com")))
        await until(lambda: relay.thinking == 1)
        assert channel.room(25) == 1
        await sending
    async with sending_to(RudeSmtp(), pool=2) as channel:
        await send(channel, 6)
        assert channel.room(25) == 25


async def test_a_relay_that_takes_few_connections_from_one_host_is_given_no_more() -> None:
    relay = RudeSmtp(thinks={"TEXT": 0.2})
    relay.says["BANNER"] = lambda talk: (
        "421 4.7.0 too many connections from your address" + HUNG_UP_BEHIND if talk.number - relay.ended >= 3 else None
    )
    async with sending_to(relay) as channel:
        outcomes = await send(channel, 10)
        refused = {outcome for outcome in outcomes if isinstance(outcome, Refused)}
        assert refused <= {Refused("smtp.no_place", "temporary"), Refused("smtp.connect.421.4.7.0", "temporary")}
        assert Refused("smtp.no_place", "temporary") in refused
        assert channel.room(25) == 3
        assert all(isinstance(outcome, Accepted) for outcome in await send(channel, 3, "q"))


async def test_many_refusals_in_a_row_never_meet_a_relays_limit_of_them() -> None:
    relay = RudeSmtp(says={"RCPT": "550 5.1.1 no such user"})
    async with sending_to(relay, pool=1) as channel:
        assert set(await one_by_one(channel, 30)) == {Refused("smtp.550.5.1.1", "number")}
    assert max(talk.refused for talk in relay.talks) <= 5, "Postfix waits from the tenth on"


async def test_a_letter_that_is_taken_between_refusals_keeps_the_connection() -> None:
    relay = RudeSmtp(says={"RCPT": lambda talk: "550 5.1.1 no such user" if "p1@" not in talk.to else None})
    async with sending_to(relay, pool=1) as channel:
        for n in (2, 3, 1, 4, 5, 1, 6, 7):
            await channel.send(f"p{n}@example.com", letter(f"p{n}@example.com"))
    assert len(relay.talks) == 1


async def test_an_idle_connection_that_a_firewall_forgot_costs_nobody_a_wait() -> None:
    relay = RudeSmtp(says={"MAIL": lambda talk: "451 4.4.2 idle too long" if talk.letters and talk.idle > 0.2 else None})
    async with sending_to(relay, idle=0.2) as channel:
        await send(channel, 3)
        await until(lambda: relay.ended == 3)
        assert relay.words["QUIT"] == 3, "they were left with a goodbye, and nobody had to ask"
        outcomes = await send(channel, 3, "q")
    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    assert relay.words["MAIL"] == 6


@pytest.mark.parametrize("reply", ["451 4.4.2 Timeout waiting for data from client." + HUNG_UP_BEHIND, "421 4.4.2 idle", HANG_UP])
async def test_a_relay_that_thought_the_connection_idle_gets_the_letter_over_another(reply: str) -> None:
    relay = RudeSmtp(says={"MAIL": after(1, reply)})
    async with sending_to(relay, pool=1) as channel:
        assert all(isinstance(outcome, Accepted) for outcome in await one_by_one(channel, 3))


LOGIN = ("AUTH PLAIN LOGIN",)


@pytest.mark.parametrize("reply", ["535 5.7.8 authentication failed", "535 5.7.8 authentication failed" + HUNG_UP_BEHIND])
async def test_a_wrong_password_is_said_once_however_many_letters_wait(reply: str) -> None:
    async with sending_to(relay := RudeSmtp(says={"AUTH": reply}, offers=LOGIN), username="loa") as channel:
        assert set(await send(channel, 25)) == {Refused("smtp.login.535.5.7.8", "config")}
    assert relay.words["AUTH"] == 1


async def test_a_relay_that_only_hangs_up_behind_our_login_means_us_after_a_while() -> None:
    async with sending_to(relay := RudeSmtp(says={"AUTH": HANG_UP}, offers=LOGIN), username="loa") as channel:
        outcomes = await one_by_one(channel, 3)
    assert outcomes == [Refused("smtp.login.disconnected", each) for each in ("temporary", "temporary", "config")]
    assert relay.words["AUTH"] == 3


async def test_a_relay_that_restarts_amid_several_logins_hung_up_once() -> None:
    relay = RudeSmtp(offers=LOGIN)
    async with sending_to(relay, username="loa", letters=1) as channel:
        await one_by_one(channel, 1)
        relay.thinks["AUTH"] = 0.5  # so that all of them are under way
        relay.says["AUTH"] = HANG_UP
        assert await send(channel, 6) == [Refused("smtp.login.disconnected", "temporary")] * 6
        assert relay.words["AUTH"] == 1 + 6


async def test_a_relay_whose_login_is_away_is_tried_again_in_seconds() -> None:
    relay = RudeSmtp(says={"AUTH": "454 4.7.0 Temporary authentication failure"}, offers=LOGIN)
    async with sending_to(relay, username="loa") as channel:
        assert set(await send(channel, 5)) == {Refused("smtp.login.454.4.7.0", "temporary")}
        relay.says.clear()
        assert all(isinstance(outcome, Accepted) for outcome in await send(channel, 5))


async def test_a_mechanism_that_a_relay_only_pretends_to_know_is_left_for_the_next() -> None:
    heard: list[int] = []

    def pretends(talk: Talk) -> str | None:
        heard.append(talk.number)
        return "504 5.5.4 unrecognized authentication type" if len(heard) == 1 else None

    async with sending_to(relay := RudeSmtp(says={"AUTH": pretends}, offers=LOGIN), username="loa") as channel:
        assert isinstance((await send(channel, 1))[0], Accepted)
    assert relay.words["AUTH"] == 2


@pytest.mark.parametrize("code", ["connect", "starttls", "login", "mail", "rcpt", "start", "data"])
@pytest.mark.parametrize(
    "reply", ["421 4.7.0 later", "450 4.7.1 later", "452 4.5.3 too many", "454 4.7.0 no", "554 5.7.1 no", "550 no", "451 no"]
)
def test_a_clerk_reads_no_code_and_no_quarrel_of_protocols(code: Step, reply: str) -> None:
    outcome = outcome_of_reply(code, int(reply[:3]), reply[4:])
    assert isinstance(outcome, Refused)
    for language in ("vi", "en"):
        words = in_words(outcome.code, language) or ""
        assert "smtp" not in words
        assert words.endswith(".")
        if reply.startswith("4"):
            assert "do not understand" not in words
            assert "policy" not in words
            assert "không hiểu nhau" not in words
            assert "quy định" not in words


@asynccontextmanager
async def addresses(monkeypatch: pytest.MonkeyPatch, *found: tuple[str, int]) -> AsyncIterator[None]:
    """The resolver finds these for any name."""
    answer = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", each) for each in found]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answer)
    yield


@asynccontextmanager
async def dropping_calls(host: str) -> AsyncIterator[int]:
    """A port whose queue of callers is full: it answers nobody, as behind a firewall that drops."""
    with socket.socket() as listener, contextlib.ExitStack() as callers:
        listener.bind((host, 0))
        listener.listen(0)
        for _ in range(3):
            caller = callers.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


@pytest.mark.parametrize("first", ["drops", "refuses", "says nothing", "says 421"])
async def test_each_address_of_a_relay_is_tried_and_the_one_that_works_is_remembered(
    monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    relay, other = RudeSmtp(), RudeSmtp()
    if first == "says 421":
        other.says["BANNER"] = "421 4.3.2 this node rests" + HUNG_UP_BEHIND
    else:
        other.thinks["BANNER"] = 60
    async with contextlib.AsyncExitStack() as stack:
        good = await stack.enter_async_context(listening(relay))
        if first == "drops":
            bad = await stack.enter_async_context(dropping_calls("127.0.0.1"))
        else:
            bad = free_port() if first == "refuses" else await stack.enter_async_context(listening(other))
        await stack.enter_async_context(addresses(monkeypatch, ("127.0.0.1", bad), ("127.0.0.1", good)))
        channel = EmailSmtp("relay.example", 25, "", "", "none", SENDER, timeout=0.5, letters=1)
        outcomes = await one_by_one(channel, 1)
        began = time.monotonic()
        outcomes += await one_by_one(channel, 5)
        assert time.monotonic() - began < 0.5, "the silent one is not waited for again"
        await channel.close()
    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    assert len(other.talks) <= 1


async def test_a_name_that_nobody_knows_is_told_as_that() -> None:
    channel = EmailSmtp("relay.invalid", 25, "", "", "none", SENDER)
    assert await channel.send("a@example.com", letter("a@example.com")) == Refused("connect.name", "temporary")


def test_all_of_it_works_on_the_workers_own_loop() -> None:
    async def sent() -> list[Outcome]:
        async with sending_to(RudeSmtp(), host="localhost") as channel:
            return await send(channel, 5)

    assert all(isinstance(outcome, Accepted) for outcome in uvloop.run(sent()))


async def until(so: Callable[[], bool]) -> None:
    await waiting.until("the relay is so", so, 5)
