"""Messages as a set: every kind renders whole, nothing is a link, and what the screen shows is what the plain text says."""

import html
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from jinja2 import UndefinedError

from service.rendering import message_variants
from service.rendering.environments import TEMPLATES, message_environment
from service.signing.records import SLOT
from service.text_rules import breaches

KINDS = ("scam_alert", "safety_advice", "verification_instructions")
PARTS = ("sms.txt", "email/subject.txt", "email/body.txt", "email/body.html")


def _variants(kind: str = "scam_alert", **changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "sender": "SGDDTDNAI",
        "unit_name": "Trường THCS Nguyễn Bỉnh Khiêm",
        "sms": "Có tin đòi đóng tiền: KHÔNG chuyển. Gọi số trường đã lưu.",
        "sms_script": "ascii",
        "email_subject": "Tin giả đòi đóng tiền",
        "email_body": "Chào <bạn> & gia đình.\n\nViệc cần làm ngay\n- Cúp máy\n- Gọi trường\n\nCảm ơn.",
        "issued_at": datetime(2026, 9, 6, 23, 30, tzinfo=UTC),
        "expires_at": datetime(2026, 10, 1, 10, 0, tzinfo=UTC),
    }
    return message_variants(kind=kind, **(given | changes))


def test_every_kind_has_every_part_and_nothing_else() -> None:
    folders = {path.name for path in (TEMPLATES / "messages").iterdir() if path.is_dir()} - {"layout"}
    assert folders == set(KINDS)
    for kind in KINDS:
        files = {
            path.relative_to(TEMPLATES / "messages" / kind).as_posix() for path in (TEMPLATES / "messages" / kind).rglob("*.*")
        }
        assert files == set(PARTS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_text_has_its_look_up_line(kind: str) -> None:
    variants = _variants(kind)
    assert variants["sms"]["ascii"].endswith("\nSo tra cuu: {number}")
    assert f"Số tra cứu: {SLOT}" in variants["email"]["text"]
    assert variants["email"]["html"].count(SLOT) == 1
    assert SLOT not in variants["email"]["subject"]


@pytest.mark.parametrize("urgency", ["urgent", "advisory"])
@pytest.mark.parametrize("script", ["ascii", "unicode"])
@pytest.mark.parametrize("kind", KINDS)
def test_everything_renders_whole_and_breaks_no_rule(kind: str, script: str, urgency: str) -> None:
    """No hole, no leftover of a template, no link, one look-up number: in every text of every kind."""
    variants = _variants(kind, sms_script=script, advisory=urgency == "advisory")
    email = variants["email"]
    sms = variants["sms"][script]
    assert set(variants["sms"]) == {script}
    assert sms.startswith("SGDDTDNAI: ")
    for text in (sms, email["subject"], email["text"]):
        assert not re.search(r"[{}]|None|Undefined|[ \t]\n|\n{3}", text.replace(SLOT, "0"))
        assert breaches(text.replace(SLOT, " "), stripped=script == "ascii" and text is sms) == []
    assert not re.search(r"\{[{%#]|[%#}]\}|>None<", email["html"])
    assert [sms.count(SLOT), email["text"].count(SLOT), email["html"].count(SLOT), email["subject"].count(SLOT)] == [1, 1, 1, 0]
    assert sms.isascii() == (script == "ascii")


@pytest.mark.parametrize("missing", ["unit", "headline", "body", "issued_at", "expires_at", "advisory", "sender", "text"])
def test_a_name_that_is_not_given_stops_the_rendering(missing: str) -> None:
    moment = datetime(2026, 9, 7, tzinfo=UTC)
    given: dict[str, Any] = {
        "unit": "x",
        "headline": "x",
        "body": "x",
        "subject": "x",
        "sender": "x",
        "text": "x",
        "advisory": True,
    }
    given |= {"issued_at": moment, "expires_at": moment, "paragraphs": []}
    del given[missing]
    with pytest.raises(UndefinedError):
        _render_all(given)


def _render_all(given: dict[str, Any]) -> None:
    for kind in KINDS:
        for part in PARTS:
            message_environment("vi").get_template(f"{kind}/{part}").render(given)


@pytest.mark.parametrize("kind", KINDS)
def test_an_advisory_alone_says_how_to_get_no_more_of_them(kind: str) -> None:
    line = "Không muốn nhận tin thường qua email nữa? Chọn “Hủy đăng ký” trong ứng dụng thư, hoặc báo với đơn vị gửi."
    for part in ("text", "html"):
        assert line in _variants(kind, advisory=True)["email"][part]
        assert "Hủy đăng ký" not in _variants(kind)["email"][part]


@pytest.mark.parametrize("kind", KINDS)
def test_an_email_has_no_link_image_script_or_attachment(kind: str) -> None:
    email = _variants(kind)["email"]
    assert not re.search(r"https?:|www\.|<a\b|<img|<script|<link|url\(|@import", email["html"] + email["text"])
    assert "Thư này không có đường dẫn hay tệp đính kèm" in email["text"]


@pytest.mark.parametrize("urgency", ["urgent", "advisory"])
@pytest.mark.parametrize("kind", KINDS)
def test_html_and_plain_text_say_the_same_words_in_the_same_order(kind: str, urgency: str) -> None:
    email = _variants(kind, advisory=urgency == "advisory")["email"]
    body = re.sub(r".*<body[^>]*>", "", email["html"], flags=re.DOTALL)
    seen = html.unescape(re.sub(r"<[a-z/][^>]*>", " ", re.sub(r"</?strong[^>]*>", "", body)))
    assert seen.split() == email["text"].split()


def test_the_authors_words_are_shown_and_never_run() -> None:
    email = _variants(email_body="{{ 7 * 7 }} {% raw %} <b>x</b>")["email"]
    assert "{{ 7 * 7 }} {% raw %} <b>x</b>" in email["text"]
    assert "{{ 7 * 7 }} {% raw %} &lt;b&gt;x&lt;/b&gt;" in email["html"]


def test_days_are_vietnams() -> None:
    assert "Ngày gửi: 07/09/2026. Có hiệu lực đến: 01/10/2026 17:00." in _variants()["email"]["text"]


def test_a_channel_without_a_text_is_absent() -> None:
    assert set(_variants(sms=None)) == {"email"}
    assert set(_variants(email_subject=None, email_body=None)) == {"sms"}


def test_the_accented_script_keeps_its_accents() -> None:
    expected = "SGDDTDNAI: Có tin đòi đóng tiền: KHÔNG chuyển. Gọi số trường đã lưu.\nSố tra cứu: {number}"
    assert _variants(sms_script="unicode")["sms"] == {"unicode": expected}


def test_the_subject_is_one_line_and_its_kind_stands_once() -> None:
    assert _variants()["email"]["subject"] == "[Cảnh báo] Tin giả đòi đóng tiền"
    assert _variants(email_subject="[Cảnh báo] Tin\ngiả")["email"]["subject"] == "[Cảnh báo] Tin giả"


def test_lines_with_a_dash_are_a_list_that_keeps_its_dashes_as_words() -> None:
    email = _variants()["email"]
    items = re.findall(r"<li[^>]*>(.*?)</li>", email["html"])
    assert items == ["- Cúp máy", "- Gọi trường"]
    assert email["html"].count("<ul") == email["html"].count("</ul>") == 1
