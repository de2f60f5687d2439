"""Email through an SMTP relay, over a pool of connections that stay open and survive the relay's restarts.

What breaks before DATA is a refusal: nothing was taken. What breaks after it is unknown. Nothing is repeated here, but for a message
whose idle connection turned out dead, or was being closed, at its first word.
"""

import asyncio
import re
import ssl
from contextlib import suppress
from typing import Literal
from weakref import WeakValueDictionary

import aiosmtplib

from workers.channels.base import Accepted, Outcome, Refused, Unknown
from workers.channels.smtp_errors import Step, outcome_of_reply

Tls = Literal["none", "starttls", "tls"]

_LETTERS_PER_CONNECTION = 100  # relays close a connection after so many: better to leave before
_GONE = (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError, OSError)
_MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([^>\r\n]+)>", re.IGNORECASE | re.MULTILINE)
_NO_ADDRESS = re.compile(r"[\x00-\x20\x7f<>]|^[^@]*$")


class EmailSmtp:
    """An `EmailChannel`. At most `pool` connections, opened when needed, and at most `per_domain` letters to one domain at once. Make and close it in the event loop that uses it."""

    def __init__(
        self,
        host: str,
        port: int,
        username: str,
        password: str,
        tls: Tls,
        sender: str,
        *,
        ca_file: str = "",
        pool: int = 10,
        per_domain: int = 10,
        timeout: float = 30,
    ) -> None:
        """`sender` is the envelope's, where bounces go: a bare address, else ValueError. Without a username nobody logs in.

        `ca_file`: PEM of further authorities; the relay's certificate, its name and dates are checked with `starttls` and `tls`.
        """
        if _NO_ADDRESS.search(sender) or not sender.isascii():
            raise ValueError("the sender must be a bare address such as canhbao@example.vn")
        self._host, self._port = host, port
        self._username, self._password = username, password
        self._tls = tls
        self._context = None if tls == "none" else _trusting(ca_file)
        self._sender = sender
        self._timeout = timeout
        self._free = asyncio.Semaphore(pool)
        self._per_domain = per_domain
        self._domains: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()  # of those being written to
        self._idle: list[_Connection] = []
        self._closed = False

    async def send(self, to: str, message: bytes) -> Outcome:
        """See `EmailChannel.send`. `Accepted.provider_id` is the Message-ID: SMTP gives no other name that lasts."""
        if _NO_ADDRESS.search(to):
            return Refused("smtp.address", "number")
        async with self._domain(to), self._free:
            while self._idle:
                connection = self._idle.pop()
                try:
                    return await self._over(connection, to, message)
                except _Stale:
                    connection.drop()
            opened = await self._open()
            if not isinstance(opened, _Connection):
                return opened
            return await self._over(opened, to, message)

    def _domain(self, to: str) -> asyncio.Semaphore:
        """Its places. A domain that is slow, or of which half the list is, leaves connections for the others."""
        name = to.rpartition("@")[2].lower()
        found = self._domains.get(name)
        if found is None:
            found = self._domains[name] = asyncio.Semaphore(self._per_domain)
        return found

    async def close(self) -> None:
        """See `EmailChannel.close`. Sends under way are the caller's to wait for."""
        self._closed = True
        idle, self._idle = self._idle, []
        await asyncio.gather(*(connection.quit() for connection in idle))

    async def _over(self, connection: "_Connection", to: str, message: bytes) -> Outcome:
        try:
            outcome = await connection.deliver(self._sender, to, message)
        except BaseException:  # cancelled in mid-sentence, or stale: nobody may speak on it again
            connection.drop()
            raise
        if connection.usable and not self._closed:
            self._idle.append(connection)
        else:
            await connection.quit()
        return outcome

    async def _open(self) -> "_Connection | Refused":
        client = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            username=self._username or None,
            password=self._password or None,
            use_tls=self._tls == "tls",
            start_tls=self._tls == "starttls",
            tls_context=self._context,
            timeout=self._timeout,
            # Given, or the library asks the resolver for our own name, which may take seconds.
            local_hostname=self._sender.rpartition("@")[2] or "localhost",
        )
        try:
            await client.connect()
        except aiosmtplib.SMTPResponseException as reply:
            outcome = outcome_of_reply("connect", reply.code, reply.message)
            return outcome if isinstance(outcome, Refused) else Refused("connect", "temporary")
        except _GONE as error:
            if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
                return Refused("connect.tls", "config")
            return Refused("connect", "temporary")
        except aiosmtplib.SMTPException:  # no STARTTLS, or no way to log in that both know
            return Refused("connect.unsupported", "config")
        return _Connection(client)


def _trusting(ca_file: str) -> ssl.SSLContext:
    """Trusts whom the system trusts, and those of the file. Read once: a file that is no good stops the start."""
    context = ssl.create_default_context()
    if ca_file:
        try:
            context.load_verify_locations(cafile=ca_file)
        except OSError as error:  # an SSLError is one, too
            raise ValueError(f"the file of authorities cannot be used: {ca_file}") from error
    return context


class _Stale(Exception):
    """An idle connection that was dead at its first word: nothing of the message was said."""


class _Connection:
    """One open connection, used by one sender at a time."""

    def __init__(self, client: aiosmtplib.SMTP) -> None:
        self._client = client
        self._sent = 0

    @property
    def usable(self) -> bool:
        return self._client.is_connected and self._sent < _LETTERS_PER_CONNECTION

    async def deliver(self, sender: str, to: str, message: bytes) -> Outcome:
        """Says MAIL, RCPT, DATA. Raises `_Stale` if the connection had been used and died before MAIL was answered."""
        used_before = self._sent > 0
        self._sent += 1
        utf8 = not to.isascii()
        step: Step = "mail"
        try:
            if utf8 and not await self._takes_utf8():
                return Refused("smtp.smtputf8", "number")
            await self._client.mail(sender, options=["SMTPUTF8", "BODY=8BITMIME"] if utf8 else [])
            step = "rcpt"
            await self._client.rcpt(to, encoding="utf-8" if utf8 else "ascii")
            if not self._client.is_connected:
                return Refused("smtp.disconnected", "temporary")
            step = "data"
            await self._client.data(message)
        except aiosmtplib.SMTPResponseException as reply:
            if step == "mail" and reply.code == 421 and used_before:
                raise _Stale from reply
            outcome = outcome_of_reply(step, reply.code, reply.message)
            await self._start_over(reply.code)
            return outcome
        except _GONE as error:
            self.drop()
            if step == "mail" and used_before and not isinstance(error, TimeoutError):
                raise _Stale from error
            reason = "timeout" if isinstance(error, TimeoutError) else "disconnected"
            return Unknown(reason) if step == "data" else Refused(f"smtp.{reason}", "temporary")
        found = _MESSAGE_ID.search(message)
        return Accepted(found[1].decode() if found else "")

    async def quit(self) -> None:
        with suppress(aiosmtplib.SMTPException, OSError):
            await self._client.quit(timeout=2)
        self.drop()

    def drop(self) -> None:
        self._client.close()

    async def _takes_utf8(self) -> bool:
        if self._client.is_ehlo_or_helo_needed:
            await self._client.ehlo()
        return self._client.supports_extension("smtputf8")

    async def _start_over(self, code: int) -> None:
        """After a refusal: the envelope is thrown away, or the connection is."""
        if not 400 <= code < 600 or code == 421:
            self.drop()
            return
        try:
            await self._client.rset()
        except (aiosmtplib.SMTPException, OSError):
            self.drop()
