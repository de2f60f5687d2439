"""What makes an SMS dearer, as a rule: taking it away makes it cheaper."""

from hypothesis import given
from hypothesis import strategies as st

from service.rendering import outside_gsm7, over_by, sms_segments

_texts = st.text(alphabet="abc XYZ.,'€[âđ😀ệ", min_size=1, max_size=400)


@given(_texts)
def test_without_the_characters_that_are_named_a_text_is_gsm7(text: str) -> None:
    named = outside_gsm7(text)
    assert bool(named) == (sms_segments(text).encoding == "UCS-2")
    assert sms_segments(text.translate(dict.fromkeys(map(ord, named)))).encoding == "GSM-7"


@given(st.sampled_from("aâ"), st.integers(1, 700))
def test_what_is_over_is_what_must_go_for_a_segment_less(letter: str, many: int) -> None:
    size = sms_segments(letter * many)
    over = over_by(size)
    if size.segments == 1:
        assert over == 0
    else:
        assert sms_segments(letter * (many - over)).segments == size.segments - 1
        assert sms_segments(letter * (many - over + 1)).segments == size.segments
