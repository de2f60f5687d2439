"""A relay that behaves as bug reports say relays do: a polite ESMTP server, changed in one place.
In this process, on loopback.
"""

import asyncio
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from tests.factories.waiting import takes

HANG_UP = ""
"""A reply that is none: the relay closes the connection instead. Behind a real reply and a line break: after it."""

Answer = str | Callable[["Talk"], str | None] | None
"""What is said instead of the polite reply; a function's None means the polite one."""


@dataclass
class Talk:
    """One connection. `letters`: taken over it. `refused`: replies above 399 in a row. `to`: the recipient under way."""

    number: int
    letters: int = 0
    refused: int = 0
    to: str = ""
    idle_since: float = 0.0

    @property
    def idle(self) -> float:
        return time.monotonic() - self.idle_since


@dataclass
class RudeSmtp:
    """`says`: by word (BANNER, EHLO, AUTH, MAIL, RCPT, DATA, TEXT, RSET) what is said instead. `thinks`: seconds before it is;
    `pauses`: what is awaited before it is.

    `letters`: (recipient, raw) as taken. `words`: how often each word was heard.
    """

    says: dict[str, Answer] = field(default_factory=dict)
    thinks: dict[str, float] = field(default_factory=dict)
    pauses: dict[str, Callable[[Talk], Awaitable[None]]] = field(default_factory=dict)
    offers: tuple[str, ...] = ("PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES", "SMTPUTF8")
    letters: list[tuple[str, bytes]] = field(default_factory=list)
    words: Counter[str] = field(default_factory=Counter)
    talks: list[Talk] = field(default_factory=list)
    ended: int = 0
    thinking: int = 0  # letters whose last reply is out
    _open: list[asyncio.StreamWriter] = field(default_factory=list)

    @property
    def taken(self) -> Counter[str]:
        return Counter(to for to, _ in self.letters)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = Talk(len(self.talks), idle_since=time.monotonic())
        self.talks.append(talk)
        self._open.append(writer)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, _HungUp):
                await self._talk(talk, reader, writer)
        finally:
            self.ended += 1
            writer.close()

    async def _talk(self, talk: Talk, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._say(talk, writer, "BANNER", "220 relay.example ESMTP")
        while line := await reader.readline():
            said = line.strip().decode("utf-8", "replace")
            word = re.split(r"[ :]", said, maxsplit=1)[0].upper()
            self.words[word] += 1
            match word:
                case "EHLO":
                    lines = ["relay.example", *self.offers]
                    await self._say(talk, writer, word, "\r\n".join(f"250{' -'[each is not lines[-1]]}{each}" for each in lines))
                case "AUTH":
                    if said.upper() in ("AUTH LOGIN", "AUTH PLAIN") or said.upper().startswith("AUTH LOGIN"):
                        writer.write(b"334 UGFzc3dvcmQ6\r\n")
                        await reader.readline()
                    await self._say(talk, writer, word, "235 2.7.0 welcome")
                case "RCPT":
                    talk.to = (re.search(r"<(.*?)>", said) or ["", ""])[1]
                    await self._say(talk, writer, word, "250 2.1.5 Ok")
                case "DATA":
                    if (await self._say(talk, writer, word, "354 go on")).startswith("354"):
                        await self._read(talk, reader, writer)
                case "QUIT":
                    writer.write(b"221 2.0.0 Bye\r\n")
                    return
                case "HELO" | "MAIL" | "RSET" | "NOOP":
                    await self._say(talk, writer, word, "250 2.0.0 Ok")
                case _:
                    await self._say(talk, writer, word, "500 5.5.2 what?")

    async def _read(self, talk: Talk, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raw = await reader.readuntil(b"\r\n.\r\n")
        self.letters.append((talk.to, raw[:-3].replace(b"\r\n..", b"\r\n.")))
        talk.letters += 1
        self.thinking += 1
        try:
            await self._say(talk, writer, "TEXT", "250 2.0.0 Ok: queued")
        finally:
            self.thinking -= 1
        talk.idle_since = time.monotonic()

    async def _say(self, talk: Talk, writer: asyncio.StreamWriter, word: str, polite: str) -> str:
        if word in self.thinks:
            await takes(self.thinks[word])
        if word in self.pauses:
            await self.pauses[word](talk)
        answer = self.says.get(word)
        reply = answer(talk) if callable(answer) else answer
        reply = polite if reply is None else reply
        talk.refused = talk.refused + 1 if reply[:1] in ("4", "5") else 0 if word == "TEXT" else talk.refused
        kept = reply.removesuffix("\r\n")
        if kept:
            writer.write(f"{kept}\r\n".encode())
            await writer.drain()
        if kept != reply or not reply:
            raise _HungUp
        return reply

    def hang_up(self) -> None:
        """Closes every connection."""
        for each in self._open:
            each.close()


class _HungUp(Exception):
    """The relay closes the connection."""


@asynccontextmanager
async def listening(relay: RudeSmtp, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[int]:
    """The relay's port, while it listens."""
    server = await asyncio.start_server(relay.serve, host, port, limit=1 << 20)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        relay.hang_up()


def after(letters: int, reply: str) -> Callable[[Talk], str | None]:
    """This reply from a connection that has carried so many letters."""
    return lambda talk: reply if talk.letters >= letters else None
