import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from service.database import why_away
from tests.conftest import Engines


async def test_the_log_names_what_the_database_lacks_and_no_value(engines: Engines) -> None:
    async with engines.web.connect() as conn:
        await conn.execute(text("SET LOCAL statement_timeout = 10"))
        with pytest.raises(OperationalError) as refused:
            await conn.execute(text("SELECT pg_sleep(length(:secret))"), {"secret": "0912345678"})
    assert why_away(refused.value) == "QueryCanceled"
    assert why_away(OperationalError("INSERT", {}, psycopg.errors.DiskFull())) == "DiskFull"
    assert why_away(TimeoutError()) == "TimeoutError"
