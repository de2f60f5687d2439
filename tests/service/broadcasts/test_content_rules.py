"""What a warning must not say is found, and what it may say is left alone."""

from time import perf_counter

import pytest

from service.broadcasts.content_rules import check_texts
from service.broadcasts.texts import EmailText, Texts


def _errors(text: str) -> list[tuple[str, str]]:
    found = check_texts("Tiêu đề", Texts(sms=text), unaccented_sms=False)
    return [(finding.code, text[slice(*finding.span)]) for finding in found]


@pytest.mark.parametrize(
    ("text", "code", "part"),
    [
        ("Xem https://truong.example/tin ngay", "content.link", "https://truong.example/tin"),
        ("Xem HTTP://1.2.3.4/x", "content.link", "HTTP://1.2.3.4/x"),
        ("vào bit.ly/abc", "content.link", "bit.ly/abc"),
        ("mở truong.edu.vn nhé", "content.link", "truong.edu.vn"),
        ("mở www.truong nhé", "content.link", "www.truong"),
        ("máy chủ 10.0.0.1", "content.link", "10.0.0.1"),
        ("viết cho lan@truong.vn", "content.link", "lan@truong.vn"),
        ("ｗｗｗ．ｔｒｕｏｎｇ．ｖｎ", "content.link", "ｗｗｗ．ｔｒｕｏｎｇ．ｖｎ"),
        ("nộp 500k", "content.amount", "500k"),
        ("nộp 2.500.000 đồng", "content.amount", "2.500.000 đồng"),
        ("nộp 1 200 000 đ", "content.amount", "1 200 000 đ"),
        ("nộp 350.000", "content.amount", "350.000"),
        ("nộp hai triệu đồng", "content.amount", "hai triệu"),
        ("nộp 3 trieu", "content.amount", "3 trieu"),
        ("nộp $20", "content.amount", "$20"),
        ("STK 0912345678", "content.account_number", "0912345678"),
        ("số tài khoản: 12 34 56", "content.account_number", "12 34 56"),
        ("số 9704 1234 5678 9012", "content.account_number", "9704 1234 5678 9012"),
        ("Gọi 0912 345 678", "content.phone_not_on_card", "0912 345 678"),
        ("Gọi 0251.3847661", "content.phone_not_on_card", "0251.3847661"),
        ("Gọi +84 912345678", "content.phone_not_on_card", "+84 912345678"),
        ("Gọi 1900 1234", "content.phone_not_on_card", "1900 1234"),
        ("Gọi ０９１２３４５６７８", "content.phone_not_on_card", "０９１２３４５６７８"),
        ("Gửi mã OTP cho cô", "content.code_request", "Gửi mã OTP"),
        ("Hãy nhập mã xác thực vào máy", "content.code_request", "nhập mã xác thực"),
        ("Không lo lắng, hãy đọc OTP", "content.code_request", "đọc OTP"),
        ("dung doc OTP", "content.code_request", "doc OTP"),
        ("Reply with your password", "content.code_request", "Reply with your password"),
        ("Số tra cứu {number}", "content.reserved_word", "{number}"),
    ],
)
def test_what_a_warning_must_not_say(text: str, code: str, part: str) -> None:
    assert _errors(text) == [(code, part)]


@pytest.mark.parametrize(
    "text",
    [
        "Gọi 113 hoặc 111. Báo tin rác tới 156 hoặc 5656.",
        "Năm học 2026-2027, từ ngày 07/09/2026 đến 15.09.2026 lúc 7h30",
        "Theo công văn 3237/SGDĐT-VP, lớp 6A1 và 10A12",
        "KHÔNG đọc OTP, KHÔNG quét QR",
        "Đừng gửi mật khẩu cho ai",
        "Kẻ gian đòi nhập mật khẩu",
        "Ai hỏi OTP cũng là kẻ lừa đảo",
        "KHÔNG chuyển tiền. Gọi số trường đã lưu.",
        "Scammers ask you to enter a password",
    ],
)
def test_what_a_warning_may_say(text: str) -> None:
    assert _errors(text) == []


@pytest.mark.parametrize("piece", ["a-", "a.", "1 ", "1.", "hai ", "0 9 ", "stk 1", "doc ", "@", "không đọc "])
def test_no_shape_of_text_takes_long_to_read(piece: str) -> None:
    started = perf_counter()
    check_texts("x", Texts(sms=(piece * 20_000)[:20_000]), unaccented_sms=True)
    assert perf_counter() - started < 2


def test_title_and_every_part_of_an_email_are_held_to_the_rules() -> None:
    texts = Texts(email=EmailText("Nộp 500k", "Mở truong.vn"))
    found = check_texts("Gọi 0912345678", texts, unaccented_sms=True)
    assert [(finding.field, finding.code) for finding in found] == [
        ("title", "content.phone_not_on_card"),
        ("texts.email.subject", "content.amount"),
        ("texts.email.body", "content.link"),
    ]


def test_a_word_that_loses_its_sense_without_accents_is_a_warning_only_where_accents_go() -> None:
    text = "Đừng chuyển tiền, đọc kỹ nội dung"
    (finding,) = check_texts("x", Texts(sms=text), unaccented_sms=True)
    assert (finding.severity, finding.code, text[slice(*finding.span)]) == ("warning", "content.ambiguous_unaccented", "Đừng")
    assert dict(finding.values) == {"readings": "đừng / đúng / dùng"}
    assert check_texts("x", Texts(sms=text), unaccented_sms=False) == ()


def test_texts_are_brought_into_one_form() -> None:
    decomposed = "Tre\u0302\u0309\u200b  em\r\n\r\n\r\n\r\nhết \u202e "
    cleaned = Texts(sms=decomposed, email=EmailText("một\nhai", "x")).cleaned()
    assert cleaned == Texts("Trể em\n\nhết", EmailText("một hai", "x"))
