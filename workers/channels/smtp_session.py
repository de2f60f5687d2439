"""A connection's life: one letter after the other, until it has carried its share, was refused too often, or is found dead.

What breaks before the relay said 354 is a refusal: nothing of the letter was said. What breaks behind it is unknown. `Full` says
that the connection, and not the letter, is done with: the letter may be tried over another at once.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Container
from contextlib import suppress

import aiosmtplib

from service.carriers.smtp import Step, ends_connection, outcome_of_reply
from workers.channels.base import Accepted, Outcome, Refused, Unknown
from workers.channels.smtp_opening import GONE

_REFUSED_IN_A_ROW = 5  # relays slow down who has made ten mistakes, and leave who has made twenty
_MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([^>\r\n]+)>", re.IGNORECASE | re.MULTILINE)
_LINE_ENDINGS = re.compile(rb"\r\n|\r|\n")
_TAKEN, _TAKEN_OR_FORWARDED, _GO_ON = frozenset({250}), frozenset({250, 251}), frozenset({354})
_AT_ONCE = 1.0  # seconds: a connection that was idle for longer may have been closed for that
_FORGOTTEN = 3600.0


class Full(Exception):
    """A used connection that takes nothing more, and nothing of this letter. `by_reply`: the relay said so, amid work."""

    def __init__(self, *, by_reply: bool) -> None:
        super().__init__("the connection is full")
        self.by_reply = by_reply


class Quota:
    """How many letters go over a connection: as many as are set, or fewer where this relay ends it sooner."""

    def __init__(self, most: int) -> None:
        self._set = most
        self._seen: Counter[int] = Counter()
        self._learned: tuple[int, float] | None = None

    @property
    def most(self) -> int:
        if self._learned and asyncio.get_running_loop().time() < self._learned[1]:
            return self._learned[0]
        return self._set

    def ended_at(self, letters: int) -> None:
        """Notes that a connection was ended behind so many, and another took the next letter. Twice at the same number is no
        chance.
        """
        self._seen[letters] += 1
        if self._seen[letters] >= 2 and letters < self.most:
            self._learned = letters, asyncio.get_running_loop().time() + _FORGOTTEN
            self._seen.clear()


class Session:
    """One open connection, used by one sender at a time. `patience`: seconds for the reply behind a letter."""

    def __init__(self, client: aiosmtplib.SMTP, patience: float) -> None:
        self._client = client
        self._patience = patience
        self._loop = asyncio.get_running_loop()
        self._refused = 0  # in a row
        self.letters = 0
        self.idle_since = self._loop.time()

    @property
    def usable(self) -> bool:
        return self._client.is_connected and self._refused < _REFUSED_IN_A_ROW

    async def deliver(self, sender: str, to: str, message: bytes) -> Outcome:
        """Says MAIL, RCPT, DATA and the letter. Raises `Full`."""
        used = self.letters > 0
        worked_on = self._loop.time() - self.idle_since < _AT_ONCE
        self.letters += 1
        utf8 = not to.isascii()
        if utf8 and not self._client.supports_extension("smtputf8"):
            return Refused("smtp.smtputf8", "number")
        step: Step = "mail"
        try:
            await self._ask(b"MAIL FROM:<" + sender.encode("ascii") + (b"> SMTPUTF8 BODY=8BITMIME" if utf8 else b">"), _TAKEN)
            step = "rcpt"
            await self._ask(b"RCPT TO:<" + to.encode() + b">", _TAKEN_OR_FORWARDED)
            step = "start"
            await self._ask(b"DATA", _GO_ON)
        except aiosmtplib.SMTPResponseException as reply:
            if used and ends_connection(step, reply.code, reply.message):
                self.drop()
                raise Full(by_reply=worked_on) from reply
            return await self._refused_by(step, reply.code, reply.message)
        except GONE as error:
            self.drop()
            if used and not isinstance(error, TimeoutError):
                raise Full(by_reply=False) from error
            return Refused("smtp.timeout" if isinstance(error, TimeoutError) else "smtp.disconnected", "temporary")
        return await self._say(message)

    async def _ask(self, words: bytes, wanted: Container[int]) -> None:
        reply = await self._client.execute_command(words)
        if reply.code not in wanted:
            raise aiosmtplib.SMTPResponseException(reply.code, reply.message)

    async def _say(self, message: bytes) -> Outcome:
        """The letter itself, behind 354. From here on it may have been taken."""
        protocol = self._client.protocol
        try:
            if protocol is None:
                raise aiosmtplib.SMTPServerDisconnected("hung up behind 354")
            protocol.write(_on_the_wire(message))
        except aiosmtplib.SMTPServerDisconnected:  # before a word of it
            self.drop()
            return Refused("smtp.disconnected", "temporary")
        try:
            reply = await protocol.read_response(timeout=self._patience)
        except aiosmtplib.SMTPResponseException:
            self.drop()
            return Unknown("answer.unreadable")
        except GONE as error:
            self.drop()
            return Unknown("timeout" if isinstance(error, TimeoutError) else "disconnected")
        if reply.code != aiosmtplib.SMTPStatus.completed:
            return await self._refused_by("data", reply.code, reply.message)
        self._refused = 0
        found = _MESSAGE_ID.search(message)
        return Accepted(found[1].decode() if found else "")

    async def _refused_by(self, step: Step, code: int, text: str) -> Outcome:
        """What the reply says; the envelope is thrown away, or the connection is."""
        self._refused += 1
        if not 400 <= code < 600 or code == 421:
            self.drop()
        else:
            try:
                await self._client.rset()
            except (aiosmtplib.SMTPException, OSError):
                self.drop()
        return outcome_of_reply(step, code, text)

    async def quit(self) -> None:
        """Says goodbye, and waits for the answer a little."""
        with suppress(aiosmtplib.SMTPException, OSError):
            await self._client.quit(timeout=2)
        self.drop()

    def leave(self) -> None:
        """Says goodbye to whoever may still be there, and does not wait."""
        with suppress(aiosmtplib.SMTPException, OSError):
            if self._client.protocol is not None:
                self._client.protocol.write(b"QUIT\r\n")
        self.drop()

    def drop(self) -> None:
        self._client.close()


def _on_the_wire(message: bytes) -> bytes:
    """Lines end in CRLF, those that begin with a dot have one more, and a dot alone is the end."""
    if not message.count(b"\r\n") == message.count(b"\n") == message.count(b"\r"):
        message = _LINE_ENDINGS.sub(b"\r\n", message)
    end = b".\r\n" if message.endswith(b"\r\n") else b"\r\n.\r\n"
    return (b"." if message.startswith(b".") else b"") + message.replace(b"\r\n.", b"\r\n..") + end
