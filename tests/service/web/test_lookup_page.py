"""The parents' page, asked as a parent asks it, over the real look-up."""

import html
import re
import unicodedata
from datetime import timedelta
from typing import Any

import pytest

from tests.factories.web import Site

FOUND = "Đây là tin chính thức mang số này. Nếu tin của bạn khác dù chỉ một chữ, đừng làm theo."
SAME = "Giống từng chữ tin chính thức của Trường THCS Nguyễn Bỉnh Khiêm."
DIFFERENT = "KHÁC tin chính thức. KHÔNG làm theo."
EXPIRED = "Tin thật, đã hết hiệu lực từ 21/09/2026."
MISTYPED = "Số gõ chưa đúng. Kiểm tra lại từng nhóm bốn số."
NO_NUMBER = "Không thấy số tra cứu trong tin bạn dán."
UNKNOWN = "Không tìm thấy trong hệ thống này. Gọi số của trường mà bạn đã lưu."


def headline(page: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    assert found
    return html.unescape(found.group(1)).strip()


def unaccented(text: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return plain.replace("đ", "d").replace("Đ", "D")


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
    forged = (await sms_of(site, warning)).replace("Gọi số trường đã lưu", "Gọi 0912345678")
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


async def test_a_text_without_a_number_asks_for_its_last_line_and_frightens_nobody(site: Site) -> None:
    page = await site.client.post("/", data={"tin": "Chuyen khoan ngay cho nha truong"})
    assert headline(page.text) == NO_NUMBER
    assert "Hãy dán cả dòng cuối có 12 chữ số; chưa rõ thì không làm theo, gọi số của trường mà bạn đã lưu." in page.text
    assert "Không tìm thấy" not in page.text
    english = await site.client.post("/", data={"tin": "Chuyen khoan ngay cho nha truong", "lang": "en"})
    assert headline(english.text) == "There is no look-up number in the text you pasted."


async def test_a_pasted_number_with_a_wrong_digit_is_shown_back(site: Site) -> None:
    page = await site.client.post("/", data={"tin": "<b>Chuyen tien</b> So tra cuu: 407188263164"})
    assert headline(page.text) == "Số trong tin bạn dán chưa đúng: 4071 8826 3164"
    assert 'value="4071 8826 3164"' in page.text
    assert "giả" not in page.text
    assert "<b>Chuyen" not in page.text


@pytest.mark.parametrize(
    ("typed", "shown", "told"),
    [
        ("337791673736", "3377 9167 3736", "ví dụ 4071 8826 3163"),
        ("33779167373", "3377 9167 373", "Bạn gõ 11 chữ số, số tra cứu có 12."),
        ("3377-9167-37355", "3377 9167 3735 5", "Bạn gõ 13 chữ số, số tra cứu có 12."),
        ("3377 9167 373x", "3377 9167 373x", "Bạn gõ 11 chữ số, số tra cứu có 12."),
        ("'\"><i>", "&#39;&#34;&gt;&lt;i&gt;", "ví dụ 4071 8826 3163"),
    ],
)
async def test_a_typing_error_is_shown_in_groups_and_counted(site: Site, typed: str, shown: str, told: str) -> None:
    page = await site.client.get("/", params={"so": typed})
    assert headline(page.text) == MISTYPED
    assert f'value="{shown}" aria-invalid="true"' in page.text
    assert told in page.text


async def test_an_official_text_among_other_words_is_different_but_said_to_be_whole(site: Site, warning: dict[str, Any]) -> None:
    official = await sms_of(site, warning)
    whole = "Phần tin chính thức còn nguyên; những chữ thêm vào không phải của trường."
    page = await site.client.post("/", data={"tin": f"Chuyển tiếp\n{official}\nGửi 500k"})
    assert headline(page.text) == DIFFERENT
    assert whole in page.text
    forged = await site.client.post("/", data={"tin": official.replace("KHONG", "HAY")})
    assert whole not in forged.text


async def test_a_replaced_phrase_is_shown_as_one_change(site: Site, warning: dict[str, Any]) -> None:
    page = await site.client.post("/", data={"tin": (await sms_of(site, warning)).replace("đã lưu", "0912345678")})
    assert page.text.count('<p class="what">') == 1
    assert re.search(r'<dd lang="vi">đã lưu\.</dd>.*<dd lang="vi">0912345678\.</dd>', page.text, re.DOTALL)


async def test_a_text_that_differs_everywhere_still_makes_a_small_page(site: Site, warning: dict[str, Any]) -> None:
    number = warning["public_number"]
    email = (await site.client.get(f"/api/v1/lookups/{number}")).json()["record"]["texts"]["email"]["text"]
    mixed = " ".join(word if at % 3 else f"x{at}" for at, word in enumerate(email.split()))
    for tin in (mixed, "&" * 4000):
        page = await site.client.post("/", data={"tin": tin, "so": number})
        assert headline(page.text) == DIFFERENT
        assert len(page.content) < 30_000
        assert page.text.count('<p class="what">') <= 16
    page = await site.client.post("/", data={"tin": mixed, "so": number})
    assert re.search(r"Còn những chỗ khác nữa: \d+", page.text)


async def test_the_text_that_was_pasted_is_the_one_that_is_open(site: Site, warning: dict[str, Any]) -> None:
    texts = (await site.client.get(f"/api/v1/lookups/{warning['public_number']}")).json()["record"]["texts"]
    for tin in (texts["email"]["text"], f"{texts['email']['subject']}\n{texts['email']['text']} thêm"):
        page = (await site.client.post("/", data={"tin": tin})).text
        assert re.search(r"<details open>\s*<summary>Bản gửi qua email", page)
        assert re.search(r"<details>\s*<summary>Tin nhắn</summary>\s*<div class=\"bubble\"", page)
    for page in (
        (await site.client.post("/", data={"tin": await sms_of(site, warning)})).text,
        (await site.client.get("/", params={"so": warning["public_number"]})).text,
    ):
        assert re.search(r"<details>\s*<summary>Bản gửi qua email", page)
        assert "<summary>Tin nhắn</summary>" not in page


async def test_without_accents_the_same_says_so(site: Site) -> None:
    number = (await site.approved(sms_script="unicode"))["public_number"]
    record = (await site.client.get(f"/api/v1/lookups/{number}")).json()["record"]
    page = await site.client.post("/", data={"tin": unaccented(record["texts"]["sms"]["unicode"])})
    assert headline(page.text) == "Giống tin chính thức (không kể dấu) của Trường THCS Nguyễn Bỉnh Khiêm."
    site.clock.forward(timedelta(days=15))
    later = await site.client.post("/", data={"tin": unaccented(record["texts"]["sms"]["unicode"])})
    assert headline(later.text) == EXPIRED
    assert "giống tin chính thức (không kể dấu)" in later.text


async def test_a_text_without_accents_sends_its_reader_to_the_one_with_them(site: Site) -> None:
    texts = {"sms": "Đừng chuyển tiền cho ai. Gọi số trường đã lưu."}
    number = (await site.approved(sms_script="unicode", texts=texts))["public_number"]
    page = await site.client.post(
        "/", data={"tin": f"SGDDTDNAI: Dung chuyen tien cho ai. Goi so truong da luu.\nSo tra cuu: {number}"}
    )
    assert "đọc bản có dấu dưới đây rồi làm theo bản đó" in page.text
    assert "Làm theo lời dặn trong tin." not in page.text, "“Dung chuyen” reads as “Đúng, chuyển”"
    assert "Đừng chuyển tiền cho ai." in page.text


async def test_a_person_is_never_shown_json(site: Site) -> None:
    browser = {"Accept": "text/html,*/*;q=0.8"}
    file = {"tin": ("tin.txt", b"x", "text/plain")}
    misshapen = await site.client.post("/", files=file, headers=browser)
    assert (misshapen.status_code, misshapen.headers["content-type"]) == (400, "text/html; charset=utf-8")
    assert headline(misshapen.text) == headline((await site.client.get("/")).text)
    assert (await site.client.post("/", files=file)).json()["code"] == "request.malformed"
    del site.app.state.lookup_site  # whatever goes wrong
    failed = await site.client.get("/", params={"so": "4071 8826 3163"}, headers=browser)
    assert (failed.status_code, headline(failed.text)) == (500, "Lúc này chưa tra cứu được.")
    assert "Chưa chắc thì không làm theo tin." in failed.text


async def test_the_page_names_the_sender_a_way_out_and_folds_what_is_technical(site: Site, warning: dict[str, Any]) -> None:
    page = (await site.client.get("/", params={"so": warning["public_number"]})).text
    assert "Tin nhắn mang tên người gửi <b>SGDDTDNAI</b>" in page
    assert "hoặc hỏi trực tiếp giáo viên chủ nhiệm" in page
    assert re.search(r"<summary>Dành cho kỹ thuật</summary>\s*<p><a href=\"/api/v1/records/[0-9a-f-]+\">Xem bản ký số", page)


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


@pytest.mark.parametrize(
    "path", ["/nowhere", "/console", "/console/", "/console/broadcasts/1", "/static/nothing", "/favicon.ico"]
)
async def test_a_wrong_address_gets_a_page_for_people(site: Site, path: str) -> None:
    accept = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    person = await site.client.get(path, headers=accept)
    assert person.status_code == 404
    assert headline(person.text) == "Không có trang này"
    english = await site.client.get(path, headers=accept, params={"lang": "en"})
    assert headline(english.text) == "There is no such page"


async def test_a_wrong_address_gets_a_problem_for_programs(site: Site) -> None:
    program = await site.client.get("/api/v1/nowhere", headers={"Accept": "text/html"})
    assert program.json()["code"] == "request.not_found"
    assert (await site.client.get("/nowhere")).json()["code"] == "request.not_found"


async def test_the_reference_is_english_all_over_and_shows_what_is_nested(site: Site) -> None:
    page = (await site.client.get("/api/docs")).text
    assert '<html lang="en">' in page
    assert "Tra cứu" not in page
    assert "Tiếng Việt" not in page
    assert re.search(r"<code>texts</code> <span>TextsIn</span>\s*<ul class=\"fields\">\s*<li><code>sms\?</code>", page)
    assert "<wbr>/broadcasts<wbr>/{broadcast_id}<wbr>/events" in page


@pytest.mark.parametrize("path", ["/", "/?so=", "/?so=123", "/healthz", "/readyz"])
async def test_a_monitor_that_asks_by_head_is_told_what_get_would_say(site: Site, path: str) -> None:
    asked, got = await site.client.head(path), await site.client.get(path)

    assert asked.status_code == got.status_code != 405
    assert asked.headers == got.headers
