"""Draft, submit, approve: by different people, bound to what was read, all or nothing."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.audiences import Audience
from contact_registry.sealing import MasterKey
from service.actors import Actor
from service.broadcasts import (
    BroadcastView,
    Draft,
    EmailText,
    Frame,
    Texts,
    approve,
    count_recipients,
    create_draft,
    edit_draft,
    find_broadcast,
    list_broadcasts,
    locate_broadcast,
    return_broadcast,
    submit,
)
from service.broadcasts.digest import digest_of
from service.database import unit_transaction
from service.errors import Conflict, Forbidden, Invalid, LoaError, NotFound
from service.keyring import make_signing_key, public_keys
from service.keyring.deployment import deployment_key
from service.signing.lookup_numbers import LookupNumbers
from service.signing.records import open_record
from service.units import Unit, find_unit
from tests.conftest import Engines
from tests.factories.parents import add_parents
from tests.factories.views import view_of_a_draft
from tests.factories.world import World, make_world

NOW = datetime(2026, 9, 6, 23, 30, tzinfo=UTC)
SENDER = "SGDDTDNAI"

DRAFT = Draft(
    kind="scam_alert",
    urgency="urgent",
    title="Tin giả đòi đóng tiền",
    texts=Texts(
        "Có tin đòi đóng tiền vào tài khoản cá nhân: KHÔNG chuyển. Gọi số trường đã lưu.",
        EmailText("Tin giả đòi đóng tiền", "Có tin giả.\n\nGọi số của trường mà bạn đã lưu."),
    ),
    audience=Audience(),
    channels=("sms", "email"),
    expires_at=NOW + timedelta(days=30),
)


@dataclass
class Desk:
    """A school with three numbers and two addresses, its people, and what they do."""

    engines: Engines
    master: MasterKey
    world: World
    numbers: LookupNumbers
    unit: str = "nbk-thcs"

    def person(self, role: str) -> Actor:
        actor = self.world.actor(self.unit, role)
        return replace(actor, permissions=actor.permissions | {"approve:unattended"})

    async def acting(self, deed: Callable[[AsyncConnection], Awaitable[BroadcastView]]) -> BroadcastView:
        async with unit_transaction(self.engines.web, self.world.units[self.unit]) as conn:
            return await deed(conn)

    async def draft(self, role: str = "clerk", **changes: Any) -> BroadcastView:
        async def deed(conn: AsyncConnection) -> BroadcastView:
            unit = await find_unit(conn, self.unit, NOW.date())
            return await create_draft(conn, self.person(role), unit=unit, draft=replace(DRAFT, **changes), now=NOW)

        return await self.acting(deed)

    async def submit(self, view: BroadcastView, role: str = "clerk", now: datetime = NOW) -> BroadcastView:
        return await self.acting(lambda conn: submit(conn, self.person(role), broadcast_id=view.id, sender=SENDER, now=now))

    async def edit(self, view: BroadcastView, role: str = "clerk", **changes: Any) -> BroadcastView:
        return await self.acting(lambda conn: edit_draft(conn, self.person(role), broadcast_id=view.id, changes=changes, now=NOW))

    async def approve(
        self, view: BroadcastView, *, who: Actor | None = None, digest: str | None = None, now: datetime = NOW
    ) -> BroadcastView:
        return await self.acting(
            lambda conn: approve(
                conn,
                who or self.person("approver"),
                broadcast_id=view.id,
                digest=digest or view.digest or "",
                sender=SENDER,
                master=self.master,
                numbers=self.numbers,
                now=now,
            )
        )

    async def rows(self, sql: str) -> list[Any]:
        async with self.engines.owner.begin() as conn:
            return list((await conn.execute(text(sql))).all())


@pytest.fixture
async def desk(engines: Engines, master: MasterKey) -> Desk:
    world = await make_world(engines.owner, master)
    async with engines.owner.begin() as conn:
        await make_signing_key(
            conn, master, world.units["sgddt-dongnai"], purpose="record", now=datetime.now(UTC) - timedelta(days=900)
        )
        numbers = LookupNumbers(await deployment_key(conn, master, "lookup_number"))
    await add_parents(engines.owner, master, world.units["nbk-thcs"], phones=3, emails=2)
    await add_parents(engines.owner, master, world.units["lqd-th"], phones=5, first=100)
    return Desk(engines, master, world, numbers)


async def _refused(deed: Awaitable[object], error: type[LoaError], code: str) -> LoaError:
    with pytest.raises(error) as refused:
        await deed
    assert refused.value.code == code
    return refused.value


async def test_an_approved_warning_is_frozen_signed_marked_and_handed_over(desk: Desk) -> None:
    submitted = await desk.submit(await desk.draft())
    assert (submitted.state, submitted.audience_count) == ("pending_approval", 5)

    approved = await desk.approve(submitted)

    assert approved.state == "approved"
    assert approved.public_serial is not None
    async with unit_transaction(desk.engines.web, approved.unit_id) as conn:
        keys = await public_keys(conn)
    ((jws,),) = await desk.rows("SELECT jws FROM records")
    record = open_record(bytes(jws), keys)
    assert record.public_number == desk.numbers.written(approved.public_serial)
    assert record.texts["sms"]["unicode"].startswith("SGDDTDNAI: Có tin đòi đóng tiền")
    assert record.issuer.code == "nbk-thcs"
    assert record.approvals[0].account_id == desk.person("approver").account_id
    assert [row.command for row in await desk.rows("SELECT command, lane FROM outbox")] == ["plan_broadcast"]
    actions = [row.action for row in await desk.rows("SELECT action FROM audit_events ORDER BY id")]
    assert actions == ["broadcast.drafted", "broadcast.submitted", "broadcast.approved"]


@pytest.mark.parametrize(("urgency", "lane"), [("emergency", "urgent"), ("urgent", "urgent"), ("advisory", "bulk")])
async def test_its_urgency_chooses_its_lane(desk: Desk, urgency: str, lane: str) -> None:
    await desk.approve(await desk.submit(await desk.draft(urgency=urgency)))
    assert [row.lane for row in await desk.rows("SELECT lane FROM outbox")] == [lane]


async def test_a_notice_needs_no_recipients(desk: Desk) -> None:
    approved = await desk.approve(await desk.submit(await desk.draft(channels=("notice",))))
    assert (approved.state, approved.audience_count) == ("approved", 0)


async def test_neither_author_nor_editor_approves(desk: Desk) -> None:
    by_approver = await desk.submit(await desk.draft("approver"))
    await _refused(desk.approve(by_approver), Forbidden, "approval.by_author")

    edited = await desk.edit(await desk.draft(), "approver", title="Tin giả")
    await _refused(desk.approve(await desk.submit(edited)), Forbidden, "approval.by_author")
    assert await desk.rows("SELECT FROM records") == []


async def test_a_clerk_does_not_approve_and_a_key_needs_its_scope(desk: Desk) -> None:
    submitted = await desk.submit(await desk.draft())
    await _refused(desk.approve(submitted, who=desk.person("clerk")), Forbidden, "auth.scope")
    await _refused(desk.approve(submitted, who=desk.world.actor("nbk-thcs", "approver")), Forbidden, "approval.otp")


async def test_another_digest_approves_nothing(desk: Desk) -> None:
    submitted = await desk.submit(await desk.draft())
    await _refused(desk.approve(submitted, digest="0" * 64), Conflict, "approval.digest_changed")
    assert await desk.rows("SELECT FROM records") == []
    assert await desk.rows("SELECT FROM outbox") == []


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "Khác"},
        {"texts": Texts("Khác", DRAFT.texts.email)},
        {"sms_script": "ascii"},
        {"audience": Audience(grades=("6",))},
        {"channels": ("sms",)},
        {"urgency": "advisory"},
        {"expires_at": DRAFT.expires_at + timedelta(seconds=1)},
    ],
)
async def test_any_edit_voids_the_digest(desk: Desk, changes: dict[str, Any]) -> None:
    submitted = await desk.submit(await desk.draft())
    edited = await desk.edit(submitted, **changes)
    assert (edited.state, edited.digest) == ("draft", None)
    again = await desk.submit(edited)
    assert again.digest != submitted.digest
    await _refused(desk.approve(again, digest=submitted.digest), Conflict, "approval.digest_changed")


async def test_a_renamed_school_needs_a_new_approval(desk: Desk) -> None:
    submitted = await desk.submit(await desk.draft())
    async with desk.engines.owner.begin() as conn:
        await conn.execute(text("UPDATE unit_versions SET name = 'Trường mới' WHERE unit_id = :id"), {"id": submitted.unit_id})
    await _refused(desk.approve(submitted), Conflict, "approval.digest_changed")


async def test_nothing_approved_is_edited_submitted_or_approved_again(desk: Desk) -> None:
    approved = await desk.approve(await desk.submit(await desk.draft()))
    before = await desk.rows("SELECT * FROM broadcasts")
    for deed in (desk.edit(approved, title="Khác"), desk.submit(approved)):
        await _refused(deed, Conflict, "broadcast.not_allowed_in_state")
    assert await desk.approve(approved) == approved, "asked twice, it is approved once"
    assert await desk.rows("SELECT * FROM broadcasts") == before


async def test_a_returned_warning_keeps_its_reason_until_it_is_submitted_again(desk: Desk) -> None:
    submitted = await desk.submit(await desk.draft())
    returned = await desk.acting(
        lambda conn: return_broadcast(
            conn, desk.person("approver"), broadcast_id=submitted.id, reason=" Viết  ngắn lại ", now=NOW
        )
    )
    assert (returned.state, returned.return_reason, returned.digest) == ("returned", "Viết ngắn lại", None)
    await _refused(desk.approve(submitted), Conflict, "broadcast.not_allowed_in_state")
    again = await desk.submit(await desk.edit(returned, title="Ngắn"))
    assert (again.state, again.return_reason) == ("pending_approval", None)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Xem truong.vn", "content.link"),
        ("Nộp 500k", "content.amount"),
        ("STK 123456789", "content.account_number"),
        ("Gửi mã OTP cho cô", "content.code_request"),
        ("Gọi 0912345678", "content.phone_not_on_card"),
        ("a " * 200, "content.too_long"),
    ],
)
async def test_a_text_that_breaks_a_rule_is_not_submitted(desk: Desk, words: str, code: str) -> None:
    view = await desk.draft(texts=Texts(words, DRAFT.texts.email))
    refused = await _refused(desk.submit(view), Invalid, code)
    assert [field.field for field in refused.fields] == ["texts.sms"]
    assert (await desk.rows("SELECT state, digest FROM broadcasts")) == [("draft", None)]


async def test_a_text_of_a_channel_that_is_not_chosen_holds_nothing_up(desk: Desk) -> None:
    view = await desk.draft(texts=Texts(DRAFT.texts.sms, EmailText("Tin", "Xem truong.vn")), channels=("sms",))
    assert (await desk.approve(await desk.submit(view))).state == "approved"


async def test_a_unit_renamed_behind_our_back_to_a_link_sends_nothing(desk: Desk) -> None:
    async with desk.engines.owner.begin() as conn:
        await conn.execute(text("UPDATE unit_versions SET name = 'Trường vietcombank.com'"))
    refused = await _refused(desk.submit(await desk.draft()), Invalid, "content.link")
    assert [field.field for field in refused.fields] == ["texts.email.body"]


async def test_an_email_longer_than_a_parent_can_paste_is_not_submitted(desk: Desk) -> None:
    view = await desk.draft(texts=Texts(DRAFT.texts.sms, EmailText("Dài", "chữ " * 900)))
    await _refused(desk.submit(view), Invalid, "content.too_long")


async def test_nobody_to_write_to_and_too_late_are_said_at_submission(desk: Desk) -> None:
    empty = await desk.draft(audience=Audience(staff=True, parents=False))
    await _refused(desk.submit(empty), Conflict, "broadcast.audience_empty")
    late = await desk.draft()
    await _refused(desk.submit(late, now=DRAFT.expires_at), Conflict, "broadcast.overdue")
    await _refused(desk.draft(send_at=DRAFT.expires_at), Invalid, "broadcast.expires_before_it_may_leave")


async def test_too_late_to_approve(desk: Desk) -> None:
    submitted = await desk.submit(await desk.draft())
    await _refused(desk.approve(submitted, now=DRAFT.expires_at), Conflict, "broadcast.overdue")


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"kind": "advert", "urgency": "now", "sms_script": "x"}, ["kind", "urgency", "sms_script"]),
        ({"channels": ()}, ["channels"]),
        ({"channels": ("fax",)}, ["channels"]),
        ({"texts": Texts()}, ["texts.sms", "texts.email", "texts"]),
        ({"texts": Texts(" \u200b ", DRAFT.texts.email)}, ["texts.sms"]),
        ({"title": ""}, ["title"]),
        ({"expires_at": datetime(2026, 9, 30)}, ["expires_at"]),  # noqa: DTZ001 - that is the point
    ],
)
async def test_a_draft_that_cannot_be_is_refused_with_every_field(desk: Desk, changes: dict[str, Any], fields: list[str]) -> None:
    refused = await _refused(desk.draft(**changes), Invalid, "request.invalid")
    assert [field.field for field in refused.fields] == fields
    assert await desk.rows("SELECT FROM broadcasts") == []


async def test_an_audience_outside_ones_tree_is_unknown(desk: Desk) -> None:
    await _refused(desk.draft(audience=Audience(units=("lqd-th",))), Invalid, "audience.unit_unknown")


async def test_an_office_writes_to_the_schools_below_it_and_a_school_to_its_own(desk: Desk) -> None:
    async def counted(unit: str, audience: Audience) -> dict[str, int]:
        unit_id = desk.world.units[unit]
        async with unit_transaction(desk.engines.web, unit_id) as conn:
            return await count_recipients(
                conn, unit_id=unit_id, unit_code=unit, audience=audience, channels=("email", "sms"), urgency="urgent", now=NOW
            )

    assert await counted("nbk-thcs", Audience()) == {"sms": 3, "email": 2}
    assert await counted("sgddt-dongnai", Audience()) == {"sms": 8, "email": 2}
    assert await counted("vhxh-an-phuoc", Audience(units=("lqd-th",))) == {"sms": 5, "email": 0}


async def test_another_unit_finds_none_of_it(desk: Desk) -> None:
    view = await desk.draft()
    async with unit_transaction(desk.engines.web, desk.world.units["lqd-th"], subtree=True) as conn:
        with pytest.raises(NotFound):
            await locate_broadcast(conn, view.public_id)
        with pytest.raises(NotFound):
            await find_broadcast(conn, view.id)
        assert await list_broadcasts(conn) == []
    async with unit_transaction(desk.engines.web, desk.world.units["sgddt-dongnai"], subtree=True) as conn:
        located = await locate_broadcast(conn, view.public_id)
        assert (located.id, located.unit_id) == (view.id, view.unit_id)


async def test_the_newest_come_first_a_page_at_a_time(desk: Desk) -> None:
    made = [(await desk.draft()).id for _ in range(3)]
    async with unit_transaction(desk.engines.web, desk.world.units["nbk-thcs"]) as conn:
        first = await list_broadcasts(conn, limit=2)
        rest = await list_broadcasts(conn, before=first[-1].id)
    assert [view.id for view in [*first, *rest]] == made[::-1]


def test_a_digest_says_what_came_later_only_where_it_is_so() -> None:
    view = view_of_a_draft(
        public_id="1", kind="scam_alert", urgency="urgent", title="t", texts={"sms": "x"}, sms_script="ascii", audience={},
        channels=("sms",), expires_at=NOW,
    )  # fmt: skip
    frame = Frame(Unit(1, "u", "U", "school", None, date(2025, 7, 1)), "S")
    digests = [
        digest_of(replace(view, **changes), frame, audience_count=1, layout_version=1)
        for changes in ({}, {"drill": True}, {"fallback": "email"})
    ]
    assert digests[0] == "3e83bdd4bcb2584db2fb52798ac450b730bb0d088015c7753fec127aac8873e1"
    assert len(set(digests)) == 3
