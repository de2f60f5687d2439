"""Status callbacks at the door: signature checked, stored in the inbox in batches, and only then answered."""

import asyncio
import base64
import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from service.clock import Clock
from service.database import single_statement
from service.deliveries.answers.attempt_tokens import Attempt
from service.deliveries.answers.senders import OTHER_SENDER, is_other
from service.errors import Forbidden

_BATCH = 500
_NAME, _WORD, _CODE = (re.compile(form) for form in (r"[!-~]{1,64}", r"[a-z_-]{1,32}", r"[0-9A-Za-z_.-]{0,16}"))
_USUAL_PORTS = {"https": 443, "http": 80}
_LINGER = 0.005  # seconds one callback waits for others: at 300 a second that saves most transactions
_WRITERS = 2  # one batch gathers while another is committed
_STORE = text(
    "SELECT door_store_receipts(CAST(:units AS integer[]), CAST(:broadcasts AS bigint[]), CAST(:numbers AS bigint[]),"
    "   CAST(:attempts AS smallint[]), CAST(:ids AS text[]), CAST(:statuses AS text[]), CAST(:errors AS text[]), :now)"
)


def check_signature(auth_tokens: Sequence[str], url: str, parameters: Sequence[tuple[str, str]], signature: str) -> None:
    """Returns nothing, or raises `Forbidden("webhook.bad_signature")`: signed by none of the accounts whose tokens these are.

    As Twilio signs: HMAC-SHA1 by the account's token over the exact public URL and every parameter, unknown ones included, sorted
    by name (https://www.twilio.com/docs/usage/security). The port is sometimes in what it signs and sometimes not, so both are tried.
    """
    parameters_in_order = "".join(name + value for name, value in sorted(set(parameters)))
    given = signature.encode("utf-8", "replace")
    expected = (
        base64.b64encode(hmac.new(token.encode(), (spelling + parameters_in_order).encode(), "sha1").digest())
        for spelling in _spellings(url)
        for token in auth_tokens
    )
    if not any(hmac.compare_digest(each, given) for each in expected):
        raise Forbidden("webhook.bad_signature")


def _spellings(url: str) -> Iterator[str]:
    """An address as it is, without its port, and with the port that its scheme stands for."""
    yield url
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    name, colon, port = host.rpartition(":")
    if colon and port.isdecimal():
        yield f"{scheme}://{name}{slash}{path}"
    elif scheme in _USUAL_PORTS:
        yield f"{scheme}://{host}:{_USUAL_PORTS[scheme]}{slash}{path}"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a provider said of an attempt. `status` and `error_code` are the provider's own words. `other_sender`: and that it left under
    another name than the registered one.
    """

    attempt: Attempt
    provider_id: str
    status: str
    error_code: str | None
    other_sender: bool = False

    @classmethod
    def of_twilio(cls, attempt: Attempt, parameters: Mapping[str, str], registered: Sequence[str] = ()) -> "Receipt":
        """From a callback's form. `registered`: the senders of the account it is of. Raises `Forbidden("webhook.bad_signature")` where one of its fields is none that a gateway sends."""
        sid, status, error = (parameters.get(name, "") for name in ("MessageSid", "MessageStatus", "ErrorCode"))
        if not (_NAME.fullmatch(sid) and _WORD.fullmatch(status) and _CODE.fullmatch(error)):
            raise Forbidden("webhook.bad_signature")
        sender = parameters.get("From")
        other = bool(registered) and all(is_other(sender, each) for each in registered)
        return cls(attempt, sid, status, error or None, other)

    @property
    def fields(self) -> tuple[tuple[str, str | None], ...]:
        """(status, error) of what is put into the inbox for it."""
        said = (self.status, self.error_code)
        return ((OTHER_SENDER, None), said) if self.other_sender else (said,)


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
                    "ids": [receipt.provider_id for receipt, *_ in rows],
                    "statuses": [status for _, status, _ in rows],
                    "errors": [error for *_, error in rows],
                },
            )
