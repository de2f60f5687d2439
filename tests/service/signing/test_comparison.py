"""`same` only when nothing but cosmetics differs; everything else is `different`, and says where."""

import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.signing.comparison import Difference, compare

NUMBER = "4071 8826 3163"
OFFICIAL = f"SGDDTDNAI: Kẻ mạo danh báo con cấp cứu để đòi tiền. KHÔNG chuyển. Gọi số trường đã lưu.\nSố tra cứu: {NUMBER}"
BARE = f"SGDDTDNAI: Ke mao danh bao con cap cuu de doi tien. KHONG chuyen. Goi so truong da luu.\nSo tra cuu: {NUMBER}"


def verdict(received: str, officials: Sequence[str] = (OFFICIAL,)) -> str:
    return compare(received, officials, NUMBER).verdict


@pytest.mark.parametrize(
    "received",
    [
        OFFICIAL,
        f"  {OFFICIAL}\n\n",
        OFFICIAL.replace("\n", " "),
        OFFICIAL.replace(" ", "\u00a0"),
        unicodedata.normalize("NFD", OFFICIAL),
        OFFICIAL.replace(NUMBER, "407188263163"),
        OFFICIAL.replace(NUMBER, "4071.8826.3163"),
        OFFICIAL.replace(NUMBER, "4071 \u2013 8826 \u2013 3163"),
        OFFICIAL.replace(NUMBER, "4071\u202f8826\u20093163"),
        BARE,
    ],
)
def test_cosmetics_do_not_matter(received: str) -> None:
    assert verdict(received) == "same"


@pytest.mark.parametrize(
    "received",
    [
        "",
        " ",
        OFFICIAL.replace("KHÔNG ", ""),
        OFFICIAL.replace("KHÔNG", "Không"),
        OFFICIAL.replace(NUMBER, "4071 8826 3164"),
        OFFICIAL + " 2345 6789 0123",
        OFFICIAL + " http://vi.du",
        OFFICIAL.replace("đòi", "đỏi"),
        OFFICIAL.replace("đã", "da"),
        OFFICIAL.replace("SGDDTDNAI", "SGDDTDNAl"),
        OFFICIAL.replace("báo", "b\u202eáo"),
        BARE.replace("KHONG", "KHỐNG"),
        OFFICIAL.split("\n", maxsplit=1)[0],
        "Chuyển tiền ngay. " + OFFICIAL,
    ],
)
def test_what_is_not_plainly_the_same_is_different(received: str) -> None:
    assert verdict(received) == "different"


def test_diacritics_missing_only_in_the_official_text_are_added_ones() -> None:
    assert verdict(OFFICIAL, (BARE,)) == "different"


def test_any_official_text_will_do() -> None:
    assert verdict(OFFICIAL, ("another text", OFFICIAL)) == "same"


def test_without_official_texts_nothing_is_the_same() -> None:
    assert verdict(OFFICIAL, ()) == "different"


def test_differences_say_where_against_the_nearest_text() -> None:
    received = OFFICIAL.replace("KHÔNG ", "").replace("số trường đã lưu.", "số 0912345678 đã lưu. Cảm ơn")
    assert compare(received, ("quite another text", OFFICIAL), NUMBER).differences == (
        Difference("missing", "KHÔNG", "", critical=True),
        Difference("changed", "trường", "0912345678", critical=True),
        Difference("added", "", "Cảm ơn", critical=False),
    )


@pytest.mark.parametrize(
    "word", ["không", "đừng", "chưa", "chớ", "cấm", "OTP", "tiền", "500k", "truong.vn", "https://a", "0912345678"]
)
def test_words_that_turn_advice_around_are_critical(word: str) -> None:
    [difference] = compare(f"{OFFICIAL} {word}", (OFFICIAL,), NUMBER).differences
    assert difference.critical


def test_a_replaced_phrase_is_one_change() -> None:
    [change] = compare(OFFICIAL.replace("đã lưu.", "0912345678"), (OFFICIAL,), NUMBER).differences
    assert change == Difference("changed", "đã lưu.", "0912345678", critical=True)
    received = OFFICIAL.replace("Kẻ mạo danh báo con cấp cứu để đòi tiền.", "Con của chị cấp cứu nặng, cần nộp viện phí.")
    [change] = compare(received, (OFFICIAL,), NUMBER).differences
    assert change.official == "Kẻ mạo danh báo con cấp cứu để đòi tiền."
    assert change.received == "Con của chị cấp cứu nặng, cần nộp viện phí."


@pytest.mark.parametrize(
    ("before", "after"), [("Tin nhắn từ SGDDTDNAI", ""), ("", "Chuyển ngay 500k"), ("Chuyển tiếp:", "Gọi 0912345678")]
)
@pytest.mark.parametrize("official", [OFFICIAL, BARE])
def test_an_official_text_among_other_words_is_whole_and_still_different(official: str, before: str, after: str) -> None:
    comparison = compare(f"{before} {official} {after}", ("another text", official.split(": ", 1)[1], official), NUMBER)
    assert (comparison.verdict, comparison.whole, comparison.nearest) == ("different", True, 2)
    assert [(each.kind, each.received) for each in comparison.differences] == [
        ("added", said) for said in (before, after) if said
    ]


@pytest.mark.parametrize(
    "received", [OFFICIAL.replace("KHÔNG ", "") + " thêm", OFFICIAL.replace("báo", "và báo"), f"x{OFFICIAL}"]
)
def test_an_official_text_with_a_word_changed_within_is_not_whole(received: str) -> None:
    assert not compare(received, (OFFICIAL,), NUMBER).whole


def test_a_sender_s_name_above_the_text_is_not_critical() -> None:
    [difference] = compare(f"SGDDTDNAI {OFFICIAL}", (OFFICIAL,), NUMBER).differences
    assert not difference.critical


def test_the_same_without_accents_says_so() -> None:
    assert compare(BARE, (OFFICIAL,), NUMBER).unaccented
    assert not compare(BARE, (BARE,), NUMBER).unaccented
    assert not compare(OFFICIAL, (OFFICIAL,), NUMBER).unaccented


def test_which_text_was_meant() -> None:
    assert compare(OFFICIAL, ("another text", OFFICIAL), NUMBER).nearest == 1
    assert compare(OFFICIAL.replace("KHÔNG ", ""), (OFFICIAL, "another text"), NUMBER).nearest == 0
    assert compare(OFFICIAL, (), NUMBER).nearest is None


@given(st.text(max_size=200))
def test_added_words_are_never_the_same(words: str) -> None:
    if words.strip() and any(c.isalnum() for c in words):
        assert verdict(f"{OFFICIAL} {words}") == "different"
