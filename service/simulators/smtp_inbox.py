"""The receiving mail server: takes every message for every address into the outbox."""

import asyncio
import re
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from service.clock import Clock
from service.simulators.faults import FaultBoard
from service.simulators.outbox import Outbox

_PLAIN_ADDRESS = re.compile(r"<([\w.+-]{1,64}@[\w.-]{1,190})>(.*)", re.DOTALL)
LARGEST = 10 * 1024 * 1024


class _Handler:
    """What aiosmtpd asks at each step of a message. The method names are its own."""

    def __init__(self, outbox: Outbox, faults: FaultBoard, clock: Clock) -> None:
        self._outbox = outbox
        self._faults = faults
        self._clock = clock

    async def handle_RCPT(self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]) -> str:  # noqa: N802
        faults = self._faults.email
        if faults.smtp_reply and faults.strikes(self._faults.dice):
            return faults.smtp_reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802
        faults = self._faults.email
        if faults.latency_ms:
            await asyncio.sleep(faults.latency_ms / 2000)
        if not faults.smtp_reply and faults.strikes(self._faults.dice):
            return "451 4.3.0 Try again later"
        now = self._clock()
        raw = envelope.original_content or b""
        for address in envelope.rcpt_tos:
            self._outbox.add_mail(address, envelope.mail_from or "", raw, now)
        if self._faults.happens(faults.hang_after_accept):
            await asyncio.Event().wait()  # ends with the connection, which cancels us
        if faults.latency_ms:
            await asyncio.sleep(faults.latency_ms / 2000)
        return "250 2.0.0 OK"


class _Inbox(SMTP):
    """aiosmtpd takes 550 messages of 10 KB a second: it reads them line by line, and addresses with the library for headers."""

    line_length_limit = LARGEST

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        plain = _PLAIN_ADDRESS.match(arg or "")
        if plain:
            return plain[1], plain[2]
        return super()._getaddr(arg)

    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802 - aiosmtpd's name
        """Takes the text in one go. Nobody may speak on before it is answered (RFC 2920), so what ends like a text is its end."""
        envelope = self.envelope
        if envelope is None or not envelope.rcpt_tos:
            await self.push("503 Error: need RCPT command")
            return
        if arg:
            await self.push("501 Syntax: DATA")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        text = bytearray(b"\r\n")
        while not text.endswith(b"\r\n.\r\n"):
            chunk = await self._reader.read(65536)
            if not chunk or len(text) > LARGEST:
                await self.push("552 Error: Too much mail data")
                raise ConnectionResetError
            text += chunk
        envelope.original_content = envelope.content = bytes(text[:-3].replace(b"\r\n..", b"\r\n.")[2:])
        status = await self._call_handler_hook("DATA")
        self._set_post_data_state()  # type: ignore[no-untyped-call]
        await self.push(status)


async def start_inbox(host: str, port: int, *, outbox: Outbox, faults: FaultBoard, clock: Clock) -> asyncio.Server:
    """Listens until the server is closed. Raises OSError where the port is taken."""
    handler = _Handler(outbox, faults, clock)

    def connection() -> Any:
        return _Inbox(handler, data_size_limit=LARGEST, enable_SMTPUTF8=True, hostname="inbox.invalid", ident="Loa inbox")

    return await asyncio.get_running_loop().create_server(connection, host, port)
