"""What cannot arrive while it holds is refused at the draft, field by field;
and how long it will wait and take is told before approval.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from contact_registry.sealing import MasterKey
from service.broadcasts.timing import LONGEST_LIFE, Carrying, Times, too_slow, untimely
from service.broadcasts.waiting import waits_until
from service.clock import QuietHours
from tests.conftest import Engines, Urls
from tests.factories.parents import add_parents
from tests.factories.web import NOW, Site, notice, running_site

NIGHT = NOW.replace(hour=18, minute=30)  # 01:30 of the 8th in Vietnam: quiet until 06:30
QUIET = QuietHours.parse("21:00-06:30")


@pytest.fixture
async def site(urls: Urls, engines: Engines, valkey_url: str, master_text: str) -> AsyncIterator[Site]:
    """Quiet from 21:00 to 06:30; a carrier of SMS that takes a segment every two seconds."""
    pace = {"twilio_account_sid": "AC1", "twilio_segments_per_second": 0.5}
    async with running_site(urls, engines, valkey_url, master_text, quiet_hours=QUIET, **pace) as made:
        yield made


def _sms(**changes: Any) -> dict[str, Any]:
    return notice(channels=["sms"], **changes)


def _in(**by: float) -> str:
    return (NOW + timedelta(**by)).isoformat()


@pytest.mark.parametrize(
    ("changes", "code", "fields"),
    [
        ({"expires_at": _in(days=-30)}, "broadcast.overdue", ["expires_at"]),
        ({"expires_at": _in()}, "broadcast.overdue", ["expires_at"]),
        ({"expires_at": _in(days=730)}, "broadcast.expires_too_late", ["expires_at"]),
        ({"expires_at": _in(days=91)}, "broadcast.expires_too_late", ["expires_at"]),
        ({"kind": "safety_advice", "expires_at": _in(days=367)}, "broadcast.expires_too_late", ["expires_at"]),
        ({"send_at": _in(days=3), "expires_at": _in(days=2)}, "broadcast.expires_before_it_may_leave", ["expires_at", "send_at"]),
        ({"send_at": _in(days=2), "expires_at": _in(days=2)}, "broadcast.expires_before_it_may_leave", ["expires_at", "send_at"]),
        ({"send_at": _in(days=400), "expires_at": _in(days=401)}, "broadcast.sent_too_late", ["send_at"]),
        (  # sent at 22:00, expires at 06:00: all of it quiet
            {"send_at": _in(hours=15), "expires_at": _in(hours=23)},
            "broadcast.expires_before_it_may_leave",
            ["expires_at", "urgency"],
        ),
    ],
)
async def test_times_that_cannot_be_are_refused_at_draft_and_change_by_field_and_in_words(
    site: Site, changes: dict[str, Any], code: str, fields: list[str]
) -> None:
    draft = (await site.call("POST", "/broadcasts", json=_sms())).json()
    for method, path, body in (
        ("POST", "/broadcasts", _sms(**changes)),
        ("PATCH", f"/broadcasts/{draft['id']}", changes),
    ):
        for language in ("vi", "en"):
            refused = await site.call(method, path, json=body, headers={"Accept-Language": language})
            told = refused.json()
            assert (refused.status_code, told["code"], [each["field"] for each in told["errors"]]) == (422, code, fields)
            assert "…" not in told["detail"] + "".join(each["message"] for each in told["errors"])


async def test_as_long_as_its_kind_allows_it_may_hold(site: Site) -> None:
    for changes in (
        {"expires_at": _in(days=90)},
        {"send_at": _in(days=30), "expires_at": _in(days=119)},
        {"kind": "safety_advice", "expires_at": _in(days=366)},
    ):
        assert (await site.call("POST", "/broadcasts", json=_sms(**changes))).status_code == 201


async def test_what_expires_in_the_quiet_hours_is_refused_but_for_an_emergency_and_a_notice(site: Site) -> None:
    site.clock.at = NIGHT
    ends = {"expires_at": (NIGHT + timedelta(hours=2)).isoformat()}
    refused = (await site.call("POST", "/broadcasts", json=_sms(**ends))).json()
    assert (
        refused["detail"] == "Tin hết hiệu lực lúc 08/09/2026 03:30, mà sớm nhất 08/09/2026 06:30 mới được gửi. Đặt hạn muộn hơn."
    )
    assert "Khẩn cấp" in refused["errors"][1]["message"]
    assert (await site.call("POST", "/broadcasts", json=_sms(urgency="emergency", **ends))).status_code == 201
    assert (await site.call("POST", "/broadcasts", json=notice(**ends))).status_code == 201


async def test_waiting_is_told_before_approval(site: Site, engines: Engines, master: MasterKey) -> None:
    await add_parents(engines.owner, master, site.world.units["nbk-thcs"], phones=1)
    site.clock.at = NIGHT
    made = (await site.call("POST", "/broadcasts", json=_sms())).json()
    ends = NIGHT + timedelta(hours=5)
    assert datetime.fromisoformat(made["waits_until"]) == ends
    assert made["note"] == "Giờ yên tĩnh: duyệt rồi vẫn chờ đến 08/09/2026 06:30. Chỉ tin khẩn cấp không phải chờ."
    pending = (await site.call("POST", f"/broadcasts/{made['id']}/submit")).json()
    assert (datetime.fromisoformat(pending["waits_until"]), pending["note"]) == (ends, made["note"])
    later = {"send_at": (ends + timedelta(days=1)).isoformat()}
    scheduled = (await site.call("PATCH", f"/broadcasts/{made['id']}", json=later)).json()
    assert scheduled["note"] == "Duyệt rồi, tin sẽ gửi lúc 09/09/2026 06:30."
    at_once = (await site.call("PATCH", f"/broadcasts/{made['id']}", json={"urgency": "emergency", "send_at": None})).json()
    assert (at_once["waits_until"], at_once["note"]) == (None, None)
    assert (await site.call("POST", "/broadcasts", json=notice())).json()["waits_until"] is None


async def test_a_draft_that_has_grown_too_old_says_why_it_cannot_be_handed_in(
    site: Site, engines: Engines, master: MasterKey
) -> None:
    await add_parents(engines.owner, master, site.world.units["nbk-thcs"], phones=1)
    made = (await site.call("POST", "/broadcasts", json=_sms(expires_at=_in(days=1)))).json()
    assert "submit" in made["moves"]
    path = f"/broadcasts/{made['id']}"
    pending = (await site.call("POST", f"{path}/submit")).json()
    site.clock.at = NIGHT  # at 01:30: from 06:30 to 07:00 it may still go
    assert "approve" in (await site.call("GET", path, role="approver")).json()["moves"]
    async with engines.owner.begin() as conn:
        await conn.execute(text("UPDATE broadcasts SET expires_at = :at"), {"at": NIGHT + timedelta(hours=4)})
    hindered = (await site.call("GET", path, role="approver")).json()
    assert "approve" not in hindered["moves"]
    assert "06:30 mới được gửi" in hindered["note"]
    refused = await site.call("POST", f"{path}/approve", role="approver", json={"digest": pending["digest"]})
    assert refused.status_code == 409
    site.clock.at = NIGHT + timedelta(hours=4)
    late = (await site.call("GET", path)).json()
    assert "submit" not in late["moves"]
    assert late["note"] == "Tin đã quá hạn. Đặt lại ngày hết hiệu lực."
    assert (await site.call("POST", f"{path}/submit")).json()["code"] == "broadcast.not_allowed_in_state"


async def test_an_approval_in_the_evening_of_what_expires_at_night_is_refused(
    site: Site, engines: Engines, master: MasterKey
) -> None:
    await add_parents(engines.owner, master, site.world.units["nbk-thcs"], phones=1)
    site.clock.at = NOW.replace(hour=13)  # 20:00
    made = (await site.call("POST", "/broadcasts", json=_sms(expires_at=NOW.replace(hour=16).isoformat()))).json()
    pending = (await site.call("POST", f"/broadcasts/{made['id']}/submit")).json()
    site.clock.at = NOW.replace(hour=14, minute=5)  # 21:05, it expires at 23:00
    refused = await site.call("POST", f"/broadcasts/{made['id']}/approve", role="approver", json={"digest": pending["digest"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "broadcast.expires_before_it_may_leave")


async def test_how_long_it_will_take_is_told_before_approval_and_for_a_time_of_its_own(
    site: Site, engines: Engines, master: MasterKey
) -> None:
    await add_parents(engines.owner, master, site.world.units["nbk-thcs"], phones=30)
    made = (await site.call("POST", "/broadcasts", json=_sms(sms_script="ascii"))).json()
    assert made["estimate"]["seconds_left"] == 62, "30 messages of a segment, and two seconds around them"
    pending = (await site.call("POST", f"/broadcasts/{made['id']}/submit")).json()
    assert pending["estimate"] == made["estimate"]
    at = NOW + timedelta(days=1)
    later = (await site.call("PATCH", f"/broadcasts/{made['id']}", json={"send_at": at.isoformat()})).json()
    assert datetime.fromisoformat(later["estimate"]["done_at"]) == at + timedelta(seconds=62)
    longer = (await site.call("PATCH", f"/broadcasts/{made['id']}", json={"sms_script": "unicode", "send_at": None})).json()
    assert longer["estimate"]["seconds_left"] > 100
    listed = (await site.call("GET", "/broadcasts")).json()["items"][0]
    assert listed["estimate"] is None


async def test_what_its_carriers_cannot_hand_over_before_it_expires_is_refused_with_the_time_they_need(
    site: Site, engines: Engines, master: MasterKey
) -> None:
    await add_parents(engines.owner, master, site.world.units["nbk-thcs"], phones=180)
    short = {"sms_script": "ascii", "expires_at": _in(minutes=5)}
    refused = await site.call("POST", "/broadcasts", json=_sms(**short))
    assert (refused.status_code, refused.json()["code"]) == (422, "broadcast.expires_before_all_left")
    assert refused.json()["errors"][0]["field"] == "expires_at"
    assert "6 phút" in refused.json()["detail"]
    assert (await site.call("POST", "/broadcasts", json=_sms(**short | {"expires_at": _in(minutes=7)}))).status_code == 201


async def test_a_class_that_is_gone_stands_in_the_note_of_a_draft(site: Site, engines: Engines, master: MasterKey) -> None:
    await add_parents(engines.owner, master, site.world.units["nbk-thcs"], phones=1)
    made = (await site.call("POST", "/broadcasts", json=_sms(audience={"classes": ["6A1"]}))).json()
    async with engines.owner.begin() as conn:
        await conn.execute(text("UPDATE enrolments SET class_name = '6A2'"))
    assert "không có lớp “6A1”" in (await site.call("GET", f"/broadcasts/{made['id']}")).json()["note"]


_moments = st.datetimes(datetime(2026, 9, 1), datetime(2026, 9, 20), timezones=st.just(UTC))  # noqa: DTZ001
_urgencies = st.sampled_from(["emergency", "urgent", "advisory"])


@given(_moments, st.one_of(st.none(), _moments), _moments, _urgencies, st.sampled_from([QUIET, None]))
def test_times_are_right_exactly_where_something_may_leave_before_it_expires(
    now: datetime, send_at: datetime | None, expires_at: datetime, urgency: str, quiet: QuietHours | None
) -> None:
    times = Times("scam_alert", urgency, ("sms",), send_at, expires_at)
    leaves = waits_until(urgency, send_at, quiet, now) or now
    wrong = [each.code for each in untimely(times, quiet, now)]
    assert bool(wrong) == (expires_at <= leaves)


@given(st.integers(0, 100_000), st.integers(0, 100_000), st.floats(0.5, 100), st.floats(0.5, 100), st.integers(1, 100_000))
def test_what_the_carriers_cannot_hand_over_in_time_is_named_and_all_else_is_not(
    segments: int, letters: int, sms_pace: float, email_pace: float, seconds: int
) -> None:
    times = Times("scam_alert", "urgent", ("sms", "email"), None, NOW + timedelta(seconds=seconds))
    carrying = Carrying(None, {"sms": sms_pace, "email": email_pace})
    wrong = list(too_slow(times, carrying, {"sms": segments, "email": letters}, NOW))
    lasts = timedelta(seconds=max(segments / sms_pace, letters / email_pace))
    assert bool(wrong) == (NOW + lasts > times.expires_at)
    assert list(too_slow(times, Carrying(), {"sms": segments}, NOW)) == []


def test_every_kind_has_a_longest_life() -> None:
    assert set(LONGEST_LIFE) == {"scam_alert", "safety_advice", "verification_instructions"}
