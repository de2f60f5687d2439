"""Records and data keys are opened once, not once a chunk; what is not shown to the acting unit stays closed."""

import pytest

from contact_registry.sealing import current_data_key
from service.database import unit_transaction
from tests.workers.jobs.conftest import Bench
from workers.delivering.job import deliver_chunk
from workers.kept import keys


async def test_the_second_chunk_of_a_broadcast_asks_for_neither_record_nor_key(bench: Bench) -> None:
    await bench.beat()
    for chunk in (0, 1):
        if chunk == 1:
            await bench.approved.run("REVOKE SELECT ON records, data_keys FROM loa_worker")
        await deliver_chunk({"tools": bench.tools}, bench.approved.unit_id, bench.approved.broadcast_id, chunk, 0)
    assert await bench.approved.states() == {"accepted": 5}


async def test_only_the_latest_keys_are_kept(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_KEPT", 2)
    units = list(bench.approved.world.units.values())[:3]
    made = []
    for unit in units:
        async with bench.approved.engines.owner.begin() as conn:
            made.append((await current_data_key(conn, bench.tools.master, unit)).id)
    for unit, key in zip(units, made, strict=True):
        async with unit_transaction(bench.tools.engine, unit) as conn:
            assert set(await bench.tools.keys.of(conn, [key])) == {key}
    assert bench.tools.keys.kept(made[:1]) is None
    assert set(bench.tools.keys.kept(made[1:]) or ()) == set(made[1:])
    assert bench.tools.keys.kept(made) is None
    async with unit_transaction(bench.tools.engine, units[1]) as conn:
        assert await bench.tools.keys.of(conn, [made[2]]) == {}, "another unit's"
