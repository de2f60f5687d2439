"""The receiving mail server: takes every message for every address into the outbox."""

import asyncio
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from service.clock import Clock
from service.simulators.faults import FaultBoard
from service.simulators.outbox import Outbox

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


async def start_inbox(host: str, port: int, *, outbox: Outbox, faults: FaultBoard, clock: Clock) -> asyncio.Server:
    """Listens until the server is closed. Raises OSError where the port is taken."""
    handler = _Handler(outbox, faults, clock)

    def connection() -> Any:
        return SMTP(handler, data_size_limit=LARGEST, enable_SMTPUTF8=True, hostname="inbox.invalid", ident="Loa inbox")

    return await asyncio.get_running_loop().create_server(connection, host, port)
