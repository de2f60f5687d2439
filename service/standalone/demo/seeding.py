"""The demo's world: a department, a commune office, two schools, people who may act there, and the keys of their programs.

Made by the owner's login in one transaction. `demo.json` is written just before it is committed: API keys are shown once, and
there it is. Only the lists come later, through the API, as a school's own would.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from contact_registry.sealing import MasterKey
from service.accounts import APPROVE_UNATTENDED, create_account, create_api_key, permissions_of
from service.actors import Actor
from service.audit import Action, Subject, note_event
from service.database import act_for
from service.keyring import deployment_key, make_missing_drill_keys, make_signing_key
from service.settings import Settings
from service.standalone.demo.gate import LEAD, make_ready
from service.standalone.demo.registering import register_ready_texts
from service.standalone.home import Home, write_private
from service.standalone.obstacles import Obstacle
from service.units import create_first_unit, create_unit

DEPARTMENT = ("sgddt-dongnai", "Sở Giáo dục và Đào tạo Đồng Nai")
OFFICE = ("vhxh-an-phuoc", "Phòng Văn hóa - Xã hội xã An Phước")
SCHOOLS = (("nbk-thcs", "Trường THCS Nguyễn Bỉnh Khiêm"), ("lqd-th", "Trường Tiểu học Lê Quý Đôn"))

# unit, role, name, the API key's name in demo.json (none: signs in by password only)
_PEOPLE = (
    ("sgddt-dongnai", "officer", "Cán bộ sở", "officer"),
    ("sgddt-dongnai", "approver", "Lãnh đạo sở", "department_approver"),
    ("nbk-thcs", "clerk", "Văn thư THCS Nguyễn Bỉnh Khiêm", "clerk"),
    ("nbk-thcs", "approver", "Hiệu trưởng THCS Nguyễn Bỉnh Khiêm", "approver"),
    ("lqd-th", "clerk", "Văn thư Tiểu học Lê Quý Đôn", None),
    ("lqd-th", "approver", "Hiệu trưởng Tiểu học Lê Quý Đôn", None),
    ("sgddt-dongnai", "administrator", "Quản trị Sở", "administrator"),
    ("sgddt-dongnai", LEAD, "Phụ trách dữ liệu Sở", "department_lead"),
    ("vhxh-an-phuoc", LEAD, "Phụ trách dữ liệu xã An Phước", None),
    ("nbk-thcs", LEAD, "Phụ trách dữ liệu THCS Nguyễn Bỉnh Khiêm", "lead"),
    ("lqd-th", LEAD, "Phụ trách dữ liệu Tiểu học Lê Quý Đôn", None),
)

_RESTORED = (
    "SELECT EXISTS (SELECT FROM audit_events e WHERE e.action = :action"
    " AND NOT EXISTS (SELECT FROM broadcasts b WHERE b.created_at > e.at))"
)


class DemoFileLost(Obstacle):
    """The world stands but its `demo.json` is gone or damaged, and with it the keys, which are kept nowhere else."""


@dataclass(frozen=True, slots=True)
class SeededWorld:
    """What the demo works with: the content of `demo.json`, and the schools whose list is not applied yet.

    `restored`: it came from a backup and nobody has drafted anything since, so nothing is sent by itself.
    """

    demo: Mapping[str, Any]
    without_list: tuple[str, ...]
    restored: bool = False


async def seed(owner: AsyncEngine, home: Home, settings: Settings, master: MasterKey, *, now: datetime) -> SeededWorld:
    """Makes the world if there is none yet, and forgets an earlier run's sample in `demo.json`. Raises `DemoFileLost`."""
    async with owner.begin() as conn:
        if (await conn.execute(text("SELECT 1 FROM units LIMIT 1"))).first() is None:
            await _make_department(conn, master, now=now)
            demo: dict[str, Any] = {"accounts": [], "api_keys": {}}
        else:
            demo = _read(home)
        demo = {**_addresses(settings), **await _with_everybody(conn, master, demo, now=now)}
        await make_ready(conn, master, now=now)
        await register_ready_texts(conn, sender=settings.twilio_sender, now=now)
        write_private(home.demo_file, json.dumps(demo, ensure_ascii=False, indent=2))
        listed = await conn.execute(
            text("SELECT DISTINCT u.code FROM imports i JOIN units u ON u.id = i.unit_id WHERE i.state = 'applied'")
        )
        done = set(listed.scalars())
        restored = bool((await conn.execute(text(_RESTORED), {"action": Action.BACKUP_RESTORED.value})).scalar_one())
    return SeededWorld(demo, tuple(code for code, _ in SCHOOLS if code not in done), restored)


def _read(home: Home) -> dict[str, Any]:
    try:
        demo = json.loads(home.demo_file.read_text(encoding="utf-8"))
        return {"accounts": [{**each} for each in demo["accounts"]], "api_keys": {**demo["api_keys"]}}
    except (OSError, ValueError, TypeError, KeyError):
        raise DemoFileLost("demo_lost", file=home.demo_file) from None  # the cause would show what stands in it


def _addresses(settings: Settings) -> dict[str, str]:
    base = settings.public_base
    return {
        "lookup_url": f"{base}/",
        "api_url": f"{base}/api/v1",
        "inbox_url": f"http://127.0.0.1:{settings.simulators_port}/",
    }


async def _make_department(conn: AsyncConnection, master: MasterKey, *, now: datetime) -> None:
    code, name = DEPARTMENT
    department = await create_first_unit(conn, code=code, name=name, now=now)
    kid = await make_signing_key(conn, master, department.id, purpose="record", now=now)
    await note_event(conn, None, Subject(department.id, "signing_key", kid), Action.SIGNING_KEY_CREATED, now)
    await make_missing_drill_keys(conn, master)


async def _with_everybody(conn: AsyncConnection, master: MasterKey, demo: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """The accounts and keys of `demo.json` with those of `_PEOPLE` it has not yet: all at first, later what a newer Loa added."""
    index_key = await deployment_key(conn, master, "address_index")
    ids = {row.code: row.id for row in await conn.execute(text("SELECT code, id FROM units"))}
    accounts: list[dict[str, str]] = [*demo["accounts"]]
    api_keys: dict[str, str] = {**demo["api_keys"]}
    there = {account["email"] for account in accounts}
    officer: Actor | None = None
    for unit, role, person, key in _PEOPLE:
        email, password = f"{role}@{unit}.example", secrets.token_urlsafe(12)
        if email in there:
            continue
        if unit not in ids:  # the officer, made first, makes the units below
            ids |= await _units_below(conn, officer, now=now)
        await act_for(conn, ids[unit])
        account = await create_account(
            conn,
            master=master,
            index_key=index_key,
            unit_id=ids[unit],
            email=email,
            name=person,
            password=password,
            roles=[role],
            now=now,
        )
        accounts.append({"email": email, "password": password, "role": role, "unit": unit})
        if role == "officer":
            officer = Actor(account, ids[unit], unit, permissions_of([role]), subtree=True)
        if key:
            scopes = permissions_of([role]) | ({APPROVE_UNATTENDED} if role == "approver" else set())
            api_keys[key] = await create_api_key(
                conn, account_id=account, unit_id=ids[unit], label=f"demo {key}", scopes=scopes, now=now
            )
    return {"accounts": accounts, "api_keys": api_keys}


async def _units_below(conn: AsyncConnection, officer: Actor | None, *, now: datetime) -> dict[str, int]:
    if officer is None:
        raise AssertionError("the department's officer comes first")
    await act_for(conn, officer.unit_id, subtree=True)
    made = [
        await create_unit(conn, officer, code=OFFICE[0], name=OFFICE[1], level="commune_office", parent=DEPARTMENT[0], now=now)
    ]
    made += [
        await create_unit(conn, officer, code=code, name=name, level="school", parent=OFFICE[0], now=now)
        for code, name in SCHOOLS
    ]
    return {unit.code: unit.id for unit in made}
