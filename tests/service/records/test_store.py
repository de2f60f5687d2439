"""Records come back byte for byte, and every number of a block leads to its record, and no other number does."""

from itertools import pairwise
from uuid import uuid4

import pytest
from sqlalchemy.exc import DBAPIError

from contact_registry.sealing import MasterKey
from service.database import unit_transaction
from service.errors import NotFound
from service.records import blocks_after, find_record, record_jws, reserve_numbers
from tests.conftest import Engines
from tests.factories.records import make_press


async def test_every_number_of_a_block_leads_to_its_record_and_no_other_does(engines: Engines, master: MasterKey) -> None:
    press = await make_press(engines, master)
    first, second = await press.publish(), await press.publish()
    written = await press.deliver(first.id, 3)
    async with engines.lookup.connect() as conn:
        blocks = await blocks_after(conn, -1)
        led = {number: block.record_id for block in blocks for number in range(block.first, block.last + 1)}
        ours = {press.numbers.number(number): first.id for number in (first.public_number, *written)}
        assert led == ours | {press.numbers.number(second.public_number): second.id}
        assert await blocks_after(conn, blocks[0].first) == blocks[1:]
        stored = await find_record(conn, first.id)
        assert stored is not None
        assert stored.jws == await record_jws(conn, first.id)


async def test_blocks_never_overlap(engines: Engines, master: MasterKey) -> None:
    press = await make_press(engines, master)
    record = await press.publish()
    for how_many in (1, 500, 7):
        await press.deliver(record.id, how_many)
    async with engines.lookup.connect() as conn:
        blocks = await blocks_after(conn, -1)
    assert [block.last - block.first + 1 for block in blocks] == [1, 1, 500, 7]
    assert all(one.last < next_one.first for one, next_one in pairwise(blocks))


async def test_a_block_without_its_record_is_never_committed(engines: Engines, master: MasterKey) -> None:
    press = await make_press(engines, master)
    with pytest.raises(DBAPIError, match="number_blocks_record_id_fkey"):
        async with unit_transaction(engines.web, press.unit) as conn:
            await reserve_numbers(conn, 1, uuid4(), "public")


async def test_an_unknown_record_is_not_found(engines: Engines, master: MasterKey) -> None:
    await make_press(engines, master)
    async with engines.lookup.connect() as conn:
        with pytest.raises(NotFound, match=r"record\.unknown"):
            await record_jws(conn, uuid4())
