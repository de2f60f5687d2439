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


@given(st.text(max_size=200))
def test_added_words_are_never_the_same(words: str) -> None:
    if words.strip() and any(c.isalnum() for c in words):
        assert verdict(f"{OFFICIAL} {words}") == "different"
