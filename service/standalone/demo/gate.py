"""The demo's units pass the letter's gate by the same use cases as any other:
filed by the department, accepted by each unit's own lead.
"""

import hashlib
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.sealing import MasterKey
from service.accounts import permissions_of
from service.actors import Actor
from service.clock import LOCAL
from service.database import act_for
from service.readiness import STATEMENTS, accept_lead, approve_card, file_data_rule, name_lead, readiness_of

LEAD = "data_protection_lead"

# unit → the office's number, and the one out of hours
_PHONES = {
    "sgddt-dongnai": ("0251 3822 101", "0900 000 101"),
    "vhxh-an-phuoc": ("0251 3822 102", "0900 000 102"),
    "nbk-thcs": ("0251 3822 103", "0900 000 103"),
    "lqd-th": ("0251 3822 104", "0900 000 104"),
}


async def make_ready(conn: AsyncConnection, master: MasterKey, *, now: datetime) -> None:
    """Files what a unit of the demo lacks: everything at first, later what lapsed. The owner's transaction."""
    accounts = await conn.execute(
        text("SELECT a.id, a.unit_id, u.code, a.roles FROM accounts a JOIN units u ON u.id = a.unit_id ORDER BY a.id DESC")
    )
    people = {(row.code, role): (row.id, row.unit_id) for row in accounts for role in row.roles}

    def actor(unit: str, role: str) -> Actor:
        account, unit_id = people[unit, role]
        return Actor(account, unit_id, unit, permissions_of([role]), subtree=role == "officer")

    officer = actor("sgddt-dongnai", "officer")
    for unit, (phone, away) in _PHONES.items():
        lead = actor(unit, LEAD)
        await act_for(conn, lead.unit_id)
        if (await readiness_of(conn, lead.unit_id, now=now)).ready:
            continue
        today = now.astimezone(LOCAL).date()
        rule = hashlib.sha256(f"{unit} {today}".encode()).hexdigest()
        await file_data_rule(conn, officer, unit_id=lead.unit_id, number="01/QĐ-BVDL", dated=today, sha256=rule, now=now)
        await name_lead(conn, officer, unit_id=lead.unit_id, email=f"{LEAD}@{unit}.example", master=master, now=now)
        await accept_lead(conn, lead, unit_id=lead.unit_id, now=now)
        await approve_card(
            conn,
            officer,
            unit_id=lead.unit_id,
            phone=phone,
            hours="07:00 - 17:00",
            out_of_hours_phone=away,
            tested_on=today,
            declared=STATEMENTS,
            now=now,
        )
