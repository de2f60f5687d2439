"""The class teacher's list: exactly those of the class whom the warning did not get to, masked, and a mark of who took it."""

from typing import Any

import pytest
from sqlalchemy import text

from contact_registry.sealing import MasterKey, address_hash
from service.carriers import Refused, fault_of
from service.deliveries import plan
from service.keyring import deployment_key
from tests.conftest import Engines
from tests.factories.parents import add_parents
from tests.factories.web import Site

OURS, DEPARTMENT = "nbk-thcs", "sgddt-dongnai"
CHANNELS = ["sms", "email"]


class Sent:
    """A warning of our school, planned: six numbers in 6A1, the fifth opted out for ever as a wrong person, two in 7B."""

    def __init__(self, site: Site, engines: Engines, master: MasterKey) -> None:
        self.site, self.engines, self.master, self.unit, self.id = site, engines, master, site.world.units[OURS], ""

    async def run(self, sql: str, **values: Any) -> None:
        async with self.engines.owner.begin() as conn:
            await conn.execute(text(sql), values)

    async def send(self) -> None:
        await add_parents(self.engines.owner, self.master, self.unit, phones=6)
        await add_parents(self.engines.owner, self.master, self.unit, phones=2, class_name="7B", first=50)
        await self.run(
            "UPDATE enrolments SET sheet = 'Khối 6', row = 4 + (SELECT count(*) FROM enrolments e WHERE e.id < enrolments.id)"
        )
        await self.run(
            "INSERT INTO suppressions (unit_id, channel, address_hash, reason) VALUES (:unit, 'sms', :hash, 'wrong_person')",
            unit=self.unit,
            hash=await self.hash(4),
        )
        await self.warn()

    async def warn(self) -> None:
        """One more warning, planned: the one that is asked about from here on."""
        self.id = (await self.site.approved(channels=CHANNELS))["id"]
        async with self.engines.owner.connect() as conn:
            broadcast = (
                await conn.execute(text("SELECT id FROM broadcasts WHERE public_id = :id"), {"id": self.id})
            ).scalar_one()
        await plan(self.engines.worker, unit_id=self.unit, broadcast_id=broadcast, now=self.site.clock())

    async def hash(self, n: int) -> bytes:
        async with self.engines.owner.connect() as conn:
            return address_hash(await deployment_key(conn, self.master, "address_index"), "sms", f"+849{n:08}")

    async def becomes(self, n: int, *states: str, reason: str | None = None) -> None:
        for state in states:
            await self.run(
                "UPDATE deliveries SET state = :state, reason = :reason, fault = :fault WHERE address_hash = :hash"
                " AND broadcast_id = (SELECT max(broadcast_id) FROM deliveries)",
                state=state,
                reason=reason,
                fault=fault_of(Refused(reason, "temporary")) if reason else None,
                hash=await self.hash(n),
            )

    async def ask(self, path: str = "", class_name: str = "6A1", **kwargs: Any) -> Any:
        params = {"class": class_name} | kwargs.pop("params", {})
        return await self.site.call("GET", f"/broadcasts/{self.id}/not-reached{path}", params=params, **kwargs)


@pytest.fixture
async def sent(site: Site, engines: Engines, master: MasterKey) -> Sent:
    made = Sent(site, engines, master)
    await made.send()
    return made


async def _all_ended(sent: Sent) -> None:
    await sent.becomes(0, "calling", "accepted")
    await sent.becomes(1, "calling", "delivered")
    await sent.becomes(2, "calling", "failed", reason="twilio.30003")
    await sent.becomes(3, "calling", "uncertain", reason="worker.lost")
    await sent.becomes(5, "calling", "accepted")


async def test_it_holds_those_of_the_class_it_did_not_get_to_and_why(sent: Sent) -> None:
    await _all_ended(sent)
    await sent.run(
        "INSERT INTO enrolments (unit_id, school_year, grade, class_name, sheet, row)"
        " VALUES (:unit, '2026-2027', '6', '6A1', 'Khối 6', 30)",
        unit=sent.unit,
    )
    answer = await sent.ask(class_name="6a1")
    told = answer.json()
    assert answer.headers["cache-control"] == "no-store"
    assert (told["class"], told["under_way"], told["total"], told["next"]) == ("6A1", 0, 4, None)
    assert [(each["row"], each["role"], each["address"], each["code"], each["why"]) for each in told["items"]] == [
        (6, "parent", "+84•••••002", "twilio.30003", "Máy nhận đang tắt hoặc ngoài vùng phủ sóng."),
        (7, "parent", "+84•••••003", "worker.lost", "Máy gửi bị ngắt giữa chừng, chưa rõ tin đã đi hay chưa."),
        (8, "parent", "+84•••••004", "wrong_person", "Chủ số báo không phải phụ huynh."),
        (30, None, None, "no_contact", "Học sinh chưa có ai để báo tin."),
    ]


@pytest.mark.parametrize(
    ("codes", "asked_for_another"),
    [("30003 30003 30003", True), ("30003 30003", False), ("30003 30005 30003", False), ("30005 30003 30003 30003", True)],
)
async def test_a_number_that_three_warnings_in_a_row_did_not_get_to_is_to_be_asked_for(
    sent: Sent,
    codes: str,
    asked_for_another: bool,  # noqa: FBT001
) -> None:
    first, *further = codes.split()
    await sent.becomes(2, "calling", "failed", reason=f"twilio.{first}")
    for code in further:
        await sent.warn()
        await sent.becomes(2, "calling", "failed", reason=f"twilio.{code}")
    (told,) = [each for each in (await sent.ask()).json()["items"] if each["code"] == "twilio.30003"]
    assert told["why"].startswith("Máy nhận đang tắt hoặc ngoài vùng phủ sóng.")
    assert ("hỏi lại số" in told["why"]) is asked_for_another


async def test_who_has_a_message_on_its_way_is_not_listed_yet(sent: Sent) -> None:
    await sent.becomes(0, "calling", "accepted")
    told = (await sent.ask()).json()
    assert told["under_way"] == 4
    assert [each["code"] for each in told["items"]] == ["wrong_person"]


async def test_whoever_was_reached_at_one_address_is_reached(sent: Sent) -> None:
    """The parent whose number failed has an address by which it arrived."""
    await _all_ended(sent)
    await sent.run(
        "WITH failed AS"
        " (SELECT p.contact_id, p.unit_id, p.data_key_id, p.address_sealed FROM contact_points p WHERE p.address_hash = :hash),"
        " point AS (INSERT INTO contact_points (unit_id, contact_id, channel, address_hash, address_sealed, data_key_id)"
        "   SELECT unit_id, contact_id, 'email', 'an address', address_sealed, data_key_id FROM failed)"
        " INSERT INTO deliveries"
        " (broadcast_id, number, unit_id, recipient_unit, data_key_id, chunk, channel, state, address_hash, address_sealed)"
        " SELECT b.id, 999, b.unit_id, b.unit_id, f.data_key_id, 0, 'email', 'delivered', 'an address', 'x'"
        " FROM broadcasts b, failed f",
        hash=await sent.hash(2),
    )
    assert [each["row"] for each in (await sent.ask()).json()["items"]] == [7, 8]


async def test_who_came_onto_the_list_since_is_listed_with_that_reason(sent: Sent) -> None:
    await add_parents(sent.engines.owner, sent.master, sent.unit, phones=1, first=70)
    codes = [each["code"] for each in (await sent.ask()).json()["items"]]
    assert codes == ["wrong_person", "added_since"]


async def test_every_taking_leaves_a_mark_without_a_person_in_it(sent: Sent) -> None:
    await sent.ask()
    await sent.ask("/print", role="approver")
    async with sent.engines.owner.connect() as conn:
        marks = await conn.execute(
            text(
                "SELECT account_id, subject_id, details FROM audit_events WHERE action = 'broadcast.not_reached_taken'"
                " ORDER BY id"
            )
        )
        assert [tuple(mark) for mark in marks] == [
            (sent.site.world.actor(OURS, role).account_id, sent.id, {"rows": 1}) for role in ("clerk", "approver")
        ]


async def test_the_printed_list_names_class_date_and_who_printed_it_and_runs_nothing(sent: Sent) -> None:
    await _all_ended(sent)
    answer = await sent.ask("/print", headers={"Accept-Language": "en"})
    page = answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "style-src 'sha256-" in answer.headers["content-security-policy"]
    assert "script" not in page
    for said in (
        "Lớp 6A1",
        "07/09/2026 07:00",
        "Clerk",
        "Không chuyển tiếp, không chụp, không đăng danh sách này.",
        "+84•••••002",
    ):
        assert said in page
    assert "900000002" not in page


async def test_a_long_list_is_printed_in_pages_of_fewer_than_a_hundred_rows(sent: Sent) -> None:
    await sent.run(
        "INSERT INTO enrolments (unit_id, school_year, grade, class_name, row)"
        " SELECT :unit, '2026-2027', '6', '6A1', 100 + n FROM generate_series(1, 120) AS n",
        unit=sent.unit,
    )
    first = (await sent.ask("/print")).text
    rest = (await sent.ask("/print", params={"cursor": first.split("cursor=")[1].split('"')[0]})).text
    assert [page.count("<tr>") - 1 for page in (first, rest)] == [90, 31]
    assert "Các dòng tiếp theo" not in rest


async def test_it_is_the_school_s_own_and_nobody_else_s(sent: Sent) -> None:
    for role in ("officer", "approver"):
        refused = await sent.ask(unit=DEPARTMENT, role=role)
        assert (refused.status_code, refused.json()["code"]) == (409, "audience.not_own_list")
    hidden = await sent.ask(unit="lqd-th")
    assert (hidden.status_code, hidden.json()["code"]) == (404, "broadcast.unknown")
    refused = await sent.ask(role="administrator")
    assert (refused.status_code, refused.json()["code"]) == (403, "auth.scope")


async def test_a_class_the_list_does_not_have_is_refused_rather_than_called_reached(sent: Sent) -> None:
    refused = await sent.ask(class_name="9Z9")
    assert (refused.status_code, refused.json()["code"]) == (404, "audience.class_unknown")


async def test_before_it_is_sent_there_is_no_list(site: Site, engines: Engines, master: MasterKey) -> None:
    await add_parents(engines.owner, master, site.world.units[OURS], phones=1)
    made = await site.approved(channels=CHANNELS)
    refused = await site.call("GET", f"/broadcasts/{made['id']}/not-reached", params={"class": "6A1"})
    assert (refused.status_code, refused.json()["code"]) == (409, "broadcast.not_allowed_in_state")
