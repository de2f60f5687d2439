"""Mail goes over connections whose other end has proved who it is, and to relays that ask for a password."""

import asyncio
import base64
import hmac
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from tests.factories.certificates import Authority
from tests.workers.channels.test_email_smtp import SENDER, letter
from workers.channels.base import Accepted, Outcome, Refused
from workers.channels.email_smtp import EmailSmtp
from workers.channels.smtp_opening import Tls

HOST = "localhost"
USER, PASSWORD = "loa@sgddt.example", "mật khẩu"


class SecureRelay:
    """A relay that speaks TLS from the first word or after STARTTLS, and may ask for a login by one mechanism."""

    def __init__(self, context: ssl.SSLContext, tls: Tls, mechanism: str = "") -> None:
        self.context, self.tls, self.mechanism = context, tls, mechanism
        self.texts: list[bytes] = []
        self.in_the_clear: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, ssl.SSLError):
            await self._talk(reader, writer)
        writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        secure, known = self.tls == "tls", not self.mechanism
        writer.write(b"220 relay\r\n")
        while line := await reader.readline():
            if not secure:
                self.in_the_clear.append(line.strip())
            word, _, rest = line.strip().partition(b" ")
            match word.upper():
                case b"EHLO":
                    offers = [b"AUTH " + self.mechanism.encode()] if self.mechanism else []
                    offers = offers if secure else [b"STARTTLS"]
                    lines = [b"relay", *offers]
                    said = [b"250" + (b" " if each is lines[-1] else b"-") + each for each in lines]
                    writer.write(b"\r\n".join(said) + b"\r\n")
                case b"STARTTLS":
                    writer.write(b"220 go\r\n")
                    await writer.drain()
                    await writer.start_tls(self.context)
                    secure = True
                case b"AUTH":
                    known = await self._login(rest, reader, writer)
                    writer.write(b"235 2.7.0 welcome\r\n" if known else b"535 5.7.8 wrong\r\n")
                case b"DATA":
                    writer.write(b"354 go\r\n")
                    self.texts.append(await reader.readuntil(b"\r\n.\r\n"))
                    writer.write(b"250 2.0.0 taken\r\n")
                case b"QUIT":
                    writer.write(b"221 bye\r\n")
                    return
                case _:
                    writer.write(b"250 ok\r\n" if known else b"530 5.7.0 log in first\r\n")

    async def _login(self, asked: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        async def question(words: bytes) -> bytes:
            writer.write(b"334 " + base64.b64encode(words) + b"\r\n")
            return base64.b64decode(await reader.readline())

        mechanism, _, first = asked.partition(b" ")
        if mechanism == b"PLAIN":
            return base64.b64decode(first) == f"\0{USER}\0{PASSWORD}".encode()
        if mechanism == b"LOGIN":
            name = base64.b64decode(first) if first else await question(b"Username:")
            return (name, await question(b"Password:")) == (USER.encode(), PASSWORD.encode())
        challenge = b"<1896.697170952@relay>"
        name, _, digest = (await question(challenge)).partition(b" ")
        return (name, digest.decode()) == (USER.encode(), hmac.new(PASSWORD.encode(), challenge, "md5").hexdigest())


@asynccontextmanager
async def listening(relay: SecureRelay) -> AsyncIterator[int]:
    context = relay.context if relay.tls == "tls" else None
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0, ssl=context)
    # a handshake that fails is what these tests are about, not news for the loop's log
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    yield int(server.sockets[0].getsockname()[1])
    server.close()
    asyncio.get_running_loop().set_exception_handler(None)


async def sent(relay: SecureRelay, *, ca_file: Path | None = None, username: str = "", password: str = "") -> Outcome:
    async with listening(relay) as port:
        channel = EmailSmtp(HOST, port, username, password, relay.tls, SENDER, ca_file=str(ca_file) if ca_file else "", timeout=5)
        outcome = await channel.send("a@example.com", letter("a@example.com"))
        await channel.close()
        return outcome


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.make(tmp_path / "ours")


@pytest.mark.parametrize("tls", ["tls", "starttls"])
async def test_a_letter_goes_to_a_relay_whose_certificate_is_good(authority: Authority, tls: Tls) -> None:
    relay = SecureRelay(authority.server(HOST), tls)
    assert await sent(relay, ca_file=authority.file) == Accepted("a@sgddt.example")
    assert len(relay.texts) == 1
    assert [line for line in relay.in_the_clear if not line.startswith((b"EHLO", b"STARTTLS"))] == []


@pytest.mark.parametrize("tls", ["tls", "starttls"])
@pytest.mark.parametrize("wrong", ["another name", "expired", "self-signed", "an authority nobody knows", "another authority"])
async def test_nothing_is_said_to_a_relay_that_cannot_prove_who_it_is(
    authority: Authority, tmp_path: Path, tls: Tls, wrong: str
) -> None:
    context = {
        "another name": lambda: authority.server("mail.example.com"),
        "expired": lambda: authority.server(HOST, days=-1),
        "self-signed": lambda: authority.server(HOST, self_signed=True),
        "an authority nobody knows": lambda: authority.server(HOST),
        "another authority": lambda: Authority.make(tmp_path / "theirs").server(HOST),
    }[wrong]()
    relay = SecureRelay(context, tls)
    trusted = None if wrong == "an authority nobody knows" else authority.file
    assert await sent(relay, ca_file=trusted, username=USER, password=PASSWORD) == Refused("connect.tls", "config")
    assert relay.texts == []
    assert [line for line in relay.in_the_clear if not line.startswith((b"EHLO", b"STARTTLS"))] == []


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
@pytest.mark.parametrize(
    ("password", "expected"), [(PASSWORD, Accepted("a@sgddt.example")), ("another", Refused("smtp.login.535", "config"))]
)
async def test_a_relay_may_ask_for_a_password(authority: Authority, mechanism: str, password: str, expected: Outcome) -> None:
    relay = SecureRelay(authority.server(HOST), "starttls", mechanism)
    outcome = await sent(relay, ca_file=authority.file, username=USER, password=password)
    if isinstance(expected, Refused):
        assert isinstance(outcome, Refused)
        assert (outcome.code[:14], outcome.error_class) == (expected.code, expected.error_class)
    else:
        assert outcome == expected


async def test_a_relay_that_asks_for_a_password_nobody_gave_is_our_configuration(authority: Authority) -> None:
    outcome = await sent(SecureRelay(authority.server(HOST), "tls", "PLAIN"), ca_file=authority.file)
    assert isinstance(outcome, Refused)
    assert (outcome.code[:13], outcome.error_class) == ("smtp.mail.530", "config")


async def test_a_relay_with_no_login_that_both_know_is_our_configuration(authority: Authority) -> None:
    relay = SecureRelay(authority.server(HOST), "tls", "GSSAPI")
    assert await sent(relay, ca_file=authority.file, username=USER, password=PASSWORD) == Refused("connect.unsupported", "config")


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_file_of_authorities_that_cannot_be_used_stops_the_start(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "ca.pem"
    if content:
        file.write_text(content)
    with pytest.raises(ValueError, match=r"ca\.pem"):
        EmailSmtp(HOST, 25, "", "", "starttls", SENDER, ca_file=str(file))
