"""What an engine says of itself to the server, beside whatever the operator's own address says."""

from urllib.parse import quote

import pytest

from service.database import make_engine, make_pool
from tests.conftest import Urls

OWN = quote("-c statement_timeout=5s")


@pytest.mark.parametrize(("patience", "ends"), [(0, "0"), (15, "15s")])
async def test_what_the_address_asks_for_holds_beside_what_we_ask_for(urls: Urls, patience: float, ends: str) -> None:
    engine = make_engine(f"{urls.worker}&options={OWN}", name="loa test", patience=patience)
    async with engine.connect() as conn:
        for setting, value in {
            "statement_timeout": "5s",
            "idle_in_transaction_session_timeout": ends,
            "application_name": "loa test",
        }.items():
            assert (await conn.exec_driver_sql(f"SHOW {setting}")).scalar_one() == value
    await engine.dispose()


async def test_nothing_is_asked_for_that_a_pooler_would_refuse(urls: Urls) -> None:
    """PgBouncer ends whoever names `options` in its first words."""
    engine = make_engine(urls.worker, name="loa test", patience=15)
    async with engine.connect() as conn:
        driver = (await conn.get_raw_connection()).driver_connection
        assert driver is not None
        assert not driver.info.get_parameters().get("options")
    await engine.dispose()


async def test_the_pool_reads_an_address_as_the_engine_does(urls: Urls) -> None:
    async with make_pool(f"{urls.worker}&options={OWN}", name="loa test", size=4) as pool, pool.connection() as conn:
        found = await (await conn.execute("SHOW statement_timeout")).fetchone()
    assert found == ("5s",)
