"""The answer to "is this message genuine?".

A number alone leads to the official text and never says more; with a text, the text decides. A record is shown only with its
signature verified; what cannot be read or verified is `unavailable`, never "unknown". Pasted text is not kept.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from service.clock import Clock
from service.errors import TooLarge, Unavailable
from service.keyring import jwks, lookup_number_key, public_keys
from service.keyring.wrapping import Wrapping
from service.lookups.answers import Answer, Outcome, Recalled, view
from service.lookups.official_texts import Published
from service.lookups.pointers import Pointers
from service.records import find_record, record_jws, revocations_since
from service.signing.comparison import compare
from service.signing.errors import UnknownKey, Unreadable, VerificationError
from service.signing.lookup_numbers import LookupNumbers, Mistyped, find_numbers
from service.signing.public_keys import PublicKey
from service.signing.records import Record, open_record
from service.signing.revocations import open_revocation

MOST_TEXT = 4096
"""Bytes of UTF-8 that are compared."""
_MOST_NUMBER = 100  # characters of a number's field: a label and a number fit; more is not read at all
_MOST_CANDIDATES = 5  # numbers of one text with right check digits: an official text has one
_RECORDS_KEPT = 1000
_REVOCATIONS_GOOD_FOR = 2.0  # seconds: what is recalled is known everywhere within as many
_KEYS_GOOD_FOR = 60.0  # seconds: a revocation is known everywhere within a minute
_COMPARISONS_AT_ONCE = 4
_RECALLED = {"cancelled": "record.cancelled", "cancelled_unsent": "record.cancelled_unsent"}


class Lookups:
    """Made once per process. `engine`: the look-up login's. `patience`:
    seconds until a database that hangs is one that is down.
    """

    def __init__(self, engine: AsyncEngine, master: Wrapping, digits: int, clock: Clock, patience: float = 5.0) -> None:
        self._engine = engine
        self._master = master
        self._digits = digits
        self._clock = clock
        self._patience = patience
        self._pointers = Pointers(engine)
        self._numbers: LookupNumbers | None = None
        self._keys: dict[str, PublicKey] = {}
        self._keys_read = float("-inf")
        self._records: OrderedDict[UUID, Published] = OrderedDict()
        self._revocations: dict[UUID, bytes] = {}
        self._revocations_until: datetime | None = None
        self._revocations_read = float("-inf")
        # Threads of their own: whatever else this process does in threads, a parent does not wait behind it.
        self._comparing = ThreadPoolExecutor(_COMPARISONS_AT_ONCE, thread_name_prefix="compare")

    async def answer(self, number: str | None, text: str | None) -> Answer:
        """Answers for a number, a text, or both. Raises `TooLarge("lookup.text_too_long")`,
        `Unavailable("lookup.unavailable")`.
        """
        # Half a surrogate pair is no text: what goes in must come out of a page again.
        text = text.encode("utf-8", "replace").decode() if text and text.strip() else None
        if text is not None and len(text.encode()) > MOST_TEXT:
            raise TooLarge("lookup.text_too_long")
        try:
            async with asyncio.timeout(self._patience):
                return await self._answer(number, text)
        except (SQLAlchemyError, OSError, VerificationError, LookupError) as error:
            raise Unavailable("lookup.unavailable") from error

    def close(self) -> None:
        """Takes no more comparisons."""
        self._comparing.shutdown(wait=False, cancel_futures=True)

    async def record_jws(self, record_id: UUID) -> bytes:
        """Returns a signed record, byte for byte. Raises `NotFound("record.unknown")`, `Unavailable("lookup.unavailable")`."""
        try:
            async with self._engine.connect() as conn:
                return await record_jws(conn, record_id)
        except (SQLAlchemyError, OSError) as error:
            raise Unavailable("lookup.unavailable") from error

    async def jwks(self) -> dict[str, Any]:
        """Returns the published keys, as a JWK set. Raises `Unavailable("lookup.unavailable")`."""
        try:
            async with self._engine.connect() as conn:
                return await jwks(conn)
        except (SQLAlchemyError, OSError) as error:
            raise Unavailable("lookup.unavailable") from error

    async def _answer(self, number: str | None, text: str | None) -> Answer:
        numbers = await self._look_up_numbers()
        typed = (number or "").strip()
        if len(typed) > _MOST_NUMBER:
            return Answer("mistyped")
        if typed:
            asked = find_numbers(typed, self._digits) or [typed]  # "Số tra cứu: 4071 …" copied with its label is a number, too
        else:
            # Identity cards have 12 digits as well; they begin with 0, which no look-up number does.
            asked = [found for found in find_numbers(text or "", self._digits) if found[0] in "234567"]
            if not asked:
                return Answer("mistyped") if text is None else Answer("unknown", numberless=True)
        serials = list(islice(_read(numbers, asked), _MOST_CANDIDATES))
        if not serials:
            return Answer("mistyped", misread="" if typed else asked[0])
        found = await self._pointers.first_of(serials)
        if found is None:
            if self._pointers.behind or await self._pointers.lost(serials):
                raise Unavailable("lookup.unavailable")
            return Answer("unknown", number=numbers.written(serials[0]))
        serial, record_id = found
        return await self._compared(await self._published(record_id), numbers.written(serial), text)

    async def _compared(self, published: Published, number: str, text: str | None) -> Answer:
        comparison = channel = None
        if text is not None:
            loop = asyncio.get_running_loop()
            comparison = await loop.run_in_executor(self._comparing, compare, text, published.texts(number), number)
            if comparison.nearest is not None:
                channel = published.officials[comparison.nearest].channel
        recalled = await self._recalled(published.record)
        shown = view(published.record, number, recalled)
        outcome = _outcome(published.record, recalled, self._clock())
        return Answer(outcome, number=number, record=shown, comparison=comparison, channel=channel)

    async def _recalled(self, record: Record) -> Recalled | None:
        """The issuer's word that it no longer stands, verified. A word that does not verify makes the record unavailable."""
        if time.monotonic() - self._revocations_read > _REVOCATIONS_GOOD_FOR:
            began = time.monotonic()
            async with self._engine.connect() as conn:
                new, self._revocations_until = await revocations_since(conn, self._revocations_until)
            self._revocations |= new
            self._revocations_read = began
        jws = self._revocations.get(record.id)
        if jws is None:
            return None
        revocation = open_revocation(jws, await self._public_keys(), purpose=record.purpose)
        if revocation.record_id != record.id:
            raise Unreadable("another record's revocation")
        return Recalled(revocation.at, _RECALLED[revocation.reason])

    async def _published(self, record_id: UUID) -> Published:
        """The record, verified with keys that are at most a minute old."""
        keys = await self._public_keys()
        if record_id not in self._records:
            async with self._engine.connect() as conn:
                stored = await find_record(conn, record_id)
            if stored is None:
                raise LookupError("a block without its record")
            try:
                record = open_record(stored.jws, keys, purpose=stored.purpose)
            except UnknownKey:  # published since we last asked
                self._keys_read = float("-inf")
                record = open_record(stored.jws, await self._public_keys(), purpose=stored.purpose)
            self._records[record_id] = Published.of(record)
            if len(self._records) > _RECORDS_KEPT:
                self._records.popitem(last=False)
        self._records.move_to_end(record_id)
        return self._records[record_id]

    async def _public_keys(self) -> dict[str, PublicKey]:
        if time.monotonic() - self._keys_read > _KEYS_GOOD_FOR:
            async with self._engine.connect() as conn:
                keys = await public_keys(conn)
            if keys != self._keys:
                self._records.clear()  # what an older set of keys said is asked again
            self._keys, self._keys_read = keys, time.monotonic()
        return self._keys

    async def _look_up_numbers(self) -> LookupNumbers:
        if self._numbers is None:
            async with self._engine.connect() as conn:
                self._numbers = LookupNumbers(await lookup_number_key(conn, self._master), self._digits)
        return self._numbers


def _outcome(record: Record, recalled: Recalled | None, now: datetime) -> Outcome:
    """In the order in which each outweighs those behind it."""
    if record.purpose == "drill":
        return "drill"
    if recalled is not None:
        return "recalled"
    return "expired" if record.expires_at <= now else "found"


def _read(numbers: LookupNumbers, asked: Iterable[str]) -> Iterator[int]:
    """The delivery numbers of those that are look-up numbers by their check digits."""
    for candidate in asked:
        try:
            yield numbers.number(candidate)
        except Mistyped:
            continue
