import pytest

from service.logs import _without_people


@pytest.mark.parametrize(
    "private",
    ["+84912345678", "0912 345 678", "4071 8826 3163", "407188263163", "4071 8826 3163 0574", "4071882631630574", "a@b.example"],
)
def test_numbers_and_addresses_are_blanked_in_every_value(private: str) -> None:
    event = _without_people(None, "", {"event": f"asked for {private}, refused", "count": 3})

    assert event == {"event": "asked for […], refused", "count": 3}
