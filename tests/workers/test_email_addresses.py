"""A host in letters of its own country is written in ASCII; a name in them is left to relays that take it."""

import pytest

from workers.delivering.handing_over import wire_address


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("a@example.com", "a@example.com"),
        ("phu.huynh@bưuđiện.vn", "phu.huynh@xn--buin-1ua66gr30m.vn"),
        ("a@BÜCHER.example", "a@xn--bcher-kva.example"),
        ("phụhuynh@example.com", "phụhuynh@example.com"),
        ("phụhuynh@bưuđiện.vn", "phụhuynh@bưuđiện.vn"),
        ("a@-ụ.vn", "a@-ụ.vn"),
    ],
)
def test_the_form_on_the_wire(address: str, written: str) -> None:
    assert wire_address(address) == written
