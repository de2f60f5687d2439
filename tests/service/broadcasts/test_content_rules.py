"""What a warning must not say is found, and what it may say is left alone."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.broadcasts.facts import facts_of
from service.broadcasts.texts.content_rules import check_texts
from service.broadcasts.texts.frames import Frame
from service.broadcasts.texts.inspection import Written, inspect
from service.broadcasts.texts.slots import EmailText, Texts
from service.rendering.messages import final_sms
from service.text_rules import known_phones
from service.units import Unit


def _errors(text: str) -> list[tuple[str, str]]:
    found = check_texts("Tiêu đề", Texts(sms=text), unaccented_sms=False)
    return [(each.code, text[slice(*each.span)]) for each in found if "unaccented" not in each.code]  # test_lost_senses.py


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
        # a link by its shape
        ("vào vietcombank.support ngay", "content.link", "vietcombank.support"),
        ("vào bit.gg/abc", "content.link", "bit.gg/abc"),
        ("vào loa.ai/x", "content.link", "loa.ai/x"),
        ("vào my_evil.com ngay", "content.link", "my_evil.com"),
        ("vào 𝐞𝐯𝐢𝐥.𝐜𝐨𝐦 ngay", "content.link", "𝐞𝐯𝐢𝐥.𝐜𝐨𝐦"),
        ("vào evil。com/login ngay", "content.link", "evil。com/login"),
        ("vào evil․com ngay", "content.link", "evil․com"),
        ("vào evil[.]com ngay", "content.link", "evil[.]com"),
        ("làm xong.Gọi cô", "content.link", "xong.Gọi"),
        ("vào v\u0456etcombank ngay", "content.link", "v\u0456etcombank"),
        # numbers however they are cut
        ("Gọi SĐT0912345678", "content.phone_not_on_card", "0912345678"),
        ("Gọi 0912/345/678", "content.phone_not_on_card", "0912/345/678"),
        ("Gọi 0912_345_678", "content.phone_not_on_card", "0912_345_678"),
        ("Gọi 0912–345–678", "content.phone_not_on_card", "0912–345–678"),
        ("Gọi 0912\n345\n678", "content.phone_not_on_card", "0912\n345\n678"),
        ("Gọi 09/12/2034-5678", "content.phone_not_on_card", "09/12/2034-5678"),
        (
            "Gọi không chín một hai ba bốn năm sáu bảy tám",
            "content.phone_not_on_card",
            "không chín một hai ba bốn năm sáu bảy tám",
        ),
        ("vào VCB1234567890123", "content.account_number", "1234567890123"),
        ("vào 9704, 1234, 5678, 9012", "content.account_number", "9704, 1234, 5678, 9012"),
        ("vào 9704/1234/5678/9012", "content.account_number", "9704/1234/5678/9012"),
        ("số 2025-2026-12-3456", "content.account_number", "2025-2026-12-3456"),
        # amounts in words and bare
        ("nộp hai mươi lăm triệu", "content.amount", "hai mươi lăm triệu"),
        ("nộp một triệu rưỡi", "content.amount", "một triệu rưỡi"),
        ("nộp vài triệu", "content.amount", "vài triệu"),
        ("nộp một trăm linh tư nghìn", "content.amount", "một trăm linh tư nghìn"),
        ("nộp 5 củ", "content.amount", "5 củ"),
        ("nộp 500000", "content.amount", "500000"),
        ("nộp 500 000", "content.amount", "500 000"),
        ("nộp 500 VNÐ", "content.amount", "500 VNÐ"),
        # a code asked for, in either order, whatever was denied before
        ("Đừng lo lắng và gửi mã OTP cho thầy", "content.code_request", "gửi mã OTP"),
        ("Không đọc tin này mà gửi mã OTP", "content.code_request", "gửi mã OTP"),
        ("Không đọc, hãy gửi mã OTP", "content.code_request", "gửi mã OTP"),
        ("Cấm dùng app khác và gửi mật khẩu", "content.code_request", "gửi mật khẩu"),
        ("Ai hỏi thì gửi mã OTP", "content.code_request", "gửi mã OTP"),
        ("Đối tượng được mời, gửi mã OTP", "content.code_request", "gửi mã OTP"),
        ("Đối tượng được mời gửi mã OTP", "content.code_request", "gửi mã OTP"),
        ("Kẻ gian đã bị bắt và hãy gửi mã OTP", "content.code_request", "gửi mã OTP"),
        ("Gửi cho thầy: mã OTP", "content.code_request", "Gửi cho thầy: mã OTP"),
        ("Hãy gửi\nMã OTP", "content.code_request", "gửi\nMã OTP"),
        ("Mã OTP hãy gửi cho thầy", "content.code_request", "Mã OTP hãy gửi"),
        ("KHÔNG nhập mã OTP vào máy, gửi cho thầy", "content.code_request", "mã OTP vào máy, gửi"),
        ("Bấm nút, rồi mã OTP", "content.code_request", "Bấm nút, rồi mã OTP"),
        ("Cho thầy xin mã OTP", "content.code_request", "xin mã OTP"),
        ("Cho thầy mã OTP", "content.code_request", "Cho thầy mã OTP"),
        ("Gõ mã OTP", "content.code_request", "Gõ mã OTP"),
        ("Điền mã PIN", "content.code_request", "Điền mã PIN"),
        ("Báo mã OTP", "content.code_request", "Báo mã OTP"),
        ("Đưa mã OTP", "content.code_request", "Đưa mã OTP"),
        ("Gửi mã vừa nhận", "content.code_request", "Gửi mã vừa"),
        ("Gửi số vừa nhận", "content.code_request", "Gửi số vừa nhận"),
        ("Đọc 6 số vừa nhận", "content.code_request", "Đọc 6 số"),
        ("Gửi O.T.P", "content.code_request", "Gửi O.T.P"),
        ("Gui ma 0TP", "content.code_request", "Gui ma 0TP"),
        ("gui ma cho thay", "content.code_request", "gui ma"),
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
        "không bao giờ hỏi mã OTP",
        "Nhà trường không bao giờ yêu cầu phụ huynh đọc mã OTP",
        "TUYỆT ĐỐI KHÔNG cung cấp mã OTP, mật khẩu",
        "Không gửi hoặc đọc mã OTP cho ai",
        "Mã OTP không được gửi cho ai",
        "KHÔNG đọc OTP, báo công an ngay",
        "Kẻ gian gửi tin giả rồi hỏi mã OTP",
        "Có kẻ gọi điện hỏi mã OTP",
        "Gửi tin có mã độc; quét mã QR lạ",
        "Chuyển tiền mà không hỏi",
        "Gọi 113, 114, 115. Các ngày 10, 11, 12, 13 năm 2025, 2026",
        "Có hiệu lực đến: 01/10/2026 17:00. Từ 07/09/2026-15/09/2026",
        "TP.HCM, T.P Biên Hòa, THCS. Nguyễn, v.v.",
        "Thông tư 29/2024/TT-BGDĐT, một ngân hàng",
    ],
)
def test_what_a_warning_may_say(text: str) -> None:
    assert _errors(text) == []


@pytest.mark.parametrize(
    "piece",
    [
        "a-",
        "a.",
        "1 ",
        "1.",
        "hai ",
        "0 9 ",
        "stk 1",
        "doc ",
        "@",
        "không đọc ",
        "і",
        "mã ",
        "không ",
        "[.",
        "1,\n",
        "đọc mã, ",
        "kẻ gian ",
        "kẻ gian gửi ",
        "bảo vệ OTP ",
    ],
)
def test_no_shape_of_text_takes_long_to_read(piece: str) -> None:
    started = process_time()  # our own: other programs of the machine may hold it up
    check_texts("x", Texts(sms=(piece * 20_000)[:20_000]), unaccented_sms=True)
    assert process_time() - started < 2


def test_title_and_every_part_of_an_email_are_held_to_the_rules() -> None:
    texts = Texts(email=EmailText("Nộp 500k", "Mở truong.vn"))
    found = check_texts("Gọi 0912345678", texts, unaccented_sms=True)
    assert [(finding.field, finding.code) for finding in found] == [
        ("title", "content.phone_not_on_card"),
        ("texts.email.subject", "content.amount"),
        ("texts.email.body", "content.link"),
    ]


def test_texts_are_brought_into_one_form() -> None:
    decomposed = "Tre\u0302\u0309\u200b  em\r\n\r\n\r\n\r\nhết \u202e "
    cleaned = Texts(sms=decomposed, email=EmailText("một\nhai", "x")).cleaned()
    assert cleaned == Texts("Trể em\n\nhết", EmailText("một hai", "x"))


def test_a_mark_no_letter_takes_up_is_gone_before_anything_is_checked() -> None:
    hidden = "v\u0331cb.c\u0331om " + "\u0331".join("0912345678") + "\u20e3 0912\u2009345\U000e0031\u2800"
    assert Texts(sms=hidden).cleaned().sms == "vcb.com 0912345678 0912 345"
    assert Texts(sms="Ngo\u200bi e\u0302\u0323m").cleaned().sms == "Ngoi ệm"


def test_an_sms_is_stored_with_the_marks_it_is_sent_with_and_an_email_as_written() -> None:
    texts = Texts("“Có” – 0912–345…", EmailText("“Có”", "– 1")).cleaned()
    assert texts == Texts('"Có" - 0912-345...', EmailText("“Có”", "– 1"))


def _final(
    unit_name: str = "Trường THCS Nguyễn Bỉnh Khiêm", sender: str = "SGDDTDNAI", sms: str = "Gọi 113"
) -> list[tuple[str, str]]:
    written = Written(
        kind="scam_alert",
        title="Tin",
        texts=Texts(sms, EmailText("Tin", "Gọi 113.")).cleaned(),
        expires_at=datetime(2026, 10, 7, tzinfo=UTC),
        sms_script="ascii",
    )
    unit = Unit(1, "nbk-thcs", unit_name, "school", None, date(2025, 7, 1))
    inspected = inspect(written, Frame(unit, sender), now=datetime(2026, 9, 7, tzinfo=UTC))
    return [(finding.field, finding.code) for finding in inspected.findings if finding.severity == "error"]


def test_what_is_put_around_the_authors_words_is_held_to_the_rules_too() -> None:
    assert _final() == []
    assert _final("Trường vietcombank.com") == [("texts.email.body", "content.link")]
    assert _final("Trường 0912345678") == [("texts.email.body", "content.phone_not_on_card")]
    assert _final("Trường {number}") == [("texts.email.body", "content.reserved_word")]
    assert _final(sender="evil.com") == [("texts.sms", "content.link")]


def test_a_denial_that_is_none_without_its_accents_is_refused_where_they_go() -> None:
    assert _errors("Đừng đọc OTP") == []
    assert ("texts.sms", "content.code_request") in _final(sms="Đừng đọc OTP")
    assert _final(sms="KHÔNG đọc OTP") == []


CARD = ("+842513822123", "+84912345678", "+8418001234")


def _with_card(text: str) -> list[tuple[str, str]]:
    found = check_texts("Tiêu đề", Texts(email=EmailText("Tin", text)), unaccented_sms=False, phones=CARD)
    return [(finding.code, text[slice(*finding.span)]) for finding in found if finding.severity == "error"]


@pytest.mark.parametrize(
    "text",
    [
        "Gọi 02513822123",
        "Gọi 0251 3822 123.",
        "Gọi (0251) 3.822.123 giờ hành chính",
        "Gọi +84 251 3822 123",
        "Gọi 84912345678 ngoài giờ",
        "Gọi ０９１２ ３４５ ６７８",
        "Gọi 1800 1234 miễn phí",
        "Gọi 0251 3822 123 hoặc 0912 345 678",
        "Gọi 0251 3822 123, 0912 345 678, 113",
        "Gọi 02513822123/0912345678",
        "Gọi 0251 3822 123 (07:00 - 17:00)",
        "Gọi 0251 3822 123. Từ 05/09 nghỉ",
    ],
)
def test_a_number_of_the_card_may_stand_in_a_text(text: str) -> None:
    assert _with_card(text) == []
    assert _errors(text) != []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Gọi 0251 3822 124", "content.phone_not_on_card"),
        ("Gọi 0251 3822 12", "content.phone_not_on_card"),
        ("Gọi 0251 3822 123 4", "content.phone_not_on_card"),
        ("Gọi 0251 3822 123, 0912 345 679", "content.account_number"),
        ("Gọi 5 0251 3822 123", "content.account_number"),
        ("số 9704 0251 3822 123", "content.account_number"),
        ("số 02513822123 9704", "content.account_number"),
        ("số 97040912345678", "content.account_number"),
        ("STK 0912345678", "content.account_number"),
        ("số tài khoản: 0251 3822 123", "content.account_number"),
        ("tài khoản 0912345678 Vietcombank", "content.account_number"),
        ("không chín một hai ba bốn năm sáu bảy tám", "content.phone_not_on_card"),
        ("Nộp 18001234 đồng, gọi 0912345670", "content.phone_not_on_card"),
    ],
)
def test_nothing_that_only_has_a_number_of_the_card_in_it_passes(text: str, code: str) -> None:
    assert code in [found for found, _ in _with_card(text)]


@given(st.text("0123456789", min_size=7, max_size=16), st.sampled_from([" ", ".", "-", "", "/", ", "]))
def test_no_other_run_of_digits_passes_for_a_number_of_the_card(digits: str, gap: str) -> None:
    written = gap.join([digits[:4], digits[4:8], digits[8:]])
    dialled = {"02513822123", "842513822123", "0912345678", "84912345678", "18001234", "8418001234"}
    if "".join(c for c in written if c.isdigit()) not in dialled:
        assert known_phones(f"Gọi {written} nhé", CARD) == []


def test_a_number_of_the_card_in_an_sms_is_a_warning() -> None:
    (finding,) = check_texts("x", Texts(sms="Gọi 0251 3822 123"), unaccented_sms=False, phones=CARD)
    assert (finding.severity, finding.code, finding.span) == ("warning", "content.phone_in_sms", (4, 17))


def test_a_record_names_the_cards_numbers_that_stand_in_it() -> None:
    assert facts_of(["Gọi 0251.3822.123 hoặc 113"], CARD).phones == ("+842513822123", "113")


@pytest.mark.parametrize("piece", ["0251 3822 123 ", "0251 3822 12", "+84 912 345 678, ", "1800 ", "("])
def test_a_long_text_is_read_in_good_time_with_a_card_too(piece: str) -> None:
    started = process_time()
    check_texts("x", Texts(sms=(piece * 20_000)[:20_000]), unaccented_sms=True, phones=CARD)
    assert process_time() - started < 5


def _smart_encoded() -> list[str]:
    """Every character that Twilio's Smart Encoding replaces."""
    listed = json.loads((Path(__file__).parents[2] / "vectors/smart_encoding.json").read_text(encoding="utf-8"))["code_points"]
    ranges = [[int(point, 16) for point in each.split("-")] for each in listed]
    return [chr(point) for each in ranges for point in range(each[0], each[-1] + 1)]


def test_no_character_that_a_carrier_would_replace_is_sent() -> None:
    """Replaced before anybody signs, swallowed by its letter, or refused as a letter of another script."""
    sent = []
    for char in _smart_encoded():
        texts = Texts(sms=f"Tin {char} gọi 113").cleaned()
        if char in final_sms(kind="scam_alert", sender="X", text=texts.sms or "", script="unicode"):
            refused = "content.link" in {f.code for f in check_texts("Tin", texts, unaccented_sms=False)}
            sent += [] if refused else [f"{char} U+{ord(char):04X}"]
    assert sent == []


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("“Có” ‘tin’ «lạ» `x´", "\"Có\" 'tin' \"lạ\" 'x'"),
        ("a–b—c−d…", "a-b-c-d..."),
        ("không\u00a0gian\u2009hẹp\u3000rộng\tthẻ", "không gian hẹp rộng thẻ"),
        ("ẩn\u200b\u2060\ufeffđi", "ẩnđi"),
        ("ＧＯＩ １１３！", "GOI 113!"),
        ("½ giờ ‼ ﹪﹐", "1/2 giờ !! %,"),
    ],
)
def test_smart_signs_are_plain_in_what_is_stored_and_signed(typed: str, sent: str) -> None:
    assert Texts(sms=typed).cleaned().sms == sent
