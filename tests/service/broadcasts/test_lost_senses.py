"""A word whose loss of accents can turn the advice around is not sent without them; one that is merely unclear is told."""

from time import process_time

import pytest

from service.broadcasts.texts.content_rules import check_texts
from service.broadcasts.texts.lost_senses import lost_senses
from service.broadcasts.texts.slots import Texts


def read(text: str) -> tuple[list[str], list[str]]:
    """The words that turn the advice around, and those that are merely unclear."""
    found = {
        turns: [text[slice(*each.span)] for each in lost_senses(text) if each.turns_around is turns] for turns in (True, False)
    }
    return found[True], found[False]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Đừng chuyển tiền.", "Đừng"),
        ("Phụ huynh đừng đọc mã OTP", "đừng"),
        ("Có tin đừng bấm", "đừng"),  # "tin dụng" is harmless, this is not it
        ("Chớ chuyển tiền.", "Chớ"),
        ("Dùng số trên tin này.", "Dùng"),
        ("Đúng, chuyển tiền.", "Đúng"),
        ("Dừng chuyển tiền.", "Dừng"),
        ("DUNG CHUYEN TIEN", "DUNG"),
        ("Phu Huynh Dung chuyen tien", "Dung"),
        ("KHÔNG đọc OTP hay chuyển tiền.", "hay"),
        ("KHÔNG bấm hay gọi số lạ hơn.", "hay"),
        ("KHÔNG chuyển tiền hãy gọi trường.", "hãy"),
        ("KHONG doc OTP, hay goi so nay", "hay"),
    ],
)
def test_what_can_be_read_as_its_opposite_turns_the_advice_around(text: str, word: str) -> None:
    assert read(text)[0] == [word]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Tin này là giả", ["là", "giả"]),
        ("Kẻ xấu mượn tiền", ["mượn"]),
        ("Nộp tiền mặt hay thẻ?", ["hay"]),
        ("Không rõ. Sáng hay chiều?", ["hay"]),
        ("Thầy Dũng báo tin", ["Dũng", "báo"]),
        ("Kẻ mạo danh trường Lê Thị Dung nhắn tin", ["Dung"]),
        ("Cấm xe vào cổng", ["Cấm"]),
    ],
)
def test_what_is_merely_unclear_is_told(text: str, words: list[str]) -> None:
    assert read(text) == ([], words)


@pytest.mark.parametrize(
    "text",
    [
        "KHÔNG chuyển tiền. Hãy gọi trường.",
        "KHÔNG đọc OTP, hãy gọi trường.",
        "KHÔNG sử dụng ứng dụng trong nội dung tin.",
        "Nộp đúng hạn, kẻ xấu lợi dụng",
        "Nghiêm cấm đốt pháo",
        "Gọi số bạn đã lưu",
        "Cho con nghỉ, chờ tin",
        "",
    ],
)
def test_harmless_phrases_stay_harmless(text: str) -> None:
    assert read(text) == ([], [])


def severities(text: str, *, unaccented: bool) -> list[tuple[str, str]]:
    return [(each.severity, each.code) for each in check_texts("x", Texts(sms=text), unaccented_sms=unaccented)]


def test_it_stops_an_sms_that_goes_without_accents_and_no_other() -> None:
    refused = [("error", "content.ambiguous_unaccented")]
    assert severities("Đừng chuyển tiền", unaccented=True) == refused
    assert severities("Đừng chuyển tiền", unaccented=False) == []
    assert severities("Dung chuyen tien", unaccented=False) == refused, "typed without accents, it arrives so in either script"
    assert severities("Kẻ xấu mượn tiền", unaccented=True) == [("warning", "content.unclear_unaccented")]


@pytest.mark.parametrize("piece", ["hay ", "không hay ", "dung. ", "sử dụng ", "Lê Dung ", "hay goi, "])
def test_no_shape_of_text_takes_long_to_read(piece: str) -> None:
    started = process_time()
    list(lost_senses((piece * 20_000)[:20_000]))
    assert process_time() - started < 2
