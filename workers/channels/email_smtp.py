"""Email through an SMTP relay, over a pool of connections that stay open and survive the relay's restarts and quotas.

Nothing is repeated here, but for a message whose connection turned out dead, or full, before a word of it was said: that is tried
once more over a new one.
"""

import asyncio
import re
import ssl
from weakref import WeakValueDictionary

from service.carriers.smtp import NO_PLACE
from workers.channels.base import Accepted, Outcome, Refused
from workers.channels.smtp_opening import Opening, Relay, Tls
from workers.channels.smtp_session import Full, Quota, Session

_CROWDED = 60.0  # seconds for which a letter that found no place keeps others from being marked
_NO_ADDRESS = re.compile(r"[\x00-\x20\x7f<>]|^[^@]*$")


class EmailSmtp:
    """An `EmailChannel`. At most `pool` connections, opened when needed, and at most `per_domain` letters to one domain at once.
    Make and close it in the event loop that uses it.
    """

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
        letters: int = 10,
        timeout: float = 30,
        answer: float = 600,
        idle: float = 10,
        place: float = 2,
    ) -> None:
        """`sender` is the envelope's, where bounces go: a bare address, else ValueError. Without a username nobody logs in.

        `ca_file`: PEM of further authorities; the relay's certificate, its name and dates are checked with `starttls` and `tls`.
        `letters`: that go over one connection. Seconds: `timeout` for a step; `answer` for the reply behind a letter (RFC 5321:
        600); `idle` that an unused connection is kept, before a firewall forgets it; `place` that a letter waits for one: what is
        stopped meanwhile must not leave later.
        """
        if _NO_ADDRESS.search(sender) or not sender.isascii():
            raise ValueError("the sender must be a bare address such as canhbao@example.vn")
        trusted = None if tls == "none" else _trusting(ca_file)
        our_name = sender.rpartition("@")[2] or "localhost"
        self._opening = Opening(Relay(host, port, username, password, tls, trusted, our_name, timeout))
        self._sender = sender
        self._answer, self._keeps, self._waits = answer, idle, place
        self._quota = Quota(letters)
        self._pool = pool
        self._free = asyncio.Semaphore(pool)
        self._per_domain = per_domain
        self._domains: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()  # of those being written to
        self._out = 0  # letters that have a connection or wait for one
        self._speaking = 0  # connections that carry one
        self._lines = pool  # as many as the relay takes, while that was noticed
        self._crowded_until = 0.0
        self._idle: list[Session] = []
        self._ageing: asyncio.TimerHandle | None = None
        self._closed = False

    def room(self, wanted: int) -> int:
        """Returns how many of so many letters would find a connection soon: all while the relay is quick, else as many as are
        free.
        """
        if asyncio.get_running_loop().time() >= self._crowded_until:
            return wanted
        return min(wanted, max(0, self._lines - self._out))

    def _crowded(self, lines: int) -> Refused:
        """Nothing is heard of the relay by a letter that found no connection."""
        self._lines = max(1, lines)
        self._crowded_until = asyncio.get_running_loop().time() + _CROWDED
        return Refused(NO_PLACE, "temporary")

    async def send(self, to: str, message: bytes) -> Outcome:
        """Sends as `EmailChannel.send` says. `Accepted.provider_id` is the Message-ID: SMTP gives no other name that lasts."""
        if _NO_ADDRESS.search(to):
            return Refused("smtp.address", "number")
        domain = self._domain(to)
        self._out += 1
        try:
            try:
                async with asyncio.timeout(self._waits):
                    await _both(domain, self._free)
            except TimeoutError:
                return self._crowded(self._pool)
            try:
                return await self._send(to, message)
            finally:
                self._free.release()
                domain.release()
        finally:
            self._out -= 1

    async def _send(self, to: str, message: bytes) -> Outcome:
        full: Full | None = None
        carried = 0
        if self._idle:
            session = self._idle.pop()
            carried = session.letters
            try:
                return await self._over(session, to, message)
            except Full as ended:
                full = ended
        opened = await self._opening.open()
        if isinstance(opened, Refused):
            have = self._speaking + len(self._idle) + self._opening.greeted
            # Beside others that work: it takes so many from one host at once, and no more.
            return self._crowded(have) if have and opened.code.startswith("smtp.connect.4") else opened
        outcome = await self._over(Session(opened, self._answer), to, message)
        if full is not None and full.by_reply and isinstance(outcome, Accepted):
            self._quota.ended_at(carried)
        return outcome

    async def _over(self, session: Session, to: str, message: bytes) -> Outcome:
        self._speaking += 1
        try:
            outcome = await session.deliver(self._sender, to, message)
        except BaseException:  # cancelled in mid-sentence, or full: nobody may speak on it again
            session.drop()
            raise
        finally:
            self._speaking -= 1
        if session.usable and session.letters < self._quota.most and not self._closed:
            self._keep(session)
        else:
            await session.quit()
        return outcome

    def _domain(self, to: str) -> asyncio.Semaphore:
        """Its places. A domain that is slow, or of which half the list is, leaves connections for the others."""
        name = to.rpartition("@")[2].lower()
        found = self._domains.get(name)
        if found is None:
            found = self._domains[name] = asyncio.Semaphore(self._per_domain)
        return found

    def _keep(self, session: Session) -> None:
        loop = asyncio.get_running_loop()
        session.idle_since = loop.time()
        self._idle.append(session)
        if self._ageing is None:
            self._ageing = loop.call_later(self._keeps, self._leave_old)

    def _leave_old(self) -> None:
        loop = asyncio.get_running_loop()
        self._ageing = None
        old = [each for each in self._idle if loop.time() - each.idle_since >= self._keeps]
        self._idle = [each for each in self._idle if each not in old]
        for each in old:
            each.leave()
        if self._idle:
            self._ageing = loop.call_at(self._idle[0].idle_since + self._keeps, self._leave_old)

    async def close(self) -> None:
        """Closes as `EmailChannel.close` says. Sends under way are the caller's to wait for."""
        self._closed = True
        if self._ageing is not None:
            self._ageing.cancel()
        idle, self._idle = self._idle, []
        await asyncio.gather(*(session.quit() for session in idle))


async def _both(first: asyncio.Semaphore, second: asyncio.Semaphore) -> None:
    """Takes both, or none."""
    await first.acquire()
    try:
        await second.acquire()
    except BaseException:
        first.release()
        raise


def _trusting(ca_file: str) -> ssl.SSLContext:
    """Trusts whom the system trusts, and those of the file. Read once: a file that is no good stops the start."""
    context = ssl.create_default_context()
    if ca_file:
        try:
            context.load_verify_locations(cafile=ca_file)
        except OSError as error:  # an SSLError is one, too
            raise ValueError(f"the file of authorities cannot be used: {ca_file}") from error
    return context
