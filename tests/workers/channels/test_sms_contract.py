"""What every SMS channel promises, whoever carries: Twilio's interface, and a gateway that a file describes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Literal

import pytest

from service.carriers import meaning_of
from tests.factories.gateways import KEY, described
from tests.factories.ports import free_port
from tests.service.simulators.running import ACCOUNT, TOKEN, Simulators
from workers.channels.base import Accepted, CannotList, Outcome, Refused, SmsChannel, Unknown
from workers.channels.sms_http import SmsHttp
from workers.channels.sms_twilio import SmsTwilio

TO = "+84912345678"
TEXT = "SGDDTDNAI: Kẻ mạo danh nhắn tin thu tiền. KHÔNG chuyển.\nSố tra cứu: 4071 8826 3163 {to} ${X} &=%"
NOWHERE = "http://127.0.0.1:9/nowhere"
Kind = Literal["twilio", "http"]
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def made(kind: Kind, url: str, *, token: str = TOKEN, timeout: float = 2) -> SmsChannel:
    if kind == "twilio":
        return SmsTwilio(url, ACCOUNT, token, "SGDDTDNAI", timeout=timeout)
    return SmsHttp(described(url), {KEY: token}, "SGDDTDNAI", timeout=timeout)


@pytest.fixture(params=["twilio", "http"])
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
async def sms(kind: Kind, simulators: Simulators) -> AsyncIterator[SmsChannel]:
    channel = made(kind, simulators.url)
    yield channel
    await channel.close()


@asynccontextmanager
async def channel_to(kind: Kind, serve: Serve) -> AsyncIterator[SmsChannel]:
    """A channel whose gateway is a bare socket that does what the test says after the request has come in."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            await serve(reader, writer)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        channel = made(kind, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", timeout=0.4)
        yield channel
        await channel.close()


async def test_a_text_arrives_letter_for_letter_and_is_named_by_its_id(sms: SmsChannel, simulators: Simulators) -> None:
    outcome = await sms.send(TO, TEXT, NOWHERE, 3600)
    assert isinstance(outcome, Accepted)
    (message,) = await simulators.messages(channel="sms")
    assert message["provider_id"] == outcome.provider_id
    assert (message["to"], message["from"], message["text"]) == (TO, "SGDDTDNAI", TEXT)


async def test_a_wrong_key_is_our_account_and_nobody_elses_fault(kind: Kind, simulators: Simulators) -> None:
    channel = made(kind, simulators.url, token="another")
    outcome = await channel.send(TO, TEXT, NOWHERE, 3600)
    await channel.close()
    assert isinstance(outcome, Refused)
    means = meaning_of(outcome.code, outcome.error_class)
    assert (means.fault, means.of_account) == ("account", True)


async def test_a_number_that_takes_no_text_is_refused_for_the_number(sms: SmsChannel) -> None:
    outcome = await sms.send("+842513822222", TEXT, NOWHERE, 3600)
    assert isinstance(outcome, Refused)
    assert outcome.error_class == "number"


async def test_nobody_listening_means_nothing_was_sent(kind: Kind) -> None:
    channel = made(kind, f"http://127.0.0.1:{free_port()}")
    assert await channel.send(TO, TEXT, NOWHERE, 3600) == Refused("connect", "temporary")
    with pytest.raises(CannotList):
        await channel.find(TO, datetime.now(UTC), "4071")
    await channel.close()


@pytest.mark.parametrize("status", [408, 500, 503])
async def test_an_answer_that_may_come_after_the_message_was_taken_leaves_it_in_doubt(
    sms: SmsChannel, simulators: Simulators, status: int
) -> None:
    await simulators.fault("sms", http_status=status)
    assert await sms.send(TO, TEXT, NOWHERE, 3600) == Unknown(f"http.{status}")


async def test_asked_to_be_slower_it_says_so(sms: SmsChannel, simulators: Simulators) -> None:
    await simulators.fault("sms", http_status=429)
    outcome = await sms.send(TO, TEXT, NOWHERE, 3600)
    assert isinstance(outcome, Refused)
    assert meaning_of(outcome.code, outcome.error_class).slows_down


async def test_an_accepted_message_that_is_never_answered_is_unknown(sms: SmsChannel, simulators: Simulators) -> None:
    await simulators.fault("sms", hang_after_accept=True)
    assert await sms.send(TO, TEXT, NOWHERE, 3600) == Unknown("timeout")
    assert len(await simulators.messages()) == 1


async def _cut(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def _half(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"CodeResult": "100", "sid": "SM')
    await writer.drain()


def _answers(status: int, body: str) -> Serve:
    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 {status} x\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode())
        await writer.drain()

    return serve


@pytest.mark.parametrize(
    ("serve", "expected"),
    [
        (_cut, Unknown("disconnected")),
        (_half, Unknown("disconnected")),
        (_answers(200, "<html>welcome</html>"), Unknown("answer.unreadable")),
        (_answers(200, "{}"), Unknown("answer.unreadable")),
        (_answers(200, '{"a": "' + "a" * 2_000_000 + '"}'), Unknown("answer.unreadable")),
        (_answers(302, ""), Refused("http.302", "config")),
        (_answers(403, "<html>blocked by a proxy</html>"), Refused("http.403", "config")),
        (_answers(502, "<html>bad gateway</html>"), Unknown("http.502")),
    ],
)
async def test_what_broke_behind_the_request_is_in_doubt(kind: Kind, serve: Serve, expected: Outcome) -> None:
    async with channel_to(kind, serve) as channel:
        assert await channel.send(TO, TEXT, NOWHERE, 3600) == expected


async def test_fifty_at_once_share_one_pool(sms: SmsChannel, simulators: Simulators) -> None:
    numbers = [f"+8491000{n:04d}" for n in range(200)]
    outcomes = await asyncio.gather(*(sms.send(to, TEXT, NOWHERE, 3600) for to in numbers))
    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    assert sorted(m["to"] for m in await simulators.messages()) == numbers
