"""A nation's look-up numbers have 16 digits: on the page, in what is counted and in what is looked up."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from service.signing.lookup_numbers import LookupNumbers
from service.web.wording import number_shape
from tests.conftest import Engines, Urls
from tests.factories.web import Site, notice, running_site

TEXTS = {"sms": "Có kẻ mạo danh thầy cô để đòi tiền. KHÔNG chuyển. Gọi số trường đã lưu."}


@pytest.fixture
async def site(urls: Urls, engines: Engines, valkey_url: str, master_text: str) -> AsyncIterator[Site]:
    async with running_site(urls, engines, valkey_url, master_text, number_digits=16) as made:
        yield made


async def test_what_is_signed_and_looked_up_has_sixteen_digits(site: Site) -> None:
    warning = await site.approved()
    number = warning["public_number"]
    assert re.fullmatch(r"[2-7]\d{3}( \d{4}){3}", number)

    found = await site.client.get(f"/api/v1/lookups/{number.replace(' ', '')}")
    assert found.json()["outcome"] == "found"
    text = found.json()["record"]["texts"]["sms"]["unicode"]
    compared = await site.client.post("/api/v1/lookups", json={"text": text})
    assert (compared.json()["outcome"], compared.json()["comparison"]["verdict"]) == ("found", "same")


async def test_the_page_asks_for_and_counts_sixteen(site: Site) -> None:
    start = await site.client.get("/")
    assert "16 chữ số, ở cuối tin" in start.text
    assert 'placeholder="•••• •••• •••• ••••"' in start.text
    assert "12 chữ số" not in start.text
    for language in ("vi", "en"):
        short = await site.client.get("/", params={"so": "3377 9167 3736", "lang": language})
        assert (
            "Bạn gõ 12 chữ số, số tra cứu có 16." if language == "vi" else "Digits typed: 12. A look-up number has 16."
        ) in short.text
        wrong = await site.client.get("/", params={"so": "3377 9167 3736 1111", "lang": language})
        assert ("bốn nhóm bốn số" if language == "vi" else "16 digits in four groups of four") in wrong.text


async def test_what_is_counted_before_sending_is_what_is_sent(site: Site) -> None:
    shown: Any = await site.call("POST", "/previews", json={"unit": "nbk-thcs", "texts": TEXTS, "channels": ["sms"]})
    warning = await site.approved(texts=TEXTS)
    sms = (await site.client.get(f"/api/v1/lookups/{warning['public_number']}")).json()["record"]["texts"]["sms"]["unicode"]

    assert len(sms) == shown.json()["sms"][0]["characters"]


async def test_a_text_that_only_a_shorter_number_would_leave_room_for_is_refused(site: Site) -> None:
    longest = "KHÔNG chuyển tiền. Gọi số trường đã lưu. ".ljust(320 - len("SGDDTDNAI: \nSo tra cuu: 0000 0000 0000"), "x")
    made = await site.call("POST", "/broadcasts", json=notice(texts={"sms": longest}))

    submitted = await site.call("POST", f"/broadcasts/{made.json()['id']}/submit")

    assert (submitted.status_code, submitted.json()["code"]) == (422, "content.too_long")


@pytest.mark.parametrize("digits", [12, 16])
def test_the_example_on_the_page_is_a_number_that_could_be(digits: int) -> None:
    LookupNumbers(b"k" * 16, digits).number(str(number_shape(digits)["example"]))
