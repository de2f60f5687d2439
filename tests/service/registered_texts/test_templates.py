"""A registered text fits the messages that a carrier would take for it, and no other, in time that stays small."""

import re
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import Invalid
from service.registered_texts import Template
from service.registered_texts.templates import fold

REGISTERED = (
    "SGDDTDNAI: Trường {truong:text:20} nghỉ học ngày {ngay:date}. Gọi {so:phone}, lớp {lop:number}.\nSố tra cứu: {number}"
)
SENT = "SGDDTDNAI: Truong Nguyen Du nghi hoc ngay 05/09. Goi 0251 3822 123, lop 6.\nSo tra cuu: {number}"


def fits(sent: str, registered: str = REGISTERED) -> bool:
    return Template.parse(registered).fits(fold(sent))


@pytest.mark.parametrize(
    "sent",
    [
        SENT,
        "SGDDTDNAI: Trường Nguyễn Du nghỉ học ngày 05/09. Gọi 0251 3822 123, lớp 6.\nSố tra cứu: {number}",
        SENT.replace("\n", " "),
        SENT.replace("Nguyen Du", "N" * 20),
        SENT.replace("05/09", "5.9.2026"),
        SENT.replace("0251 3822 123", "+84 251 3822 123").replace("lop 6", "lop 1.234"),
        SENT.replace("Nguyen Du", "nghi hoc ngay"),
    ],
)
def test_what_a_carrier_would_take_for_it_fits(sent: str) -> None:
    assert fits(sent)


@pytest.mark.parametrize(
    "sent",
    [
        SENT.replace("nghi hoc", "di hoc"),
        SENT.replace("Goi", "goi"),
        SENT.replace("Nguyen Du", "N" * 21),
        SENT.replace("Nguyen Du", "").replace("  ", " "),
        SENT.replace("05/09", "ngay mai"),
        SENT.replace("lop 6", "lop 6A"),
        SENT.replace("0251", "O251"),
        SENT + "!",
        "!" + SENT,
        SENT.removesuffix("{number}") + "4071 8826 3163",
        "",
    ],
)
def test_what_differs_in_a_word_or_overflows_a_slot_does_not_fit(sent: str) -> None:
    assert not fits(sent)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Không có số", "registered.lookup_number"),
        ("{number} {number}", "registered.lookup_number"),
        ("A {a:text}{b:text} {number}", "registered.slot"),
        ("A {a} {number}", "registered.slot"),
        ("A {a:link} {number}", "registered.slot"),
        ("A { {number}", "registered.slot"),
        ("A {a:text:161} {number}", "registered.slot_size"),
        ("A {a:date:11} {number}", "registered.slot_size"),
        ("A {a:text:0} {number}", "registered.slot_size"),
        (" b ".join(["{a:text}"] * 21) + " {number}", "registered.slot"),
    ],
)
def test_a_text_that_is_not_written_as_one_is_refused_with_its_reason(written: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        Template.parse(written)
    assert [field.code for field in refused.value.fields] == [code]


pieces = st.lists(
    st.one_of(
        st.text("ab ", min_size=1, max_size=3),
        st.tuples(st.sampled_from(["text", "number", "date"]), st.integers(1, 4)),
    ),
    max_size=5,
)


@pytest.mark.thorough
@given(pieces, st.text("ab1./ ", max_size=12))
def test_it_says_what_the_same_rule_as_a_regular_expression_says(parts: list[str | tuple[str, int]], sent: str) -> None:
    written = ""
    for part in parts:
        if isinstance(part, str):
            written += part
        elif not written.endswith("}"):
            kind, most = part
            written += f"{{x:{kind}}}" if kind == "date" else f"{{x:{kind}:{most}}}"
    written, sent = fold(written + "|{number}"), fold(sent + "|{number}")
    assert Template.parse(written).fits(sent) == (_oracle(written).fullmatch(sent) is not None)


def _oracle(written: str) -> re.Pattern[str]:
    def part(piece: str) -> str:
        if piece == "{number}":
            return r"\{number\}"
        kind, _, most = piece.strip("{}").partition(":")[2].partition(":")
        number = r"\d" if most == "1" else rf"\d(?:[\d.,]{{0,{int(most or 15) - 2}}}\d)?"
        return {"text": f".{{1,{most or 40}}}", "number": number, "date": r"\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{4})?"}[kind]

    return re.compile("".join(part(p) if p.startswith("{") else re.escape(p) for p in re.split(r"(\{[^{}]*\})", written)))


def test_a_text_made_to_keep_it_busy_does_not() -> None:
    hostile = Template.parse("a".join(f"{{s{n}:text:160}}" for n in range(20)) + "b{number}")
    dates = Template.parse("1".join(f"{{s{n}:phone}}" for n in range(20)) + "b{number}")
    began = perf_counter()
    assert not hostile.fits("a" * 1600)
    assert not hostile.fits("a" * 1592 + "c{number}")
    assert not dates.fits("1" * 1592 + "c{number}")
    assert perf_counter() - began < 2.0
