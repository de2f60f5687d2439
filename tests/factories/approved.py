"""An approved broadcast of a school, by the same use cases as in life: drafted by the clerk, approved by the principal."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from contact_registry.audiences import Audience
from contact_registry.sealing import MasterKey
from service.broadcasts import Draft, EmailText, Texts, create_draft, submit
from service.broadcasts.approval import approve
from service.database import unit_transaction
from service.keyring import deployment_key, make_signing_key
from service.signing.lookup_numbers import LookupNumbers
from service.units import find_unit
from tests.conftest import Engines
from tests.factories.parents import add_parents
from tests.factories.world import World, make_world


@dataclass(frozen=True)
class Approved:
    """What stands after approval. `unit_id`: the school's."""

    engines: Engines
    world: World
    master: MasterKey
    numbers: LookupNumbers
    unit_id: int
    broadcast_id: int

    async def rows(self, sql: str, **values: Any) -> list[Any]:
        """What the owner sees."""
        async with self.engines.owner.begin() as conn:
            return list((await conn.execute(text(sql), values)).all())

    async def run(self, sql: str, **values: Any) -> None:
        """As the owner."""
        async with self.engines.owner.begin() as conn:
            await conn.execute(text(sql), values)

    async def states(self) -> dict[str, int]:
        """How many deliveries are in which state, counted from the deliveries themselves."""
        return {row.state: row.n for row in await self.rows("SELECT state, count(*) AS n FROM deliveries GROUP BY state")}


async def approve_broadcast(
    engines: Engines,
    master: MasterKey,
    *,
    phones: int = 3,
    emails: int = 2,
    unit: str = "nbk-thcs",
    urgency: str = "urgent",
    with_emails: int = 0,
    fallback: str | None = None,
) -> Approved:
    """A world with parents at one school, and a warning for all of them by both channels, approved.
    With a `fallback` by SMS alone.
    """
    world = await make_world(engines.owner, master)
    now = datetime.now(UTC)
    async with engines.owner.begin() as conn:
        await make_signing_key(conn, master, world.units["sgddt-dongnai"], purpose="record", now=now - timedelta(days=1))
        numbers = LookupNumbers(await deployment_key(conn, master, "lookup_number"))
    await add_parents(engines.owner, master, world.units["nbk-thcs"], phones=phones, emails=emails, with_emails=with_emails)
    made = Approved(engines, world, master, numbers, world.units[unit], 0)
    return await approve_another(made, unit=unit, urgency=urgency, fallback=fallback)


async def approve_another(of: Approved, *, unit: str, urgency: str, fallback: str | None = None) -> Approved:
    """One more warning in the same world, to everybody at the unit."""
    engines, world, now = of.engines, of.world, datetime.now(UTC)
    draft = Draft(
        kind="scam_alert",
        sms_script="ascii",
        urgency=urgency,
        title="Tin giả đòi đóng tiền",
        texts=Texts("KHÔNG chuyển tiền. Gọi số trường đã lưu.", EmailText("Tin giả", "KHÔNG chuyển tiền. Gọi số trường đã lưu.")),
        audience=Audience(),
        channels=("sms",) if fallback else ("sms", "email"),
        fallback=fallback,
        expires_at=now + timedelta(days=1),
    )
    clerk, approver = world.actor(unit, "clerk"), world.actor(unit, "approver")
    approver = replace(approver, permissions=approver.permissions | {"approve:unattended"})
    async with unit_transaction(engines.web, world.units[unit]) as conn:
        view = await create_draft(conn, clerk, unit=await find_unit(conn, unit, now.date()), draft=draft, now=now)
        view = await submit(conn, clerk, broadcast_id=view.id, sender="SGDDTDNAI", now=now)
        await approve(
            conn,
            approver,
            broadcast_id=view.id,
            digest=view.digest or "",
            sender="SGDDTDNAI",
            master=of.master,
            numbers=of.numbers,
            now=now,
        )
    return replace(of, unit_id=world.units[unit], broadcast_id=view.id)
