"""A server that only reads, in the middle of a failover: away, and whoever was connected to it is not for ever after."""

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from service.database import make_engine, make_pool, why_away
from tests.conftest import Urls

ONLY_READ = "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"  # of this one session, as all are at a standby
BEAT = "SELECT door_heartbeat(gen_random_uuid(), 'urgent', now())"


async def test_a_connection_to_a_server_that_only_reads_is_dropped_and_the_next_one_writes(urls: Urls) -> None:
    engine = make_engine(urls.worker, name="test", pool_size=1)
    async with engine.connect() as conn:
        await conn.execute(text(ONLY_READ))
        await conn.commit()
    with pytest.raises(OperationalError) as refused:
        async with engine.begin() as conn:
            await conn.execute(text(BEAT))
    assert why_away(refused.value) == "ReadOnlySqlTransaction"
    assert "urgent" not in str(refused.value.__cause__), "no value of the statement"
    async with engine.begin() as conn:
        await conn.execute(text(BEAT))
    await engine.dispose()


async def test_the_drivers_own_pool_drops_it_as_well(urls: Urls) -> None:
    pool = make_pool(urls.worker, name="test", size=4)
    async with pool:
        async with pool.connection() as one, pool.connection() as two, pool.connection() as three, pool.connection() as four:
            for conn in (one, two, three, four):
                await conn.execute(ONLY_READ)
        for _ in range(4):
            with pytest.raises(psycopg.OperationalError) as refused:
                async with pool.connection() as conn:
                    await conn.execute(BEAT)
            assert why_away(refused.value) == "ReadOnly"
        for _ in range(4):
            async with pool.connection() as conn:
                await conn.execute(BEAT)
