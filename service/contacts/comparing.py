"""What applying a checked list would change, before anybody does it."""

from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry import Difference, MasterKey, compare_list
from service.actors import Actor
from service.contacts.fixing import load_all
from service.contacts.importing import find_import
from service.keyring.deployment import deployment_key


async def compare_import(conn: AsyncConnection, actor: Actor, *, import_id: int, master: MasterKey) -> Difference:
    """Counts against the unit's present list of the same kind. The transaction acts for the import's unit.

    Raises `Forbidden`, `NotFound("import.unknown")`, `Conflict("import.not_allowed_in_state" | "import.dry_run")`.
    """
    actor.require("imports:write")
    found = await find_import(conn, import_id)
    rows = await load_all(conn, found, master)
    index_key = await deployment_key(conn, master, "address_index")
    return await compare_list(conn, found["unit_id"], rows, index_key, of=found["audience"])
