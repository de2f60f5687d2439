"""Lists of units: levels in any office's words, days as Vietnam and as machines write them."""

from datetime import UTC, date, datetime

import pytest

from service.units.bulk import _day, _level

TODAY = date(2026, 9, 7)


@pytest.mark.parametrize(
    ("written", "level"),
    [
        ("Sở", "department"),
        ("Sở GD&ĐT", "department"),
        ("phòng", "commune_office"),
        ("Phòng Văn hóa - Xã hội", "commune_office"),
        ("XÃ", "commune_office"),
        ("phường", "commune_office"),
        ("UBND xã", "commune_office"),
        ("commune_office", "commune_office"),
        ("trường", "school"),
        ("Mầm non", "school"),
        ("THCS", "school"),
        ("TH-THCS", "school"),
        ("Trung tâm GDTX", "school"),
        ("school", "school"),
        ("", None),
        ("đội", None),
        ("thứ", None),
    ],
)
def test_a_level_is_read_in_the_offices_words(written: str, level: str | None) -> None:
    assert _level(written) == level


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("", TODAY),
        ("01/08/2026", date(2026, 8, 1)),
        ("1-8-2026", date(2026, 8, 1)),
        ("2026-08-01", date(2026, 8, 1)),
        (datetime(2026, 8, 1, 7, tzinfo=UTC), date(2026, 8, 1)),
        (date(2026, 8, 1), date(2026, 8, 1)),
        ("31/02/2026", None),
        ("tháng 8", None),
        ("46235", None),
    ],
)
def test_a_day_is_read_with_the_day_first(value: object, day: date | None) -> None:
    assert _day(value, str(value), TODAY) == day
