"""An SMS is counted and stripped exactly as the carrier and the readers of unaccented Vietnamese expect."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.rendering import SmsSize, sms_segments
from service.simulators import twilio_wire
from service.text_rules import plain_punctuation, unaccented


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", SmsSize("GSM-7", 0, 1)),
        ("a" * 160, SmsSize("GSM-7", 160, 1)),
        ("a" * 161, SmsSize("GSM-7", 161, 2)),
        ("a" * 306, SmsSize("GSM-7", 306, 2)),
        ("a" * 307, SmsSize("GSM-7", 307, 3)),
        ("€" * 80, SmsSize("GSM-7", 160, 1)),
        # 152 letters leave one place in a segment of 153: the two places of € go to the next, and one is lost.
        ("a" * 152 + "€" + "a" * 152, SmsSize("GSM-7", 306, 3)),
        ("ạ" * 70, SmsSize("UCS-2", 70, 1)),
        ("ạ" * 71, SmsSize("UCS-2", 71, 2)),
        ("ạ" * 134, SmsSize("UCS-2", 134, 2)),
        ("ạ" * 135, SmsSize("UCS-2", 135, 3)),
        ("😀" * 35, SmsSize("UCS-2", 70, 1)),
        ("ạ" * 66 + "😀" + "ạ" * 66, SmsSize("UCS-2", 134, 3)),
        ("àèéìòù", SmsSize("GSM-7", 6, 1)),
        ("á", SmsSize("UCS-2", 1, 1)),
        ("dòng\nmới"[:5], SmsSize("GSM-7", 5, 1)),
    ],
)
def test_sizes(text: str, expected: SmsSize) -> None:
    assert sms_segments(text) == expected


def test_unaccented_takes_off_the_marks_and_nothing_else() -> None:
    assert unaccented("Đừng chuyển tiền, ƯỚC ỹ: 113 - đã lưu!") == "Dung chuyen tien, UOC y: 113 - da luu!"


@given(st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ ,.\n"))
def test_vietnamese_without_accents_always_fits_gsm7_character_for_character(text: str) -> None:
    stripped = unaccented(text)
    assert sms_segments(stripped).encoding == "GSM-7"
    assert len(stripped) == len(text)


def test_typographic_marks_become_typewriter_marks() -> None:
    assert plain_punctuation("“a” ‘b’ – c… d\u00a0e") == "\"a\" 'b' - c... d e"


@given(
    st.one_of(
        st.text(st.sampled_from("aé@€^{}[]~|\\\n\f Δ"), max_size=700),
        st.text(st.sampled_from("aạé€😀🇻\U0010ffff"), max_size=400),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=300),
        # pairs across the ends of segments
        st.builds(
            lambda n, pairs, m: "a" * n + "€" * pairs + "a" * m, st.integers(0, 320), st.integers(1, 90), st.integers(0, 320)
        ),
        st.builds(
            lambda n, pairs, m: "ạ" * n + "😀" * pairs + "ạ" * m, st.integers(0, 140), st.integers(1, 70), st.integers(0, 140)
        ),
    )
)
def test_the_simulated_gateway_counts_the_same(text: str) -> None:
    assert twilio_wire.segments(text) == sms_segments(text).segments


@pytest.mark.parametrize("letter", "şçĞğİıŞàéÀÁãÊ")
def test_letters_of_national_tables_count_by_the_default_table_alone(letter: str) -> None:
    """Turkish, Spanish and Portuguese phones have tables with more of them; Twilio uses none."""
    gsm7 = letter in "àé"
    assert sms_segments(letter).encoding == ("GSM-7" if gsm7 else "UCS-2")
