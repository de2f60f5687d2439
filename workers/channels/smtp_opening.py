"""Opening a connection to a relay: its name looked up, each of its addresses tried, the line secured, ourselves logged in.

Nothing of a letter is said here, so whatever fails is a refusal. A login is tried by one mechanism, and where it was refused
nobody who waits beside tries the same: an account that sees too many wrong passwords is locked.
"""

import asyncio
import socket
import ssl
from dataclasses import dataclass, field
from typing import Literal

import aiosmtplib

from service.carriers.smtp import Step, outcome_of_reply
from workers.channels.base import Refused

Tls = Literal["none", "starttls", "tls"]
GONE = (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError, OSError)

_EACH = 5.0  # seconds that an address is waited for while there is another to try
_ADDRESSES = 6
_LOOKED_UP = 10.0  # seconds for which a name is not looked up again
_WRONG = 30.0  # seconds for which a refused login is not tried again: shorter than the circuit stays open for it
_HANGUPS = 3  # behind our login, one after the other: then the relay means us
_NOT_THIS_MECHANISM = frozenset({504, 534})
_BROKE_OFF = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)
# A peer that vanished behind the final dot is noticed within two minutes, however long it may think.
_KEEPALIVE = (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 6))


@dataclass(frozen=True, slots=True)
class Relay:
    """Where, and how we show ourselves. `our_name`: for EHLO. `patience`: seconds for one step.
    Without a username nobody logs in.
    """

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    tls: Tls
    trusted: ssl.SSLContext | None
    our_name: str
    patience: float


@dataclass(frozen=True, slots=True)
class _Address:
    family: int
    where: tuple[object, ...]


class Opening:
    """Opens connections to one relay. For one event loop."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._worked: _Address | None = None  # the one that answered last is tried first
        self._found: tuple[float, list[_Address]] = (0.0, [])
        self._logged_in = not relay.username
        self._alone = asyncio.Lock()
        self._failed: tuple[float, Refused] | None = None
        self._hangups, self._hung_up_at = 0, 0.0
        self.greeted = 0
        """Connections that the relay has just taken, and on which nobody's letter is under way yet."""

    async def open(self) -> aiosmtplib.SMTP | Refused:
        """Opens a connection on which MAIL may be said next. Until a login has succeeded one tries, and who waited beside shares
        what came of it.
        """
        if self._logged_in:
            return await self._open()
        loop = asyncio.get_running_loop()
        came = loop.time()
        async with self._alone:
            if not self._logged_in:
                if self._failed and self._holds(*self._failed, came):
                    return self._failed[1]
                opened = await self._open()
                if isinstance(opened, Refused):
                    self._failed = loop.time(), opened
                return opened
        return await self._open()

    def _holds(self, failed_at: float, refused: Refused, came: float) -> bool:
        """Whether what came of another's try is this one's answer, too."""
        lasts = _WRONG if refused.error_class == "config" else 0.0
        return failed_at + lasts >= came

    async def _open(self) -> aiosmtplib.SMTP | Refused:
        try:
            addresses = await self._addresses()
        except OSError:
            return Refused("connect.name", "temporary")
        refused = Refused("connect", "temporary")
        for address in addresses:
            patience = self._relay.patience if address is addresses[-1] else min(_EACH, self._relay.patience)
            answered = await self._greeted(address, patience)
            if isinstance(answered, aiosmtplib.SMTP):
                self._worked = address
                return await self._introduced(answered)
            refused = answered
            if refused.code == "connect.tls":
                break  # who it is cannot be proven: its other addresses are no other relay
        return refused

    async def _addresses(self) -> list[_Address]:
        """In the resolver's order, but the one that answered last is first. Raises OSError."""
        loop = asyncio.get_running_loop()
        good_until, addresses = self._found
        if loop.time() >= good_until:
            async with asyncio.timeout(self._relay.patience):
                found = await loop.getaddrinfo(self._relay.host, self._relay.port, type=socket.SOCK_STREAM)
            addresses = list(dict.fromkeys(_Address(family, where) for family, _, _, _, where in found))[:_ADDRESSES]
            self._found = loop.time() + _LOOKED_UP, addresses
        return addresses if len(addresses) == 1 else sorted(addresses, key=lambda each: each != self._worked)

    async def _greeted(self, address: _Address, patience: float) -> aiosmtplib.SMTP | Refused:
        """Connected to this address, and its banner read."""
        line = socket.socket(address.family, socket.SOCK_STREAM)
        try:
            line.setblocking(False)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for option, value in _KEEPALIVE:
                if hasattr(socket, option):
                    line.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
            async with asyncio.timeout(patience):
                await asyncio.get_running_loop().sock_connect(line, address.where)
        except OSError:  # a timeout is one, too
            line.close()
            return Refused("connect", "temporary")
        except BaseException:
            line.close()
            raise
        client = aiosmtplib.SMTP(
            hostname=self._relay.host,  # whose name the certificate must have
            sock=line,
            use_tls=self._relay.tls == "tls",
            start_tls=False,
            tls_context=self._relay.trusted,
            timeout=self._relay.patience,
            # Given, or the library asks the resolver for our own name, which may take seconds.
            local_hostname=self._relay.our_name,
        )
        try:
            await client.connect(timeout=patience)
        except (aiosmtplib.SMTPException, OSError) as error:
            return _why("connect", error)
        return client

    async def _introduced(self, client: aiosmtplib.SMTP) -> aiosmtplib.SMTP | Refused:
        step: Step = "connect"
        began = asyncio.get_running_loop().time()
        self.greeted += 1
        try:
            await _say_hello(client)
            if self._relay.tls == "starttls":
                step = "starttls"
                await client.starttls()
                await _say_hello(client)
            if self._relay.username:
                step = "login"
                await self._log_in(client)
        except (aiosmtplib.SMTPException, OSError) as error:
            client.close()
            return self._of_login(error, began) if step == "login" else _why(step, error)
        except BaseException:
            client.close()
            raise
        finally:
            self.greeted -= 1
        self._logged_in, self._hangups = True, 0
        return client

    async def _log_in(self, client: aiosmtplib.SMTP) -> None:
        """By the first mechanism that both know: another is tried only where the relay does not take this one,
        which is no failed login.
        """
        ways = {"plain": client.auth_plain, "login": client.auth_login, "cram-md5": client.auth_crammd5}
        offered = [way for name, way in ways.items() if name in client.server_auth_methods]
        if not offered:
            raise aiosmtplib.SMTPNotSupported("no mechanism that both know")
        for way in offered:
            try:
                await way(self._relay.username, self._relay.password)
            except aiosmtplib.SMTPAuthenticationError as refused:
                if refused.code not in _NOT_THIS_MECHANISM or way is offered[-1]:
                    raise
            else:
                return

    def _of_login(self, error: Exception, began: float) -> Refused:
        self._logged_in = not self._relay.username
        if isinstance(error, aiosmtplib.SMTPServerDisconnected) or not isinstance(error, aiosmtplib.SMTPException | TimeoutError):
            # Without a word: the relay's trouble once, whoever was logging in then; a refusal of us where it never ends.
            if began >= self._hung_up_at:
                self._hangups, self._hung_up_at = self._hangups + 1, asyncio.get_running_loop().time()
            return Refused("smtp.login.disconnected", "temporary" if self._hangups < _HANGUPS else "config")
        return _why("login", error)


async def _say_hello(client: aiosmtplib.SMTP) -> None:
    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError:
        if not client.is_connected:
            raise
        await client.helo()


def _why(step: Step, error: Exception) -> Refused:
    for each in (error, error.__cause__):
        if isinstance(each, ssl.SSLError) and not isinstance(each, _BROKE_OFF):
            return Refused("connect.tls", "config")
    if isinstance(error, aiosmtplib.SMTPResponseException):
        outcome = outcome_of_reply(step, error.code, error.message)
        return outcome if isinstance(outcome, Refused) else Refused("connect", "temporary")
    if isinstance(error, GONE):
        return Refused("connect", "temporary")
    return Refused("connect.unsupported", "config")  # no STARTTLS, or no way to log in that both know
