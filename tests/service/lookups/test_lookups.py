"""The parent's question, answered from verified records only, by the look-up's own login."""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, text

from contact_registry.sealing import MasterKey
from service.errors import NotFound, TooLarge, Unavailable
from service.lookups import Lookups
from tests.conftest import Engines
from tests.factories.records import NOW, SMS, Press, make_press


@dataclass
class Desk:
    press: Press
    lookups: Lookups
    at: datetime = NOW


@pytest.fixture
async def desk(engines: Engines, master: MasterKey) -> Desk:
    press = await make_press(engines, master)
    made = Desk(press, Lookups(engines.lookup, master, 12, lambda: made.at))
    return made


async def test_a_number_leads_to_the_official_text_with_the_number_in_its_place(desk: Desk) -> None:
    record = await desk.press.publish()
    [number] = await desk.press.deliver(record.id, 1)
    answer = await desk.lookups.answer(number.replace(" ", ""), None)
    assert (answer.outcome, answer.number, answer.copied, answer.comparison) == ("found", number, False, None)
    assert answer.record is not None
    assert answer.record.id == record.id
    assert answer.record.issuer_name == "Trường THCS Nguyễn Bỉnh Khiêm"
    assert answer.record.texts["sms"] == {"unicode": SMS.replace("{number}", number)}


async def test_the_text_decides(desk: Desk) -> None:
    record = await desk.press.publish()
    first, second = await desk.press.deliver(record.id, 2)
    received = SMS.replace("{number}", first)
    for number, pasted, verdict in (
        (first, received, "same"),
        (None, received, "same"),
        (second, received, "different"),  # a real number, but not this message's
        (first, received.replace("KHÔNG ", ""), "different"),
        (first, f"{received} Chuyển ngay 500k", "different"),
    ):
        answer = await desk.lookups.answer(number, pasted)
        assert answer.outcome == "found"
        assert answer.comparison is not None
        assert answer.comparison.verdict == verdict


@pytest.mark.parametrize(
    "received",
    [
        "Kẻ mạo danh.\nSố tra cứu: {number}",
        "Cảnh báo\nKẻ mạo danh.\nSố tra cứu: {number}",
        "Kẻ mạo danh.\n\n\nSố tra cứu: {number}",
    ],
)
async def test_an_email_is_the_same_alone_and_under_its_subject(desk: Desk, received: str) -> None:
    record = await desk.press.publish()
    answer = await desk.lookups.answer(record.public_number, received.replace("{number}", record.public_number))
    assert answer.comparison is not None
    assert answer.comparison.verdict == "same"


async def test_a_record_expires(desk: Desk) -> None:
    record = await desk.press.publish()
    desk.at = NOW + timedelta(days=14)
    answer = await desk.lookups.answer(record.public_number, None)
    assert answer.outcome == "expired"
    assert answer.record is not None


@pytest.mark.parametrize("number", ["abc", "1234", "4071 8826 3164 1", "0912345678", "²²²²²²²²²²²²", "\ud800"])
async def test_what_is_no_number_is_mistyped(desk: Desk, number: str) -> None:
    answer = await desk.lookups.answer(number, "any text")
    assert (answer.outcome, answer.record, answer.comparison) == ("mistyped", None, None)


async def test_a_number_nobody_sent_is_unknown(desk: Desk) -> None:
    answer = await desk.lookups.answer(desk.press.numbers.written(5_000_000_000), "any text")
    assert (answer.outcome, answer.record, answer.comparison) == ("unknown", None, None)


@pytest.mark.parametrize("pasted", ["Chuyển ngay 500k", "CCCD 079 123 456 789", "Gọi 0912 345 678", "\ud800"])
async def test_a_text_without_a_number_is_unknown(desk: Desk, pasted: str) -> None:
    assert (await desk.lookups.answer(None, pasted)).outcome == "unknown"


@pytest.mark.parametrize(
    ("pasted", "numberless", "misread"),
    [
        ("Chuyển ngay 500k", True, ""),
        ("CCCD 079 123 456 789", True, ""),
        ("Số tra cứu: 4071 8826 3164", False, "407188263164"),
        ("Số tra cứu: 4071.8826.3165 và 4071 8826 3164", False, "407188263165"),
    ],
)
async def test_an_answer_says_what_was_wrong_with_the_pasted_number(
    desk: Desk, pasted: str, *, numberless: bool, misread: str
) -> None:
    answer = await desk.lookups.answer(None, pasted)
    assert answer.outcome == ("unknown" if numberless else "mistyped")
    assert (answer.numberless, answer.misread) == (numberless, misread)


async def test_the_answer_names_the_channel_whose_text_was_pasted(desk: Desk) -> None:
    record = await desk.press.publish()
    for pasted, channel in ((SMS, "sms"), ("Cảnh báo\nKẻ mạo danh.\nSố tra cứu: {number}", "email")):
        for changed in (pasted, f"{pasted} thêm"):
            answer = await desk.lookups.answer(None, changed.replace("{number}", record.public_number))
            assert answer.channel == channel
    assert (await desk.lookups.answer(record.public_number, None)).channel is None


async def test_a_text_full_of_numbers_costs_one_look_for_new_blocks(desk: Desk) -> None:
    record = await desk.press.publish()
    assert (await desk.lookups.answer(record.public_number, None)).outcome == "found"
    strange = [desk.press.numbers.written(5_000_000_000 + n) for n in range(250)]
    looks: list[str] = []

    @event.listens_for(desk.press.engines.lookup.sync_engine, "before_cursor_execute")
    def _seen(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        looks.append(statement)

    began = time.perf_counter()
    assert (await desk.lookups.answer(None, " ".join(strange))).outcome == "unknown"
    assert time.perf_counter() - began < 1
    assert len([each for each in looks if "number_blocks" in each]) <= 1, looks


async def test_a_strange_number_before_the_right_one_does_no_harm(desk: Desk) -> None:
    record = await desk.press.publish()
    strange = [desk.press.numbers.written(5_000_000_000 + n) for n in range(6)]
    near = await desk.lookups.answer(None, " ; ".join([*strange[:4], record.public_number]))
    assert near.number == record.public_number
    assert (await desk.lookups.answer(None, " ; ".join([*strange, record.public_number]))).outcome == "unknown"


async def test_a_number_s_field_over_a_hundred_characters_is_not_read(desk: Desk) -> None:
    record = await desk.press.publish()
    padded = f"{record.public_number}{'.' * 100}"
    assert (await desk.lookups.answer(padded, None)).outcome == "mistyped"
    assert (await desk.lookups.answer(padded, "any text")).outcome == "mistyped"
    began = time.perf_counter()
    await desk.lookups.answer(f"{record.public_number} " * 19_000, "any text")
    assert time.perf_counter() - began < 0.1


async def test_a_number_is_known_as_soon_as_it_is_reserved(desk: Desk) -> None:
    record = await desk.press.publish()
    for _ in range(3):
        [number] = await desk.press.deliver(record.id, 1)
        assert (await desk.lookups.answer(number, None)).outcome == "found"


async def test_a_label_copied_with_the_number_does_no_harm(desk: Desk) -> None:
    record = await desk.press.publish()
    assert (await desk.lookups.answer(f"Số tra cứu: {record.public_number}", None)).outcome == "found"


async def test_a_text_over_4_kb_is_refused(desk: Desk) -> None:
    with pytest.raises(TooLarge, match=r"lookup\.text_too_long"):
        await desk.lookups.answer(None, "đ" * 2049)


@pytest.mark.parametrize("damage", ["jws = 'x'", "jws = convert_to(replace(encode(jws, 'escape'), 'A', 'B'), 'UTF8')"])
async def test_a_record_that_does_not_verify_is_never_shown(desk: Desk, engines: Engines, damage: str) -> None:
    record = await desk.press.publish()
    async with engines.owner.begin() as conn:
        await conn.execute(text(f"UPDATE records SET {damage}"))
    with pytest.raises(Unavailable, match=r"lookup\.unavailable"):
        await desk.lookups.answer(record.public_number, None)


async def test_a_key_revoked_before_the_record_was_made_makes_it_unavailable(desk: Desk, engines: Engines) -> None:
    record = await desk.press.publish()
    async with engines.owner.begin() as conn:
        await conn.execute(text("UPDATE signing_keys SET revoked_at = :at"), {"at": NOW - timedelta(hours=1)})
    with pytest.raises(Unavailable, match=r"lookup\.unavailable"):
        await desk.lookups.answer(record.public_number, None)


async def test_a_database_that_hangs_is_one_that_is_down(desk: Desk, engines: Engines, master: MasterKey) -> None:
    record = await desk.press.publish()
    hurried = Lookups(engines.lookup, master, 12, lambda: NOW, patience=0.3)
    async with engines.owner.begin() as conn:
        await conn.execute(text("LOCK TABLE records IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(Unavailable, match=r"lookup\.unavailable"):
            await asyncio.wait_for(hurried.answer(record.public_number, None), 10)
    assert (await hurried.answer(record.public_number, None)).outcome == "found"


async def test_a_record_is_served_byte_for_byte_to_anybody(desk: Desk) -> None:
    record = await desk.press.publish()
    async with desk.press.engines.owner.connect() as conn:
        kept = (await conn.execute(text("SELECT jws FROM records WHERE id = :id"), {"id": record.id})).scalar_one()
    assert await desk.lookups.record_jws(record.id) == bytes(kept)
    with pytest.raises(NotFound, match=r"record\.unknown"):
        await desk.lookups.record_jws(type(record.id)(int=1))
