"""Reading an uploaded list."""

from typing import Any

from service import contacts
from service.database import unit_transaction
from workers.jobs.tools import tools_of


async def read_import(ctx: dict[str, Any], unit_id: int, import_id: int) -> None:
    """The job: one transaction; a worker that dies in it leaves the list to be read again, but not for ever."""
    tools = tools_of(ctx)
    async with unit_transaction(tools.engine, unit_id) as conn:
        if not await contacts.lock_reading(conn, import_id):
            return
        async with unit_transaction(tools.engine, unit_id) as beside:
            await contacts.count_attempt(beside, import_id)
        await contacts.read_import(conn, import_id, master=tools.master, now=tools.clock())
