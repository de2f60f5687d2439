"""A message that is sent once more is the same message: who gets it twice sees one, and looks up one number."""

import re

from tests.workers.jobs.conftest import Bench
from workers.delivering.job import deliver_chunk

SMS, EMAIL = 0, 1


async def _sent(bench: Bench, chunk: int) -> dict[str, object]:
    """What each of a chunk's recipients is handed now."""
    bench.carrier.taken.clear()
    bench.carrier.letters.clear()
    await bench.beat()
    await deliver_chunk({"tools": bench.tools}, bench.approved.unit_id, bench.approved.broadcast_id, chunk, 0)
    return dict(zip(bench.carrier.taken, bench.carrier.letters, strict=True))


async def _twice(bench: Bench, chunk: int) -> tuple[dict[str, object], dict[str, object]]:
    first = await _sent(bench, chunk)
    await bench.approved.run("UPDATE deliveries SET state = 'failed' WHERE state = 'accepted'")
    await bench.approved.run("UPDATE deliveries SET state = 'waiting' WHERE state = 'failed'")
    return first, await _sent(bench, chunk)


async def test_a_letter_is_the_same_byte_for_byte_its_message_id_too(bench: Bench) -> None:
    first, second = await _twice(bench, EMAIL)
    assert second == first
    whole = b"".join(letter for letter in first.values() if isinstance(letter, bytes))
    ids = set(re.findall(rb"Message-ID: <(\S+)>", whole))
    assert len(ids) == len(first) == 2


async def test_an_sms_has_the_same_text_and_number(bench: Bench) -> None:
    first, second = await _twice(bench, SMS)
    assert second == first
    assert len(set(first.values())) == len(first) == 3
