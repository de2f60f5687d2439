"""Twilio's own client against the simulated gateway and against servers that break in every way."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest

from service.carriers import twilio
from tests.factories.ports import free_port
from tests.factories.waiting import a_turn, until
from tests.service.simulators.running import ACCOUNT, TOKEN, Simulators
from workers.channels.base import Accepted, CannotList, Refused, Unknown
from workers.channels.sms_twilio import SmsTwilio

TO = "+84912345678"
TEXT = "SGDDTDNAI: Kẻ mạo danh nhắn tin thu tiền. KHÔNG chuyển.\nSố tra cứu: 4071 8826 3163"
NOWHERE = "http://127.0.0.1:9/nowhere"

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
async def sms(simulators: Simulators) -> AsyncIterator[SmsTwilio]:
    channel = SmsTwilio(simulators.url, ACCOUNT, TOKEN, "SGDDTDNAI", timeout=2)
    yield channel
    await channel.close()


@asynccontextmanager
async def channel_to(serve: Serve) -> AsyncIterator[SmsTwilio]:
    """A channel whose gateway is a bare socket that does what the test says after the request has come in."""

    calls: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):  # on a busy machine the channel may have given up before it asked
            await reader.readuntil(b"\r\n\r\n")
            await serve(reader, writer)
        writer.close()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calls[asyncio.create_task(answer(reader, writer))] = writer

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    channel = SmsTwilio(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", ACCOUNT, TOKEN, "SGDDTDNAI", timeout=0.4)
    try:
        yield channel
    finally:
        await channel.close()
        server.close()
        for _ in range(10):  # turns of the loop, in which what was accepted comes to be connected
            await a_turn()
        for call, writer in calls.items():
            call.cancel()
            writer.close()
        await asyncio.gather(*calls, *(writer.wait_closed() for writer in calls.values()), return_exceptions=True)


def answering(status: int, body: str) -> Serve:
    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (
            f"HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        writer.write((head + body).encode())
        await writer.drain()

    return serve


async def test_a_text_arrives_letter_for_letter_and_is_named_by_its_sid(sms: SmsTwilio, simulators: Simulators) -> None:
    outcome = await sms.send(TO, TEXT, NOWHERE, 3600)

    assert isinstance(outcome, Accepted)
    (message,) = await simulators.messages(channel="sms")
    assert message["provider_id"] == outcome.provider_id
    assert (message["to"], message["from"], message["text"]) == (TO, "SGDDTDNAI", TEXT)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"twilio_code": 20429}, Refused("twilio.20429", "temporary")),
        ({"http_status": 429}, Refused("twilio.20429", "temporary")),
        ({"twilio_code": 20003}, Refused("twilio.20003", "config")),
        ({"twilio_code": 21610}, Refused("twilio.21610", "number")),
        ({"twilio_code": 21611}, Refused("twilio.21611", "temporary")),
        ({"twilio_code": 21999}, Refused("twilio.21999", "config")),
        ({"http_status": 500}, Unknown("http.500")),
        ({"http_status": 503}, Unknown("http.503")),
        ({"http_status": 408}, Unknown("http.408")),
    ],
)
async def test_a_refusal_is_told_from_what_cannot_be_known(
    sms: SmsTwilio, simulators: Simulators, fault: dict[str, int], expected: Refused | Unknown
) -> None:
    await simulators.fault("sms", **fault)

    assert await sms.send(TO, TEXT, NOWHERE, 3600) == expected
    assert await simulators.messages() == []


@pytest.mark.parametrize(("to", "code"), [("+842513822222", "21614"), ("0912345678", "21211")])
async def test_a_number_that_takes_no_text_is_refused_for_the_number(sms: SmsTwilio, to: str, code: str) -> None:
    assert await sms.send(to, TEXT, NOWHERE, 3600) == Refused(f"twilio.{code}", "number")


async def test_a_wrong_token_is_our_configuration(simulators: Simulators) -> None:
    channel = SmsTwilio(simulators.url, ACCOUNT, "another", "SGDDTDNAI")

    assert await channel.send(TO, TEXT, NOWHERE, 3600) == Refused("twilio.20003", "config")
    await channel.close()


async def test_nobody_listening_means_nothing_was_sent() -> None:
    channel = SmsTwilio(f"http://127.0.0.1:{free_port()}", ACCOUNT, TOKEN, "SGDDTDNAI")

    assert await channel.send(TO, TEXT, NOWHERE, 3600) == Refused("connect", "temporary")
    with pytest.raises(CannotList):
        await channel.find(TO, datetime.now(UTC), "4071")
    await channel.close()


async def test_an_accepted_message_that_is_never_answered_is_unknown_and_found_in_the_list(
    sms: SmsTwilio, simulators: Simulators
) -> None:
    before = datetime.now(UTC)
    await simulators.fault("sms", hang_after_accept=True)

    assert await sms.send(TO, TEXT, NOWHERE, 3600) == Unknown("timeout")

    (message,) = await simulators.messages()
    assert await sms.find(TO, before, "4071 8826 3163") == Accepted(message["provider_id"], "SGDDTDNAI")


async def test_the_list_is_asked_for_this_number_this_time_and_this_text(sms: SmsTwilio, simulators: Simulators) -> None:
    sent = await sms.send(TO, TEXT, NOWHERE, 3600)
    now = datetime.now(UTC)

    assert await sms.find("+84912345679", now, "4071 8826 3163") is None
    assert await sms.find(TO, now + timedelta(minutes=10), "4071 8826 3163") is None
    assert await sms.find(TO, now, "4071 8826 3164") is None
    assert await sms.find(TO, now, "4071 8826 3163") == sent


async def test_a_list_longer_than_a_page_is_read_on(sms: SmsTwilio) -> None:
    sent = await sms.send(TO, TEXT, NOWHERE, 3600)
    for number in range(60):
        await sms.send(TO, f"Tin {number}", NOWHERE, 3600)

    assert await sms.find(TO, datetime.now(UTC), "4071 8826 3163") == sent


async def test_a_list_that_is_refused_is_not_an_empty_list(sms: SmsTwilio, simulators: Simulators) -> None:
    channel = SmsTwilio(simulators.url, ACCOUNT, "another", "SGDDTDNAI")

    with pytest.raises(CannotList):
        await channel.find(TO, datetime.now(UTC), "4071")
    await channel.close()


async def test_a_connection_cut_after_the_request_is_unknown() -> None:
    async def cut(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    async with channel_to(cut) as channel:
        assert await channel.send(TO, TEXT, NOWHERE, 3600) == Unknown("disconnected")


async def test_half_an_answer_is_unknown() -> None:
    async def half(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'HTTP/1.1 201 Created\r\nContent-Length: 900\r\n\r\n{"sid": "SM')
        await writer.drain()

    async with channel_to(half) as channel:
        assert await channel.send(TO, TEXT, NOWHERE, 3600) == Unknown("disconnected")


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (201, "<html>welcome</html>", Unknown("answer.unreadable")),
        (201, "{}", Unknown("answer.unreadable")),
        (201, '{"sid": "SM1", "status": "failed", "error_code": 21610}', Refused("twilio.21610", "number")),
        (201, '{"sid": "SM1", "status": "failed", "error_code": "+84912345678"}', Refused("twilio.0", "config")),
        (201, '{"sid": "SM1", "status": "queued"}', Accepted("SM1")),
        (201, '{"sid": 7, "status": "queued"}', Unknown("answer.unreadable")),
        (201, r'{"sid": "SM\u0000", "status": "queued"}', Unknown("answer.unreadable")),
        (201, '["SM1"]', Unknown("answer.unreadable")),
        (201, '{"a": ' + "[" * 100_000 + "]" * 100_000 + "}", Unknown("answer.unreadable")),
        (201, '{"sid": "SM1", "body": "' + "a" * 2_000_000 + '"}', Unknown("answer.unreadable")),
        (400, '{"code": "21211"}', Refused("twilio.21211", "number")),
        (400, '{"code": 84912345678}', Refused("http.400", "config")),
        (302, "", Refused("http.302", "config")),
        (403, "<html>blocked by a proxy</html>", Refused("http.403", "config")),
        (502, "<html>bad gateway</html>", Unknown("http.502")),
    ],
)
async def test_what_stands_in_the_answer_decides(status: int, body: str, expected: Accepted | Refused | Unknown) -> None:
    async with channel_to(answering(status, body)) as channel:
        assert await channel.send(TO, TEXT, NOWHERE, 3600) == expected


async def asked_of_twilio(valid_for: float, **options: object) -> dict[str, str]:
    """What the request for one message says."""
    forms: list[dict[str, str]] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length: ")[2].split()[0])
        forms.append(dict(parse_qsl((await reader.readexactly(length)).decode())))
        writer.close()

    async with await asyncio.start_server(connected, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        channel = SmsTwilio(url, ACCOUNT, TOKEN, "SGDDTDNAI", timeout=2, **options)  # type: ignore[arg-type]
        await channel.send(TO, TEXT, NOWHERE, valid_for)
        await channel.close()
    return forms[0]


async def test_twilio_is_asked_to_send_the_text_as_it_is_by_this_sender() -> None:
    asked = await asked_of_twilio(3600)
    assert asked == {
        "To": TO,
        "From": "SGDDTDNAI",
        "Body": TEXT,
        "StatusCallback": NOWHERE,
        "ValidityPeriod": "3600",
        "SmartEncoded": "false",
    }


@pytest.mark.parametrize(("left", "asked"), [(90.9, "90"), (86_400, "36000"), (36_000, "36000"), (0.2, "1"), (-5, "1")])
async def test_what_expires_is_not_held_longer_than_it_is_valid(left: float, asked: str) -> None:
    assert (await asked_of_twilio(left))["ValidityPeriod"] == asked


async def test_a_service_and_forgetting_are_asked_for_where_they_are_set() -> None:
    asked = await asked_of_twilio(60, messaging_service="MG" + "0" * 32, discard=True)
    assert (asked["From"], asked["MessagingServiceSid"]) == ("SGDDTDNAI", "MG" + "0" * 32)
    assert (asked["ContentRetention"], asked["AddressRetention"]) == ("discard", "obfuscate")


async def test_a_list_without_texts_is_no_proof_of_anything(simulators: Simulators) -> None:
    channel = SmsTwilio(simulators.url, ACCOUNT, TOKEN, "SGDDTDNAI", discard=True)
    await channel.send(TO, TEXT, NOWHERE, 3600)
    with pytest.raises(CannotList):
        await channel.find(TO, datetime.now(UTC), "4071 8826 3163")
    await channel.close()


NOW = "Wed, 25 Nov 2026 08:00:00 +0000"


@pytest.mark.parametrize(
    "listed",
    [
        {"sid": "SM1", "date_created": NOW, "body": ""},  # kept from us
        {"sid": "SM1", "date_created": "25/11/2026 15:00", "body": TEXT},
        {"sid": "SM\0", "date_created": NOW, "body": TEXT},  # no database keeps it
        {"sid": None, "date_created": NOW, "body": TEXT},
    ],
)
async def test_a_list_with_a_message_that_cannot_be_read_proves_nothing(listed: dict[str, object]) -> None:
    async with channel_to(answering(200, json.dumps({"messages": [listed]}))) as channel:
        with pytest.raises(CannotList):
            await channel.find(TO, datetime(2026, 11, 25, 8, tzinfo=UTC), "4071 8826 3163")


@pytest.mark.parametrize(
    "answer",
    [
        {"messages": None},  # how some write a list that is empty
        {"messages": 5},
        {"messages": [None]},
        {"messages": {"of": "us"}},
        {"messages": [{"date_created": 5}]},
        {"messages": [{"date_created": "Mon, 31 Nov 2026 08:00:00 +0000"}]},
        {"messages": [], "next_page_uri": 5},
    ],
)
async def test_a_list_that_is_none_proves_nothing_and_is_no_mistake_of_ours(answer: dict[str, object]) -> None:
    async with channel_to(answering(200, json.dumps(answer))) as channel:
        with pytest.raises(CannotList):
            await channel.find(TO, datetime.now(UTC), "4071 8826 3163")
        with pytest.raises(CannotList):
            await channel.listed_until()


async def test_a_list_without_an_end_is_given_up() -> None:
    page = json.dumps({"messages": [], "next_page_uri": "/2010-04-01/Accounts/AC/Messages.json?Page=1"})

    async def page_after_page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(page)}\r\n\r\n{page}".encode())
            await reader.readuntil(b"\r\n\r\n")

    async with asyncio.timeout(5), channel_to(page_after_page) as channel:
        with pytest.raises(CannotList):
            await channel.find(TO, datetime.now(UTC), "4071")


async def message(simulators: Simulators, sid: str) -> dict[str, Any]:
    return (await simulators.http.get(f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{sid}.json")).json()  # type: ignore[no-any-return]


async def test_a_message_that_waits_longer_than_it_is_valid_is_never_delivered(sms: SmsTwilio, simulators: Simulators) -> None:
    await simulators.fault("sms", segments_per_second=0.5)
    outcome = await sms.send(TO, TEXT, NOWHERE, 1)  # two segments: four seconds behind
    assert isinstance(outcome, Accepted)
    found: dict[str, Any] = {}

    async def given_up() -> bool:
        found.update(await message(simulators, outcome.provider_id))
        return bool(found["status"] == "undelivered")

    await until("the simulator gives up", given_up, 10, every=0.05)
    assert found["error_code"] == 30036


async def test_fifty_at_once_share_one_pool(sms: SmsTwilio, simulators: Simulators) -> None:
    numbers = [f"+8491000{n:04d}" for n in range(200)]

    outcomes = await asyncio.gather(*(sms.send(to, TEXT, NOWHERE, 3600) for to in numbers))

    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    assert sorted(m["to"] for m in await simulators.messages()) == numbers


async def test_what_became_of_a_message_is_fetched_by_its_id(sms: SmsTwilio, simulators: Simulators) -> None:
    sent = await sms.send(TO, TEXT, NOWHERE, 3600)
    assert isinstance(sent, Accepted)
    told = await sms.fetch(sent.provider_id)
    assert told is not None
    assert (told.becomes in {"accepted", "delivered"}, told.code) == (True, None)
    assert await sms.fetch("SM" + "0" * 32) is None


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, "{}"),
        (429, "{}"),
        (401, '{"code": 20003}'),
        (200, "no JSON"),
        (200, '{"sid": "SM of another", "status": "failed"}'),
        (200, '{"sid": "SM00000000000000000000000000000000", "status": "Sent to 0912345678"}'),
    ],
)
async def test_a_provider_that_cannot_tell_says_so(status: int, body: str) -> None:
    async with channel_to(answering(status, body)) as channel:
        with pytest.raises(CannotList):
            await channel.fetch("SM" + "0" * 32)


async def test_a_code_that_is_none_of_twilios_is_not_kept() -> None:
    sid = "SM" + "0" * 32
    said = json.dumps({"sid": sid, "status": "undelivered", "error_code": "+84 91\0"})
    async with channel_to(answering(200, said)) as channel:
        assert await channel.fetch(sid) == twilio.said(sid, "undelivered", None)
