"""The pool against the simulated inbox and against relays that break at every step."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import pytest

from tests.factories.ports import free_port
from tests.factories.waiting import a_turn, takes
from tests.service.simulators.running import Simulators
from workers.channels.base import Accepted, Outcome, Refused, Slots, Unknown
from workers.channels.email_mime import EmailBlueprint
from workers.channels.email_smtp import EmailSmtp

SENDER = "canhbao@sgddt.example"
BLUEPRINT = EmailBlueprint(
    sender=SENDER,
    sender_name="Sở Giáo dục",
    subject="[Cảnh báo] Đừng chuyển tiền",
    text="Kẻ mạo danh.\n.\n..Số tra cứu: {number}\n",
    html="<p>Số tra cứu: {number}</p>\n",
    date=datetime(2026, 9, 7, tzinfo=UTC),
)


def letter(to: str, number: str = "4071 8826 3163") -> bytes:
    return BLUEPRINT.fill(Slots(to, number, f"{to.partition('@')[0]}@sgddt.example"))


def channel_at(port: int, timeout: float = 2) -> EmailSmtp:
    return EmailSmtp("127.0.0.1", port, "", "", "none", SENDER, timeout=timeout, answer=timeout)


@pytest.fixture
async def email(simulators: Simulators) -> AsyncIterator[EmailSmtp]:
    channel = channel_at(simulators.smtp_port)
    yield channel
    await channel.close()


class Relay:
    """A relay that answers as told: a reply per step, or `None` to hang up there. Counts what it was given."""

    def __init__(self, **replies: str | None) -> None:
        self.replies: dict[str, str | None] = {"MAIL": "250 OK", "RCPT": "250 OK", "DATA": "354 go", "TEXT": "250 OK", **replies}
        self.connections = 0
        self.texts = 0
        self.writers: list[asyncio.StreamWriter] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.writers.append(writer)
        writer.write(b"220 relay\r\n")
        while line := await reader.readline():
            word = line[:4].decode().upper()
            reply = {"EHLO": "250 relay", "RSET": "250 OK", "QUIT": "221 bye"}.get(word) or self.replies[word]
            if reply is None:
                break
            writer.write(f"{reply}\r\n".encode())
            if reply.startswith("354"):
                await reader.readuntil(b"\r\n.\r\n")
                self.texts += 1
                if (after := self.replies["TEXT"]) is None:
                    break
                if after == "silence":
                    await reader.read()
                writer.write(f"{after}\r\n".encode())
        writer.close()

    def hang_up(self) -> None:
        for writer in self.writers:
            writer.close()


@asynccontextmanager
async def relay_at(
    serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]], port: int = 0
) -> AsyncIterator[int]:
    server = await asyncio.start_server(serve, "127.0.0.1", port)
    yield int(server.sockets[0].getsockname()[1])
    server.close()


async def sent_over(relay: Relay, patience: float = 2) -> Outcome:
    async with relay_at(relay.serve) as port:
        channel = channel_at(port, patience)
        outcome = await channel.send("a@example.com", letter("a@example.com"))
        await channel.close()
        return outcome


async def test_a_letter_arrives_as_it_was_written(email: EmailSmtp, simulators: Simulators) -> None:
    outcome = await email.send("phu.huynh@example.com", letter("phu.huynh@example.com"))

    assert outcome == Accepted("phu.huynh@sgddt.example")
    (message,) = await simulators.messages()
    assert message | {"received_at": ""} == {
        "channel": "email",
        "to": "phu.huynh@example.com",
        "from": SENDER,
        "subject": "[Cảnh báo] Đừng chuyển tiền",
        "text": "Kẻ mạo danh.\n.\n..Số tra cứu: 4071 8826 3163",
        "html": "<p>Số tra cứu: 4071 8826 3163</p>",
        "received_at": "",
        "provider_id": "phu.huynh@sgddt.example",
    }


async def test_an_address_outside_ascii_arrives_where_the_relay_takes_it(email: EmailSmtp, simulators: Simulators) -> None:
    assert isinstance(await email.send("phụhuynh@example.com", letter("phụhuynh@example.com")), Accepted)
    assert [m["to"] for m in await simulators.messages()] == ["phụhuynh@example.com"]


async def test_an_address_outside_ascii_is_refused_where_the_relay_does_not() -> None:
    async with relay_at((relay := Relay()).serve) as port:
        channel = channel_at(port)
        assert await channel.send("ụ@example.com", letter("a@example.com")) == Refused("smtp.smtputf8", "number")
        assert await channel.send("a@example.com", letter("a@example.com")) == Accepted("a@sgddt.example")
        await channel.close()
    assert relay.connections == 1


@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        ({"MAIL": "451 4.3.0 later"}, Refused("smtp.mail.451.4.3.0", "temporary")),
        ({"MAIL": "550 5.7.1 not you"}, Refused("smtp.mail.550.5.7.1", "config")),
        ({"MAIL": "530 5.7.0 log in"}, Refused("smtp.mail.530.5.7.0", "config")),
        ({"MAIL": "553 5.1.8 bad sender"}, Refused("smtp.mail.553.5.1.8", "config")),
        ({"RCPT": "550 5.1.1 no such user"}, Refused("smtp.550.5.1.1", "number")),
        ({"RCPT": "550 unknown"}, Refused("smtp.550", "number")),
        ({"RCPT": "554 5.7.1 relaying denied"}, Refused("smtp.554.5.7.1", "config")),
        ({"RCPT": "452 4.2.2 full"}, Refused("smtp.452.4.2.2", "temporary")),
        ({"DATA": "451 later"}, Refused("smtp.start.451", "temporary")),
        ({"TEXT": "554 5.7.1 looks like spam"}, Refused("smtp.data.554.5.7.1", "content")),
        ({"TEXT": "552 too big"}, Refused("smtp.data.552", "content")),
        ({"TEXT": "421 4.3.2 shutting down"}, Refused("smtp.data.421.4.3.2", "temporary")),
        ({"MAIL": None}, Refused("smtp.disconnected", "temporary")),
        ({"RCPT": None}, Refused("smtp.disconnected", "temporary")),
        ({"DATA": None}, Refused("smtp.disconnected", "temporary")),
        ({"DATA": "250 what?"}, Refused("smtp.unreadable", "temporary")),
        ({"DATA": "554 5.7.1 not you"}, Refused("smtp.start.554.5.7.1", "config")),
        ({"TEXT": "550 5.1.1 no such user"}, Refused("smtp.550.5.1.1", "number")),
        ({"TEXT": None}, Unknown("disconnected")),
        ({"TEXT": "what?"}, Unknown("answer.unreadable")),
    ],
)
async def test_each_step_says_what_became_of_the_letter(replies: dict[str, str | None], expected: Outcome) -> None:
    assert await sent_over(Relay(**replies)) == expected


async def test_silence_after_the_text_is_unknown() -> None:
    assert await sent_over(Relay(TEXT="silence"), patience=0.3) == Unknown("timeout")


async def test_silence_before_the_text_is_a_refusal() -> None:
    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with relay_at(mute) as port:
        channel = channel_at(port, timeout=0.3)
        assert await channel.send("a@example.com", letter("a@example.com")) == Refused("connect", "temporary")
        await channel.close()


async def test_nobody_listening_means_nothing_was_sent() -> None:
    channel = channel_at(free_port())

    assert await channel.send("a@example.com", letter("a@example.com")) == Refused("connect", "temporary")


async def test_a_relay_without_starttls_is_our_configuration() -> None:
    async with relay_at(Relay().serve) as port:
        channel = EmailSmtp("127.0.0.1", port, "", "", "starttls", SENDER)
        assert await channel.send("a@example.com", letter("a@example.com")) == Refused("connect.unsupported", "config")


async def test_the_pool_survives_a_relay_that_restarts() -> None:
    async with relay_at((first := Relay()).serve) as port:
        channel = channel_at(port)
        await asyncio.gather(*(channel.send(f"p{n}@example.com", letter(f"p{n}@example.com")) for n in range(10)))
        first.hang_up()
    async with relay_at((second := Relay()).serve, port):
        outcomes = await asyncio.gather(*(channel.send(f"q{n}@example.com", letter(f"q{n}@example.com")) for n in range(10)))
        await channel.close()

    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    assert (first.texts, second.texts) == (10, 10)


async def test_a_relay_that_restarts_amid_texts_loses_none_and_doubles_none() -> None:
    """What was being said is in doubt, a letter a connection at most; all else is taken once, or surely not taken."""
    texts: list[bytes] = []
    writers: list[asyncio.StreamWriter] = []
    answered: Counter[bytes] = Counter()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        writer.write(b"220 relay\r\n")
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while line := await reader.readline():
                word = line[:4].upper()
                writer.write(b"354 go\r\n" if word == b"DATA" else b"250 ok\r\n")
                if word != b"DATA":
                    continue
                letter_read = await reader.readuntil(b"\r\n.\r\n")
                texts.append(to_of(letter_read))
                if len(texts) == 15:
                    for each in writers:
                        each.transport.abort()
                await takes(0.01)  # others are amid theirs
                if writer.transport.is_closing():
                    break
                writer.write(b"250 taken\r\n")
                answered[to_of(letter_read)] += 1
        writer.close()

    def to_of(raw: bytes) -> bytes:
        return raw.partition(b"\r\nTo: ")[2].partition(b"\r\n")[0]

    addresses = [f"p{n}@example.com" for n in range(60)]
    async with relay_at(serve) as port:
        channel = channel_at(port)
        outcomes = dict(
            zip(addresses, await asyncio.gather(*(channel.send(each, letter(each)) for each in addresses)), strict=True)
        )
        again = [each for each, outcome in outcomes.items() if isinstance(outcome, Refused)]
        outcomes |= dict(zip(again, await asyncio.gather(*(channel.send(each, letter(each)) for each in again)), strict=True))
        await channel.close()

    doubtful = {each for each, outcome in outcomes.items() if isinstance(outcome, Unknown)}
    assert 1 <= len(doubtful) <= 10
    assert all(isinstance(outcomes[each], Accepted) for each in addresses if each not in doubtful)
    assert {each for each, many in Counter(texts).items() if many > 1} == set()
    assert {each.encode() for each in addresses if each not in doubtful} == set(answered) - {d.encode() for d in doubtful}


async def test_a_connection_that_says_goodbye_when_spoken_to_is_replaced() -> None:
    async with relay_at((relay := Relay()).serve) as port:
        channel = channel_at(port)
        await channel.send("a@example.com", letter("a@example.com"))
        relay.replies["MAIL"] = "421 4.4.2 idle too long"
        sending = asyncio.create_task(channel.send("b@example.com", letter("b@example.com")))
        while relay.connections < 2:
            await a_turn()
            relay.replies["MAIL"] = "421 4.4.2 idle too long" if relay.connections < 2 else "250 OK"
        relay.replies["MAIL"] = "250 OK"
        assert await sending == Accepted("b@sgddt.example")
        await channel.close()


async def test_a_refusal_leaves_the_connection_fit_for_the_next(simulators: Simulators, email: EmailSmtp) -> None:
    await simulators.fault("email", smtp_reply="550 5.1.1 no such user")
    assert await email.send("a@example.com", letter("a@example.com")) == Refused("smtp.550.5.1.1", "number")
    await simulators.http.delete("/faults")

    assert isinstance(await email.send("b@example.com", letter("b@example.com")), Accepted)
    assert [m["to"] for m in await simulators.messages()] == ["b@example.com"]


async def test_a_letter_taken_and_never_answered_is_unknown(simulators: Simulators) -> None:
    await simulators.fault("email", hang_after_accept=True)
    channel = channel_at(simulators.smtp_port, timeout=0.3)

    assert await channel.send("a@example.com", letter("a@example.com")) == Unknown("timeout")
    assert len(await simulators.messages()) == 1
    await channel.close()


@pytest.mark.parametrize("to", ["a@example.com\r\nRCPT TO:<b@example.com>", "no-at-sign", "a b@example.com", "<a@example.com>"])
async def test_what_is_no_address_reaches_no_relay(email: EmailSmtp, simulators: Simulators, to: str) -> None:
    assert await email.send(to, letter("a@example.com")) == Refused("smtp.address", "number")
    assert await simulators.messages() == []


async def test_a_cancelled_send_leaves_nothing_half_said(simulators: Simulators, email: EmailSmtp) -> None:
    await simulators.fault("email", latency_ms=1000)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(email.send("a@example.com", letter("a@example.com")), 0.2)
    await simulators.http.delete("/faults")

    assert await email.send("b@example.com", letter("b@example.com")) == Accepted("b@sgddt.example")


async def test_two_hundred_letters_go_over_ten_connections() -> None:
    async with relay_at((relay := Relay()).serve) as port:
        channel = EmailSmtp("127.0.0.1", port, "", "", "none", SENDER, letters=20)
        outcomes = await asyncio.gather(*(channel.send(f"p{n}@example.com", letter(f"p{n}@example.com")) for n in range(200)))
        await channel.close()

    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    assert (relay.texts, relay.connections) == (200, 10)


@pytest.mark.parametrize("sender", ["", "Sở Giáo dục <a@example.com>", "a@example.com\r\n", "ụ@example.com"])
def test_a_sender_that_is_no_bare_address_stops_the_start(sender: str) -> None:
    with pytest.raises(ValueError, match="bare address"):
        EmailSmtp("127.0.0.1", 25, "", "", "none", sender)


async def test_a_slow_domain_leaves_connections_for_the_others(simulators: Simulators) -> None:
    channel = EmailSmtp("127.0.0.1", simulators.smtp_port, "", "", "none", SENDER, pool=3, per_domain=2)
    await simulators.fault("email", latency_ms=300)
    many = [f"p{n}@big.example" for n in range(6)]
    sent = await asyncio.gather(*(channel.send(to, letter(to)) for to in [*many, "one@small.example"]))
    await channel.close()
    assert all(isinstance(outcome, Accepted) for outcome in sent)
    order = [message["to"] for message in await simulators.messages()]
    assert order.index("one@small.example") <= 2, "it does not wait for the five before it"
