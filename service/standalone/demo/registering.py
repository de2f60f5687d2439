"""The demo's carrier has the ready texts on file, as a department that has gone through the carriers' forms would."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.broadcasts import ReadyText, ready_texts
from service.clock import LOCAL
from service.database import act_for
from service.registered_texts import Registration, put_text
from service.rendering.messages import final_sms
from service.units import root_unit

_SLOTS = {"truong": "{truong:text:60}", "ngay": "{ngay:date}", "chu_de": "{chu_de:text:60}"}
PROVIDER = "twilio"


async def register_ready_texts(conn: AsyncConnection, *, sender: str, now: datetime) -> None:
    """Puts those on the department's file that were never there. The owner's transaction."""
    today = now.astimezone(LOCAL).date()
    department = await root_unit(conn, today)
    await act_for(conn, department.id)
    known = await conn.execute(text("SELECT name FROM registered_texts WHERE unit_id = :unit"), {"unit": department.id})
    there = set(known.scalars())
    for code, ready in ready_texts().items():
        if code.lower() not in there:
            filed = Registration(PROVIDER, code.lower(), registered_form(ready, sender), "approved", today, f"DEMO-{code}")
            await put_text(conn, None, unit_id=department.id, text_=filed, now=now)


def registered_form(ready: ReadyText, sender: str) -> str:
    """A ready text as it is sent, its slots written as carriers want them."""
    words = ready.sms
    for name, slot in _SLOTS.items():
        words = words.replace("{" + name + "}", slot)
    return final_sms(kind=ready.kind, sender=sender, text=words, script="ascii")
