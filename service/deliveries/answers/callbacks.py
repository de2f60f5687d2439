"""Status callbacks at the door: signature checked, stored in the inbox in batches, and only then answered."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from service.carriers import Said, twilio_callbacks
from service.clock import Clock
from service.database import single_statement
from service.deliveries.answers.attempt_tokens import Attempt
from service.deliveries.answers.senders import OTHER_SENDER, is_other
from service.errors import Forbidden

_BATCH = 500
_LINGER = 0.005  # seconds one callback waits for others: at 300 a second that saves most transactions
_WRITERS = 2  # one batch gathers while another is committed
_STORE = text(
    "SELECT door_store_receipts(CAST(:units AS integer[]), CAST(:broadcasts AS bigint[]), CAST(:numbers AS bigint[]),"
    "   CAST(:attempts AS smallint[]), CAST(:ids AS text[]), CAST(:statuses AS text[]), CAST(:errors AS text[]), :now)"
)


def check_signature(auth_tokens: Sequence[str], url: str, parameters: Sequence[tuple[str, str]], signature: str) -> None:
    """Returns nothing, or raises `Forbidden("webhook.bad_signature")`: signed by none of the accounts whose tokens these are."""
    if not twilio_callbacks.is_signed(auth_tokens, url, parameters, signature):
        raise Forbidden("webhook.bad_signature")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a provider said of an attempt. `other_sender`: and that it left under another name than the registered one."""

    attempt: Attempt
    said: Said
    other_sender: bool = False

    @classmethod
    def of(cls, attempt: Attempt, said: Said, registered: Sequence[str] = ()) -> "Receipt":
        """Makes a receipt of what was said of an attempt. `registered`: the senders of the account it is of."""
        return cls(attempt, said, bool(registered) and all(is_other(said.sender, each) for each in registered))

    @property
    def fields(self) -> tuple[tuple[str, str | None], ...]:
        """(status, code) of what is put into the inbox for it; nothing for a status that says nothing of a delivery."""
        known = [(self.said.becomes, self.said.code)] if self.said.becomes else []
        return ((OTHER_SENDER, None), *known) if self.other_sender else tuple(known)


class ReceiptIntake:
    """Stores receipts, many in one statement. `store` returns when its receipt is committed."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._arrived: asyncio.Queue[tuple[Receipt, asyncio.Future[None]]] = asyncio.Queue(maxsize=10_000)
        self._writing: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._writing = [asyncio.create_task(self._write(), name="receipts") for _ in range(_WRITERS)]

    async def stop(self) -> None:
        for task in self._writing:
            task.cancel()
        await asyncio.gather(*self._writing, return_exceptions=True)

    async def store(self, receipt: Receipt) -> None:
        """Raises whatever the database raised: the provider is told 503, and tries again because its address asks it to
        (`workers.kept.tools`). Of a unit nobody knows: dropped.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        await self._arrived.put((receipt, done))
        await done

    async def _write(self) -> None:
        while True:
            batch = [await self._arrived.get()]
            await asyncio.sleep(_LINGER)
            while not self._arrived.empty() and len(batch) < _BATCH:
                batch.append(self._arrived.get_nowait())
            error: Exception | None = None
            try:
                await self._insert([receipt for receipt, _ in batch])
            except Exception as raised:  # noqa: BLE001 - handed to every waiting request, which answers 5xx
                error = raised
            for _, done in batch:
                if done.cancelled():
                    continue
                if error is None:
                    done.set_result(None)
                else:
                    done.set_exception(error)

    async def _insert(self, receipts: Sequence[Receipt]) -> None:
        rows = [(receipt, *said) for receipt in receipts for said in receipt.fields]
        async with single_statement(self._engine) as conn:
            await conn.execute(
                _STORE,
                {
                    "now": self._clock(),
                    "units": [receipt.attempt.unit_id for receipt, *_ in rows],
                    "broadcasts": [receipt.attempt.broadcast_id for receipt, *_ in rows],
                    "numbers": [receipt.attempt.number for receipt, *_ in rows],
                    "attempts": [receipt.attempt.attempt for receipt, *_ in rows],
                    "ids": [receipt.said.provider_id for receipt, *_ in rows],
                    "statuses": [status for _, status, _ in rows],
                    "errors": [error for *_, error in rows],
                },
            )
