"""A small world to test in: a department, a commune office, two schools, and people who may act there."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from contact_registry import MasterKey, current_data_key
from service.accounts.permissions import permissions_of
from service.actors import Actor
from service.keyring.deployment import make_deployment_keys

UNITS = (
    ("sgddt-dongnai", "department", "Sở Giáo dục và Đào tạo Đồng Nai", None),
    ("vhxh-an-phuoc", "commune_office", "Phòng Văn hóa - Xã hội xã An Phước", "sgddt-dongnai"),
    ("nbk-thcs", "school", "Trường THCS Nguyễn Bỉnh Khiêm", "vhxh-an-phuoc"),
    ("lqd-th", "school", "Trường Tiểu học Lê Quý Đôn", "vhxh-an-phuoc"),
)


@dataclass(frozen=True)
class World:
    """Unit ids by code, and an actor by (unit code, role)."""

    units: dict[str, int]
    actors: dict[tuple[str, str], Actor]

    def actor(self, unit: str = "nbk-thcs", role: str = "clerk") -> Actor:
        return self.actors[unit, role]


async def make_world(owner: AsyncEngine, master: MasterKey) -> World:
    """Inserts the world as the owner and returns it. Every unit has a clerk, an approver and an officer."""
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
                    "INSERT INTO unit_closure SELECT ancestor_id, :unit, depth + 1 FROM unit_closure WHERE descendant_id = :parent "
                    "UNION ALL SELECT :unit, :unit, 0"
                ),
                {"unit": unit, "parent": units.get(parent or "", -1)},
            )
            key = await current_data_key(conn, master, unit)
            for role in ("clerk", "approver", "officer"):
                account = (
                    await conn.execute(
                        text(
                            "INSERT INTO accounts (unit_id, email_hash, email_sealed, name_sealed, data_key_id, password_hash, roles)"
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
                actors[code, role] = Actor(account, unit, code, permissions_of([role]), subtree=role == "officer")
    return World(units, actors)
