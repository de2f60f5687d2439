"""Many values in one parameter arrive as they were."""

import pytest
from sqlalchemy import text

from contact_registry.bulk import ByteArray, Column
from tests.conftest import Engines


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ((), "text"),
        (("6A1", None, "", " ", "NULL", "null", "{a,b}", "Nguyễn Thị 'Hoa'", "a, b"), "text"),
        (('cô "Hoa"', "a\\b", "two\nlines", "a\tb", "\x01", None), "text"),
        ((1, None, -(2**62)), "bigint"),
        ((True, None, False), "boolean"),
    ],
)
async def test_a_column_arrives_as_it_was(engines: Engines, values: tuple[str | int | None, ...], kind: str) -> None:
    async with engines.web.connect() as conn:
        arrived = await conn.execute(text(f"SELECT unnest(CAST(:values AS {kind}[]))"), {"values": Column(values)})
        assert tuple(arrived.scalars()) == values


async def test_bytes_arrive_as_they_were(engines: Engines) -> None:
    values = [b"", None, bytes(range(256))]
    async with engines.web.connect() as conn:
        arrived = await conn.execute(text("SELECT unnest(CAST(:values AS bytea[]))"), {"values": ByteArray(values)})
        assert [each if each is None else bytes(each) for each in arrived.scalars()] == values
