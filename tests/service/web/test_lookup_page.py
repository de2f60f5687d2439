"""The parents' page, asked as a parent asks it, over the real look-up."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest

from tests.factories.web import Site

FOUND = "Đây là tin chính thức mang số này. Tin của bạn khác một chữ thì không làm theo."
SAME = "Giống từng chữ tin chính thức của Trường THCS Nguyễn Bỉnh Khiêm."
DIFFERENT = "KHÁC tin chính thức. KHÔNG làm theo."
EXPIRED = "Tin thật, đã hết hiệu lực từ 21/09/2026."
MISTYPED = "Số gõ chưa đúng. Kiểm tra lại từng nhóm bốn số."
UNKNOWN = "Không tìm thấy trong hệ thống này. Gọi số trường đã lưu."


def headline(page: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    assert found
    return html.unescape(found.group(1)).strip()


@pytest.fixture
async def warning(site: Site) -> dict[str, Any]:
    return await site.approved()


async def sms_of(site: Site, warning: dict[str, Any]) -> str:
    answer = (await site.client.get(f"/api/v1/lookups/{warning['public_number']}")).json()
    return str(next(iter(answer["record"]["texts"]["sms"].values())))


async def test_the_empty_page_asks_for_a_number_or_a_text(site: Site) -> None:
    page = await site.client.get("/")
    assert page.status_code == 200
    assert headline(page.text) == "Tin này có đúng của trường không?"
    assert '<html lang="vi">' in page.text


async def test_a_number_alone_leads_to_the_official_text_and_says_to_compare(site: Site, warning: dict[str, Any]) -> None:
    page = await site.client.get("/", params={"so": warning["public_number"]})
    assert headline(page.text) == FOUND
    assert 'class="verdict calm"' in page.text, "never the green of `same`"
    assert html.escape(await sms_of(site, warning)) in page.text
    for told in ("Trường THCS Nguyễn Bỉnh Khiêm", "07/09/2026 07:00", "21/09/2026 07:00", warning["public_number"]):
        assert told in page.text


async def test_the_number_may_be_written_any_way(site: Site, warning: dict[str, Any]) -> None:
    for written in (
        warning["public_number"].replace(" ", ""),
        warning["public_number"].replace(" ", "-"),
        f" {warning['public_number']} ",
    ):
        page = await site.client.get("/", params={"so": written})
        assert headline(page.text) == FOUND


async def test_the_same_text_pasted_is_the_same(site: Site, warning: dict[str, Any]) -> None:
    page = await site.client.post("/", data={"tin": await sms_of(site, warning)})
    assert headline(page.text) == SAME
    assert 'class="verdict good"' in page.text


async def test_a_changed_text_is_different_and_shows_where(site: Site, warning: dict[str, Any]) -> None:
    forged = (await sms_of(site, warning)).replace("Goi so truong da luu", "Goi 0912345678")
    page = await site.client.post("/", data={"tin": forged})
    assert headline(page.text) == DIFFERENT
    assert "0912345678" in page.text
    assert "Quan trọng" in page.text


async def test_a_pasted_script_is_shown_as_text(site: Site, warning: dict[str, Any]) -> None:
    page = await site.client.post("/", data={"tin": "<script>alert(1)</script>", "so": warning["public_number"]})
    assert headline(page.text) == DIFFERENT
    assert "<script" not in page.text


async def test_after_its_day_a_warning_is_expired(site: Site, warning: dict[str, Any]) -> None:
    site.clock.forward(timedelta(days=15))
    page = await site.client.get("/", params={"so": warning["public_number"]})
    assert headline(page.text) == EXPIRED
    same = await site.client.post("/", data={"tin": await sms_of(site, warning)})
    assert headline(same.text) == EXPIRED
    assert 'class="verdict good"' not in same.text
    forged = await site.client.post("/", data={"tin": "Chuyen tien ngay", "so": warning["public_number"]})
    assert headline(forged.text) == DIFFERENT


@pytest.mark.parametrize("typed", ["123", "4071 8826 3164", "abc", "0" * 200, "<b>", "4071/8826"])
async def test_a_number_that_cannot_be_one_is_mistyped_never_false(site: Site, typed: str) -> None:
    page = await site.client.get("/", params={"so": typed})
    assert page.status_code == 200
    assert headline(page.text) == MISTYPED
    assert "giả" not in headline(page.text)


async def test_a_number_nobody_gave_is_unknown(site: Site) -> None:
    number = site.app.state.api_context.numbers.written(999_999)
    page = await site.client.get("/", params={"so": number})
    assert headline(page.text) == UNKNOWN


async def test_a_text_without_a_number_is_unknown(site: Site) -> None:
    page = await site.client.post("/", data={"tin": "Chuyen khoan ngay cho nha truong"})
    assert headline(page.text) == UNKNOWN


async def test_a_text_that_is_too_long_is_refused_kindly(site: Site) -> None:
    page = await site.client.post("/", data={"tin": "a" * 5000})
    assert page.status_code == 413
    assert headline(page.text) == "Nội dung dán vào dài quá."


async def test_english_by_the_link(site: Site, warning: dict[str, Any]) -> None:
    page = await site.client.get("/", params={"so": warning["public_number"]})
    link = re.search(r'class="language" href="([^"]+)"', page.text)
    assert link
    english = await site.client.get(html.unescape(link.group(1)))
    assert '<html lang="en">' in english.text
    assert headline(english.text).startswith("This is the official message with this number.")


async def test_nothing_pasted_reaches_an_address_or_a_cache(site: Site, warning: dict[str, Any]) -> None:
    page = await site.client.get("/", params={"so": warning["public_number"]})
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    form = re.search(r'<form[^>]*method="(\w+)"[^>]*>(?:(?!</form>).)*<textarea', page.text, re.DOTALL)
    assert form
    assert form.group(1) == "post"


async def test_the_page_allows_no_script_and_is_small(site: Site, warning: dict[str, Any]) -> None:
    page = await site.client.post("/", data={"tin": "khac", "so": warning["public_number"]})
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert "<script" not in page.text
    assert len(page.content) < 30_000


async def test_a_wrong_address_gets_a_page_for_people_and_a_problem_for_programs(site: Site) -> None:
    person = await site.client.get("/nowhere", headers={"Accept": "text/html"})
    assert person.status_code == 404
    assert headline(person.text) == "Không có trang này"
    program = await site.client.get("/api/v1/nowhere", headers={"Accept": "text/html"})
    assert program.json()["code"] == "request.not_found"
