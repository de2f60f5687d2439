"""A preview shows what would be sent, counts it whole, and refuses nothing."""

from datetime import UTC, date, datetime

from service.broadcasts import EmailText, Frame, Texts, preview
from service.units import Unit

NOW = datetime(2026, 9, 6, 23, 30, tzinfo=UTC)
FRAME = Frame(Unit(1, "nbk-thcs", "Trường THCS Nguyễn Bỉnh Khiêm", "school", None, date(2025, 7, 1)), "SGDDTDNAI")


def test_both_scripts_are_shown_with_sender_and_look_up_line_and_counted_whole() -> None:
    shown = preview(texts=Texts(sms="Gọi số trường đã lưu."), channels=("sms",), frame=FRAME, now=NOW)
    ascii_form, unicode_form = shown.sms
    assert ascii_form.text == "SGDDTDNAI: Goi so truong da luu.\nSo tra cuu: 0000 0000 0000"
    assert (ascii_form.variant, ascii_form.encoding, ascii_form.characters, ascii_form.segments) == ("ascii", "GSM-7", 59, 1)
    assert unicode_form.text == "SGDDTDNAI: Gọi số trường đã lưu.\nSố tra cứu: 0000 0000 0000"
    assert (unicode_form.variant, unicode_form.encoding, unicode_form.characters) == ("unicode", "UCS-2", 59)
    assert shown.email is None


def test_typographic_marks_are_replaced_before_anybody_signs_them() -> None:
    shown = preview(texts=Texts(sms="“Có tin” – chờ…"), channels=("sms",), frame=FRAME, now=NOW)
    assert '"Có tin" - chờ...' in shown.sms[1].text


def test_findings_come_back_with_their_place_and_nothing_is_refused() -> None:
    shown = preview(
        texts=Texts("Xem truong.vn. Đừng lo.", EmailText("Nộp 500k", "Gọi 113.")),
        channels=("sms", "email"),
        frame=FRAME,
        now=NOW,
        sms_script="ascii",
    )
    assert [(f.severity, f.code, f.field, f.span) for f in shown.findings] == [
        ("error", "content.link", "texts.sms", (4, 13)),
        ("error", "content.ambiguous_unaccented", "texts.sms", (15, 19)),
        ("error", "content.amount", "texts.email.subject", (4, 8)),
    ]
    assert shown.email is not None
    assert shown.email.subject == "[Cảnh báo] Nộp 500k"
    assert "0000 0000 0000" in shown.email.html


def test_a_long_sms_is_warned_of_and_a_longer_one_refused_by_its_finding() -> None:
    def findings(words: str) -> list[tuple[str, str]]:
        shown = preview(texts=Texts(sms=words), channels=("sms",), frame=FRAME, now=NOW)
        return [(f.severity, f.code) for f in shown.findings]

    assert findings("chu " * 60) == []
    assert findings("chu " * 69) == [("warning", "content.too_long"), ("warning", "content.segment_more")]
    assert findings("chu " * 80) == [("error", "content.too_long")]


def test_a_text_of_a_channel_that_is_not_chosen_is_not_shown() -> None:
    texts = Texts("Gọi số trường đã lưu.", EmailText("Tin", "Nội dung"))
    assert preview(texts=texts, channels=("email",), frame=FRAME, now=NOW).sms == ()
    notice = preview(texts=texts, channels=("notice",), frame=FRAME, now=NOW)
    assert len(notice.sms) == 2
    assert notice.email is not None


def _found(texts: Texts, *channels: str, title: str | None = None) -> list[tuple[str, str, str]]:
    shown = preview(texts=texts, channels=channels, frame=FRAME, now=NOW, title=title)
    return [(f.severity, f.field, f.code) for f in shown.findings]


def test_what_a_draft_would_be_refused_for_is_found_in_the_preview() -> None:
    sms, email = "Gọi số trường đã lưu.", EmailText("Tin", "Nội dung")
    assert _found(Texts(sms), "sms", "email") == [("error", "texts.email", "content.email_missing")]
    assert _found(Texts(None, email), "sms", "email") == [("error", "texts.sms", "content.sms_missing")]
    assert _found(Texts(), "notice") == [("error", "texts", "field.missing")]
    assert _found(Texts(" ", EmailText("", "\u200b")), "sms", "email", title="\n") == [
        ("error", field, "field.too_short") for field in ("title", "texts.sms", "texts.email.subject", "texts.email.body")
    ]
    assert ("error", "texts.sms", "field.too_long") in _found(Texts("…" * 1000), "sms")
    assert _found(Texts(sms, email), "sms", "email", title="Tin") == []
