"""A school's list brought in as in life: uploaded, read by a worker, and applied."""

from uuid import UUID

from contact_registry.sealing import MasterKey
from service.contacts import locate_import, read_import
from service.database import unit_transaction
from tests.conftest import Engines
from tests.factories.web import Site


async def read_list(site: Site, engines: Engines, master: MasterKey, unit: str, data: str, audience: str = "parents") -> str:
    """Uploads a list and has it read; the import's id."""
    form = {"unit": unit, "audience": audience}
    made = await site.call("POST", "/imports", unit=unit, files={"file": ("list.csv", data.encode())}, data=form)
    assert made.status_code == 202, made.text
    async with unit_transaction(engines.worker, site.world.units[unit]) as conn:
        place = await locate_import(conn, UUID(made.json()["id"]))
        await read_import(conn, place.id, master=master, now=site.clock())
    return str(made.json()["id"])


async def put_list(site: Site, engines: Engines, master: MasterKey, unit: str, data: str, audience: str = "parents") -> str:
    """The same, applied, whoever goes with it."""
    made = await read_list(site, engines, master, unit, data, audience)
    difference = (await site.call("GET", f"/imports/{made}/difference", unit=unit)).json()
    confirmed = {"confirm_gone": difference["contacts"]["gone"]}
    applied = await site.call("POST", f"/imports/{made}/apply", unit=unit, json=confirmed)
    assert applied.status_code == 200, applied.text
    return made
