"""A small world to test in: a department, a commune office, two schools, and people who may act there."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from contact_registry.sealing import MasterKey, current_data_key
from service.accounts.permissions import PERMISSIONS, permissions_of
from service.actors import Actor
from service.keyring.deployment import make_deployment_keys

UNITS = (
    ("sgddt-dongnai", "department", "Sở Giáo dục và Đào tạo Đồng Nai", None),
    ("vhxh-an-phuoc", "commune_office", "Phòng Văn hóa - Xã hội xã An Phước", "sgddt-dongnai"),
    ("nbk-thcs", "school", "Trường THCS Nguyễn Bỉnh Khiêm", "vhxh-an-phuoc"),
    ("lqd-th", "school", "Trường Tiểu học Lê Quý Đôn", "vhxh-an-phuoc"),
)

# Everything the letter asks of a unit. :unit and :account are of that unit.
READINESS = (
    (
        "INSERT INTO data_rules (unit_id, school_year, number, dated, sha256, filed_by, filed_at)"
        " VALUES (:unit, '2026-2027', '12/QD', '2026-08-15', decode(repeat('00', 32), 'hex'), :account, now())"
    ),
    (
        "INSERT INTO protection_leads (unit_id, school_year, account_id, named_by, named_at, accepted_at)"
        " VALUES (:unit, '2026-2027', :account, :account, now(), now())"
    ),
    (
        "INSERT INTO verification_cards (unit_id, school_year, phone, hours, out_of_hours_phone, tested_on, statements,"
        " approved_by, approved_at) VALUES (:unit, '2026-2027', '+842513000001', '07:00 - 17:00', '+84912000001', '2026-08-20',"
        " '{}', :account, now())"
    ),
)


@dataclass(frozen=True)
class World:
    """Unit ids by code, and an actor by (unit code, role)."""

    units: dict[str, int]
    actors: dict[tuple[str, str], Actor]

    def actor(self, unit: str = "nbk-thcs", role: str = "clerk") -> Actor:
        return self.actors[unit, role]


async def make_world(owner: AsyncEngine, master: MasterKey, *, ready: bool = True) -> World:
    """Inserts the world as the owner and returns it. Every unit has a clerk, an approver, an officer, a lead, an administrator.

    `ready`: every unit has what the letter asks for.
    """
    units: dict[str, int] = {}
    actors: dict[tuple[str, str], Actor] = {}
    async with owner.begin() as conn:
        await make_deployment_keys(conn, master)
        for code, level, name, parent in UNITS:
            insert = text("INSERT INTO units (code, level) VALUES (:code, :level) RETURNING id")
            unit = (await conn.execute(insert, {"code": code, "level": level})).scalar_one()
            units[code] = unit
            await conn.execute(
                text("INSERT INTO unit_versions VALUES (:unit, :name, :parent, '2025-07-01', NULL)"),
                {"unit": unit, "name": name, "parent": units.get(parent or "")},
            )
            await conn.execute(
                text(
                    "INSERT INTO unit_closure SELECT ancestor_id, :unit, depth + 1 FROM unit_closure"
                    " WHERE descendant_id = :parent "
                    "UNION ALL SELECT :unit, :unit, 0"
                ),
                {"unit": unit, "parent": units.get(parent or "", -1)},
            )
            key = await current_data_key(conn, master, unit)
            for role in PERMISSIONS:
                account = (
                    await conn.execute(
                        text(
                            "INSERT INTO accounts"
                            " (unit_id, email_hash, email_sealed, name_sealed, data_key_id, password_hash, roles)"
                            " VALUES (:unit, :hash, :email, :name, :key, '!', :roles) RETURNING id"
                        ),
                        {
                            "unit": unit,
                            "hash": f"{code}/{role}".encode(),
                            "email": key.seal(f"{role}@{code}.example", "email"),
                            "name": key.seal(role.title(), "name"),
                            "key": key.id,
                            "roles": [role],
                        },
                    )
                ).scalar_one()
                actors[code, role] = Actor(
                    account, unit, code, permissions_of([role]), subtree="units:subtree" in permissions_of([role])
                )
            lead = actors[code, "data_protection_lead"].account_id
            for statement in READINESS if ready else ():
                await conn.execute(text(statement), {"unit": unit, "account": lead})
    return World(units, actors)
