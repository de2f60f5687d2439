"""What applying a checked list would change, before anybody does it."""

from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.present import Difference, compare_list
from contact_registry.sealing import MasterKey
from service.actors import Actor
from service.contacts.choices import EVERY_ROW, Choices, rows_to_leave
from service.contacts.fixing import load_all
from service.contacts.importing import find_import
from service.keyring.deployment import deployment_key


async def compare_import(
    conn: AsyncConnection,
    actor: Actor,
    *,
    import_id: int,
    master: MasterKey,
    choices: Choices = EVERY_ROW,
) -> Difference:
    """Counts against the unit's present list of the same kind. The transaction acts for the import's unit.

    Raises `Forbidden`, `NotFound("import.unknown")`, `Conflict` with `import.not_allowed_in_state`, `import.dry_run`,
    `import.no_classes` or `import.hidden_rows`.
    """
    actor.require("imports:write")
    found = await find_import(conn, import_id)
    rows = await load_all(conn, found, master)
    leave = await rows_to_leave(conn, found, choices)
    index_key = await deployment_key(conn, master, "address_index")
    applied = [row for row in rows if (row.sheet, row.row) not in leave]
    return await compare_list(conn, found["unit_id"], applied, index_key, of=found["audience"], only_classes=choices.only_classes)
