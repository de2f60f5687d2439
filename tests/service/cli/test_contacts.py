"""`loa contacts` and `loa audit looks`: deeds of a named account; what names a person is asked for, never an argument."""

import subprocess

import pytest
from sqlalchemy import text

from contact_registry.sealing import MasterKey, current_data_key
from tests.conftest import Engines, Urls
from tests.factories.parents import add_parents
from tests.factories.world import World, make_world
from tests.service.cli.test_commands import loa

LEAD, CLERK = "lead@nbk.example", "clerk@nbk.example"
UNIT = "nbk-thcs"


class Operator:
    def __init__(self, urls: Urls, master_text: str) -> None:
        self.deployment = {"LOA_DATABASE_URL_OWNER": urls.owner, "LOA_MASTER_KEY": master_text}

    def types(self, *arguments: str, answers: str = "") -> subprocess.CompletedProcess[str]:
        return loa(*arguments, typed=answers, **self.deployment)

    def has(self, email: str, role: str) -> None:
        person = ("--email", email, "--name", role.title(), "--role", role, "--password", "a long password")
        made = self.types("accounts", "create", "--unit", UNIT, *person)
        assert made.returncode == 0, made.stderr


@pytest.fixture
async def world(engines: Engines, master: MasterKey) -> World:
    made = await make_world(engines.owner, master)
    for unit in (UNIT, "lqd-th"):
        await add_parents(engines.owner, master, made.units[unit], phones=2)
    async with engines.owner.begin() as conn:
        key = await current_data_key(conn, master, made.units[UNIT])
        await conn.execute(
            text("UPDATE enrolments SET pupil_sealed = :name, data_key_id = :key WHERE unit_id = :unit"),
            {"name": key.seal("Nguyễn Văn An", "name"), "key": key.id, "unit": key.unit_id},
        )
    return made


async def test_an_operator_finds_takes_off_and_erases_in_a_persons_name(
    engines: Engines, urls: Urls, master_text: str, world: World
) -> None:
    operator = Operator(urls, master_text)
    operator.has(LEAD, "data_protection_lead")
    found = operator.types("contacts", "find", "--as", LEAD, answers="an nguyen\n")
    assert found.returncode == 0, found.stderr
    assert [shown in found.stdout for shown in ("N. V. An 6A1", "+84•••••000", "+84•••••001")] == [True, True, True]
    assert "Nguyễn" not in found.stdout.partition(":")[2]

    off = operator.types("contacts", "suppress", "--as", LEAD, "--reason", "opt_out", answers="0900000001\n")
    assert off.stdout.rstrip().endswith("Taken off: sms"), off.stderr
    assert "No one on the present list fits" in operator.types("contacts", "find", "--as", LEAD, answers="zzz\n").stderr
    assert "opt_out" in operator.types("contacts", "find", "--as", LEAD, answers="0900000001\n").stdout

    kept = operator.types("contacts", "erase", "--as", LEAD, "--reason", "rights_request", answers="0900000001\nn\n")
    assert kept.returncode != 0
    gone = operator.types("contacts", "erase", "--as", LEAD, "--reason", "rights_request", answers="0900000001\ny\n")
    assert "contacts 1, addresses 1, pupils 1, consents 0" in gone.stdout, gone.stderr
    again = operator.types("contacts", "erase", "--as", LEAD, "--reason", "rights_request", answers="0900000001\ny\n")
    assert (again.returncode, "There is no such contact" in again.stderr) == (1, True)

    async with engines.owner.connect() as conn:
        left = await conn.execute(text("SELECT unit_id, count(*) AS many FROM contacts GROUP BY 1"))
        assert {row.unit_id: row.many for row in left} == {world.units[UNIT]: 1, world.units["lqd-th"]: 2}
        deeds = await conn.execute(
            text(
                "SELECT e.action, a.roles FROM audit_events e JOIN accounts a ON a.id = e.account_id"
                " WHERE e.account_id IS NOT NULL"
                " ORDER BY e.id"
            )
        )
        assert [tuple(row) for row in deeds] == [
            ("suppression.added", ["data_protection_lead"]),
            ("contact.erased", ["data_protection_lead"]),
        ]


async def test_the_account_must_be_known_and_allowed(urls: Urls, master_text: str, world: World) -> None:
    assert world
    operator = Operator(urls, master_text)
    operator.has(CLERK, "clerk")
    for who, says in (("nobody@nbk.example", "no such account"), ("?", "no such account"), (CLERK, "not allowed")):
        refused = operator.types("contacts", "erase", "--as", who, "--reason", "mistake", answers="0900000001\ny\n")
        assert refused.returncode == 1
        assert says in refused.stderr
        assert "0900000001" not in refused.stderr


async def test_who_looked_at_whom_is_one_command(engines: Engines, urls: Urls, master_text: str, world: World) -> None:
    async with engines.owner.begin() as conn:
        for contact in (1, 2):
            await conn.execute(
                text(
                    "INSERT INTO contact_looks (unit_id, at, account_id, contact, reason) VALUES"
                    " (:unit, '2026-09-07 00:00+00', :account, CAST(:contact AS uuid), 'called_us')"
                ),
                {
                    "unit": world.units[UNIT],
                    "account": world.actor().account_id,
                    "contact": f"00000000-0000-0000-0000-00000000000{contact}",
                },
            )
    operator = Operator(urls, master_text)
    told = operator.types("audit", "looks", "--unit", UNIT)
    assert [line.split() for line in told.stdout.splitlines()] == [
        ["07/09/2026", "07:00", "Clerk", f"00000000-0000-0000-0000-00000000000{n}", "called_us"] for n in (2, 1)
    ]
    one = operator.types("audit", "looks", "--unit", UNIT, "--contact", "00000000-0000-0000-0000-000000000001")
    assert len(one.stdout.splitlines()) == 1
    none = operator.types("audit", "looks", "--unit", "lqd-th")
    assert (none.stdout, none.stderr.strip()) == ("", "Nobody has been seen in full.")
