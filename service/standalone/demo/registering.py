"""The demo's carrier has the ready texts and their drills on file,
as a department that has gone through the carriers' forms would.
"""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.broadcasts import carrier_forms
from service.clock import LOCAL
from service.database import act_for
from service.registered_texts import Registration, put_text
from service.units import root_unit

PROVIDER = "twilio"


async def register_ready_texts(conn: AsyncConnection, *, sender: str, now: datetime) -> None:
    """Puts those on the department's file that were never there. The owner's transaction."""
    today = now.astimezone(LOCAL).date()
    department = await root_unit(conn, today)
    await act_for(conn, department.id)
    known = await conn.execute(text("SELECT name FROM registered_texts WHERE unit_id = :unit"), {"unit": department.id})
    there = set(known.scalars())
    for name, form in carrier_forms(sender):
        if name not in there:
            filed = Registration(PROVIDER, name, form, "approved", today, f"DEMO-{name.upper()}")
            await put_text(conn, None, unit_id=department.id, text_=filed, now=now)
