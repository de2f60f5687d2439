"""`loa broadcast`: what is under way as its operator sees it, and stopped in the name of somebody who may."""

import asyncio
import re
import subprocess
from pathlib import Path

import pytest

from contact_registry.sealing import MasterKey, address_hash
from service.cli.broadcasts import disk_line
from service.deliveries import plan
from service.disk import DiskSpace
from service.keyring import deployment_key
from tests.conftest import Engines, Urls
from tests.factories.approved import Approved, approve_another, approve_broadcast
from tests.service.cli.test_commands import loa

APPROVER, CLERK, STRANGER = "approver@nbk.example", "clerk@nbk.example", "approver@lqd.example"
NOBODY = "00000000-0000-4000-8000-000000000000"


class Operator:
    """Types commands about one approved and planned broadcast."""

    def __init__(self, urls: Urls, master_text: str, approved: Approved, public_id: str) -> None:
        self.deployment = {"LOA_DATABASE_URL_OWNER": urls.owner, "LOA_MASTER_KEY": master_text, "LOA_QUIET_HOURS": "none"}
        self.approved = approved
        self.id = public_id

    async def types(self, *arguments: str, answers: str = "") -> subprocess.CompletedProcess[str]:
        return await asyncio.to_thread(loa, *arguments, typed=answers, **self.deployment)

    async def does(self, move: str, *options: str, as_: str = APPROVER, answers: str = "") -> subprocess.CompletedProcess[str]:
        return await self.types("broadcast", move, self.id, "--as", as_, *options, answers=answers)

    async def state(self) -> str:
        ((state,),) = await self.approved.rows("SELECT state FROM broadcasts WHERE public_id = CAST(:id AS uuid)", id=self.id)
        return str(state)


@pytest.fixture
async def operator(engines: Engines, urls: Urls, master: MasterKey, master_text: str) -> Operator:
    approved = await approve_broadcast(engines, master)
    ((public_id, approved_at),) = await approved.rows("SELECT public_id::text, approved_at FROM broadcasts")
    await plan(engines.worker, unit_id=approved.unit_id, broadcast_id=approved.broadcast_id, now=approved_at)
    async with engines.owner.begin() as conn:
        index_key = await deployment_key(conn, master, "address_index")
    for email, unit, role in ((APPROVER, "nbk-thcs", "approver"), (CLERK, "nbk-thcs", "clerk"), (STRANGER, "lqd-th", "approver")):
        hashed, account = address_hash(index_key, "email", email), approved.world.actor(unit, role).account_id
        await approved.run("UPDATE accounts SET email_hash = :hash WHERE id = :id", hash=hashed, id=account)
    return Operator(urls, master_text, approved, public_id)


async def test_what_is_under_way_is_listed_whole_on_the_narrowest_screen(operator: Operator) -> None:
    second = await approve_another(operator.approved, unit="nbk-thcs", urgency="advisory")
    await operator.approved.run("UPDATE broadcasts SET state = 'completed' WHERE id = :id", id=second.broadcast_id)
    operator.deployment["COLUMNS"] = "40"

    both = (await operator.types("broadcast", "list")).stdout
    assert re.findall(r"^\S+  (\w+)", both, re.MULTILINE) == ["completed", "sending"], "the newest first"
    under_way = (await operator.types("broadcast", "list", "--under-way", "--unit", "nbk-thcs")).stdout
    warning, counts, note = under_way.splitlines()
    assert re.split(r" {2,}", warning)[:4] == [operator.id, "sending", "urgent", "nbk-thcs"]
    assert warning.endswith("Tin giả đòi đóng tiền")
    assert counts == "  5 messages: 5 waiting"
    assert note == "  No urgent worker is running: nothing leaves until one does."
    elsewhere = await operator.types("broadcast", "list", "--unit", "lqd-th")
    assert (elsewhere.stdout, elsewhere.stderr.splitlines()[0]) == ("", "There is none.")
    nowhere = await operator.types("broadcast", "list", "--unit", "khong-co")
    assert (nowhere.returncode, nowhere.stdout) == (1, "")


async def test_one_is_shown_with_the_names_of_who_wrote_and_approved_it(operator: Operator) -> None:
    shown = (await operator.types("broadcast", "show", operator.id)).stdout
    assert "; by Clerk, approved by Approver" in shown
    assert "account" not in shown


async def test_the_trail_names_people_and_is_narrowed_to_a_broadcast_a_unit_and_a_day(operator: Operator) -> None:
    await operator.does("pause")
    await operator.does("resume")
    first = await operator.types("audit", "list", "--limit", "1")
    ((number, who),) = re.findall(r"^ +(\d+)  \S+ \S+  (\S+)", first.stdout, re.MULTILINE)
    assert (who, len(first.stdout.splitlines())) == ("Clerk", 1)
    left = int(re.fullmatch(rf"… (\d+) more: --after {number}\n", first.stderr)[1])  # type: ignore[index]
    rest = await operator.types("audit", "list", "--after", number)
    assert (len(rest.stdout.splitlines()), rest.stderr) == (left, "")
    own = await operator.types("audit", "list", "--broadcast", operator.id[:8])
    told = re.findall(r"  (\S+) +(broadcast\.\w+) +broadcast \S+$", own.stdout, re.MULTILINE)
    assert told[-2:] == [("Approver", "broadcast.paused"), ("Approver", "broadcast.resumed")]
    assert len(told) == len(own.stdout.splitlines())
    for narrowed in (("--unit", "lqd-th"), ("--since", "2999-01-01"), ("--since", "01/01/2999"), ("--broadcast", "ffffffff")):
        none = await operator.types("audit", "list", *narrowed)
        assert (none.stdout, none.stderr) == ("", "There is none.\n")
    today = await operator.types("audit", "list", "--since", "2026-01-01", "--unit", "nbk-thcs", "--broadcast", operator.id)
    assert today.stdout == own.stdout


def test_whoever_looks_at_the_warnings_is_told_of_a_disk_that_is_nearly_full() -> None:
    assert disk_line(DiskSpace(Path("/srv"), 100, 1000)) is None
    line = disk_line(DiskSpace(Path("/srv"), 2_000_000_000, 50_000_000_000))
    assert line is not None
    assert "2 GB (4%)" in line
    assert "/srv" in line


async def test_one_is_shown_with_why_it_stands_by_any_name_it_has(operator: Operator) -> None:
    await operator.does("pause")
    await operator.approved.run("UPDATE deliveries SET state = 'calling', attempt = 1 WHERE channel = 'sms'")
    await operator.approved.run("UPDATE deliveries SET state = 'uncertain' WHERE number = (SELECT min(number) FROM deliveries)")
    whole = (await operator.types("broadcast", "show", operator.id)).stdout
    for said in (
        "Tin giả đòi đóng tiền",
        "2 waiting, 2 being called, 1 in doubt",
        "An approver has paused",
        "called back",
        "In doubt:",
    ):
        assert said in whole
    for name in (operator.id[:8], f" {operator.id.upper()} ", str(operator.approved.broadcast_id)):
        assert (await operator.types("broadcast", "show", name)).stdout == whole
    await approve_another(operator.approved, unit="nbk-thcs", urgency="advisory")
    await operator.approved.run("UPDATE broadcasts SET public_id = overlay(public_id::text PLACING 'abcd' FROM 1)::uuid")
    assert "several" in (await operator.types("broadcast", "show", "abcd")).stderr
    assert "no such broadcast" in (await operator.types("broadcast", "show", NOBODY)).stderr


def test_where_there_is_no_loa_none_is_made_to_look_into(tmp_path: Path) -> None:
    looked = loa("broadcast", "list", LOA_HOME=str(tmp_path / "nowhere"))
    assert (looked.returncode, looked.stdout) == (1, "")
    assert "LOA_HOME" in looked.stderr
    assert not (tmp_path / "nowhere").exists()


async def test_an_approver_pauses_and_resumes_and_the_trail_says_who(operator: Operator) -> None:
    assert "  5 messages: 5 waiting" in (await operator.does("pause")).stdout
    assert await operator.state() == "paused"
    again = await operator.does("pause")
    assert (again.returncode, "cannot be done" in again.stderr) == (1, True)
    assert (await operator.does("resume")).stdout.startswith(f"{operator.id}  sending ")
    events = await operator.approved.rows(
        "SELECT e.action, a.roles FROM audit_events e JOIN accounts a ON a.id = e.account_id WHERE e.action LIKE 'broadcast.%ed'"
        " AND e.subject_kind = 'broadcast' ORDER BY e.id DESC LIMIT 2"
    )
    assert [(event.action, list(event.roles)) for event in events] == [
        ("broadcast.resumed", ["approver"]),
        ("broadcast.paused", ["approver"]),
    ]


async def test_who_may_not_do_it_in_the_browser_may_not_do_it_here(operator: Operator) -> None:
    clerk = await operator.does("pause", as_=CLERK)
    stranger = await operator.does("cancel", "--yes", as_=STRANGER)
    nobody = await operator.does("pause", as_="nobody@nbk.example")
    assert {clerk.returncode, stranger.returncode, nobody.returncode} == {1}
    assert stranger.stderr == "There is no such broadcast.\n"
    assert len(clerk.stderr.splitlines()) == len(nobody.stderr.splitlines()) == 1
    assert await operator.state() == "sending"


async def test_cancelling_asks_first(operator: Operator) -> None:
    kept = await operator.does("cancel", answers="n\n")
    assert (kept.returncode, await operator.state()) == (1, "sending")
    done = await operator.does("cancel", "--reason", "Nhầm lớp", answers="y\n")
    assert "Tin giả đòi đóng tiền" in done.stderr, "what is asked about is shown"
    assert "  5 messages: 5 not sent\n" in done.stdout, done.stderr
    ((reason,),) = await operator.approved.rows("SELECT cancel_reason FROM broadcasts")
    assert reason == "Nhầm lớp"


async def test_what_failed_and_what_is_in_doubt_is_sent_again_when_somebody_says_so(operator: Operator) -> None:
    nothing = await operator.does("retry-failed")
    assert (nothing.returncode, nothing.stdout) == (1, "")
    await operator.approved.run("UPDATE deliveries SET state = 'calling', attempt = 1, called_at = now()")
    await operator.approved.run("UPDATE deliveries SET state = 'failed', reason = 'connect' WHERE channel = 'sms'")
    await operator.approved.run("UPDATE deliveries SET state = 'uncertain', reason = 'timeout' WHERE channel = 'email'")

    failed = await operator.does("retry-failed")
    assert "3 waiting" in failed.stdout, failed.stderr
    doubted = await operator.does("repeat-uncertain", "--channel", "email", "--reason", "not_received", "--yes")
    assert "5 waiting" in doubted.stdout, doubted.stderr
    odd = await operator.does("repeat-uncertain", "--channel", "email", "--reason", "because")
    assert odd.returncode == 2
