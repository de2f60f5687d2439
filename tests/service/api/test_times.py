"""Days and moments: written, never numbers, and none is so far away that it cannot be shown."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from service.clock import day_on_screen, on_screen
from tests.factories.web import Site, notice

NUMBERS = [0, 1, 253402300800, 1.5, True, "0", "253402300800", "1e9"]
EDGES = [
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-12:00",
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00Z",
]


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "/broadcasts", notice(), "expires_at"),
        ("POST", "/broadcasts", notice(), "send_at"),
        ("POST", "/api-keys", {"label": "x", "scopes": ["units:read"]}, "expires_at"),
        ("PUT", "/units/nbk-thcs/data-rule", {"number": "1", "sha256": "00" * 32}, "dated"),
        ("POST", "/units", {"code": "x1", "name": "X", "level": "school", "parent": "nbk-thcs"}, "valid_from"),
    ],
)
async def test_a_number_is_no_day_and_no_moment(site: Site, method: str, path: str, body: dict[str, Any], field: str) -> None:
    who = {"unit": "sgddt-dongnai", "role": "administrator"} if path == "/units" else {}
    role = {"role": "approver"} if "data-rule" in path else who
    for value in NUMBERS:
        answer = await site.call(method, path, json=body | {field: value}, **role)
        assert answer.status_code == 422, answer.text
        assert [(each["field"], each["code"]) for each in answer.json()["errors"]] in (
            [(field, "field.time")],
            [(field, "field.date")],
        )


async def test_a_moment_at_the_end_of_the_calendar_is_refused_in_words(site: Site) -> None:
    texts = notice()["texts"]
    for value in EDGES:
        asked = {"unit": "nbk-thcs", "texts": texts, "channels": ["sms", "email"], "expires_at": value}
        for path, body in (("/previews", asked), ("/broadcasts", notice(expires_at=value))):
            answer = await site.call("POST", path, json=body)
            assert answer.status_code == 422, answer.text
            assert [(each["field"], each["code"]) for each in answer.json()["errors"]] == [("expires_at", "field.years")]
        made = await site.call("POST", "/api-keys", json={"label": "x", "scopes": ["units:read"], "expires_at": value})
        assert made.status_code in (201, 422)


@pytest.mark.parametrize(
    "moment",
    [
        datetime.max.replace(tzinfo=UTC),
        datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))),
    ],
)
def test_no_moment_is_a_fault_to_show(moment: datetime) -> None:
    assert on_screen(moment).startswith(day_on_screen(moment))
