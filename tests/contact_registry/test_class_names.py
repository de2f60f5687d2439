"""What people call a class, and which of the list's it is: never another, never none where a person would know it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_registry.audiences import Audience, ListedClasses
from contact_registry.audiences.class_names import ListedClass, grade_key
from contact_registry.classes import class_key
from contact_registry.classes.keys import in_order

SCHOOL, OTHER = 1, 2
LIST = ("6A1", "6A2", "6D", "6Đ", "6A10", "7A1", "7B", "8/1", "8/2", "9.1", "10A1.2", "Lá 1", "Lớp Chồi 2", "Thỏ Trắng")
GRADES = {"Lá 1": "Lá", "Lớp Chồi 2": "Chồi", "Thỏ Trắng": None}


def _listed(*names: str, unit: int = SCHOOL) -> ListedClasses:
    return ListedClasses(ListedClass(unit, name, GRADES.get(name, name[: 2 if name[:2] == "10" else 1])) for name in names)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        *(
            (written, "6A1")
            for written in (
                "6A1",
                "6a1",
                " 6A1 ",
                "6 A1",
                "6 a 1",
                "lớp 6A1",
                "LỚP 6A1",
                "Lop 6 A1",
                "lop6a1",
                "Lớp: 6A1",
                "06A1",
            )
        ),
        *(
            (written, "6A1")
            for written in ("6-A1", "6.A1", "6_A1", "6A-1", "６Ａ１", "6\u200bA1", "class 6A1", "lơ\u0301p 6A1", "6A01")
        ),
        *((written, "8/1") for written in ("8/1", "8.1", "8-1", "8_1", "8 / 1", "8 1", "lớp 8/1", "8–1", "08/01")),
        *((written, "9.1") for written in ("9.1", "9/1")),
        *((written, "10A1.2") for written in ("10A1.2", "10a1/2", "lop 10 A1-2")),
        *((written, "Lá 1") for written in ("Lá 1", "lá1", "la 1", "lớp Lá 1", "LA 1")),
        *((written, "Lớp Chồi 2") for written in ("chồi 2", "Lớp chồi 2", "choi 2")),
        *((written, "Thỏ Trắng") for written in ("thỏ trắng", "tho trang", "Lớp Thỏ  Trắng")),
        ("6d", "6D"),
        ("6đ", "6Đ"),
        ("6Ð", "6Đ"),  # the Icelandic letter that many a keyboard has in its place
    ],
)
def test_a_class_is_known_however_it_is_written(written: str, meant: str) -> None:
    assert _listed(*LIST).classes(written) == (meant,)


@pytest.mark.parametrize("written", ["6A9", "6A", "6", "61", "A1", "lớp", "16A1", "6A11", "10A12", "", "-", "Lá", "6A1, 6A2"])
def test_a_class_that_is_not_there_is_none_of_those_there_are(written: str) -> None:
    assert _listed(*LIST).classes(written) == ()


def test_d_does_not_stand_for_the_other_d() -> None:
    assert _listed("6Đ").classes("6D") == ()
    assert _listed("6Đ").nearest_classes("6D") == ("6Đ",)


def test_marks_count_where_a_school_tells_classes_apart_by_them() -> None:
    both = _listed("6A", "6Â")
    assert (both.classes("6A"), both.classes("6â"), both.classes("6á")) == (("6A",), ("6Â",), ())
    assert _listed("6Â").classes("6a") == ("6Â",)


def test_every_spelling_of_several_lists_is_meant_and_the_one_that_was_typed_comes_first() -> None:
    listed = ListedClasses([*_listed("6/1").rows, *_listed("6.1", "La 1", unit=OTHER).rows, *_listed("Lá 1").rows])
    assert set(listed.classes("6-1")) == {"6/1", "6.1"}
    assert listed.classes("lá 1") == ("Lá 1", "La 1")
    assert listed.lacking("6/1", "class") == frozenset()
    assert ListedClasses([*_listed("6A1").rows, *_listed("6A2", unit=OTHER).rows]).lacking("6a1", "class") == {OTHER}


@pytest.mark.parametrize(
    "written", ["6", "06", "Khối 6", "khoi 6", "KHỐI: 6", "K6", "k 6", "lớp 6", "cả khối 6", "khối lớp 6", "Grade 6"]
)
def test_a_grade_is_known_however_it_is_written(written: str) -> None:
    assert _listed(*LIST).grades(written) == ("6",)


@pytest.mark.parametrize(("written", "meant"), [("Lá", "Lá"), ("khối lá", "Lá"), ("la", "Lá"), ("Khối Chồi", "Chồi")])
def test_a_preschool_grade_is_known_by_its_name(written: str, meant: str) -> None:
    assert _listed(*LIST).grades(written) == (meant,)


def test_a_grade_named_among_the_classes_is_the_grade() -> None:
    found = _listed(*LIST).as_listed(Audience(classes=("Khối 7", "6 a1", "lớp 6A1")))
    assert (found.named.classes, found.named.grades, found.unknown) == (("6A1",), ("7",), ())


def test_what_is_unknown_is_named_with_its_place_and_the_nearest_and_widens_nothing() -> None:
    found = _listed(*LIST).as_listed(Audience(classes=("6A1", "6A9"), grades=("khối 11",)))
    assert [(each.field, each.place, each.of, each.named) for each in found.unknown] == [
        ("classes", 1, "class", "6A9"),
        ("grades", 0, "grade", "khối 11"),
    ]
    assert found.unknown[0].nearest[:2] == ("6A1", "6A2")
    assert found.spelled == Audience(classes=("6A1", "6A9"), grades=("khối 11",))


def test_a_number_typed_for_a_class_is_not_repeated() -> None:
    assert "0912345678" not in _listed("6A1").as_listed(Audience(classes=("0912345678",))).unknown[0].named


def test_classes_stand_in_the_order_a_school_counts_them() -> None:
    assert sorted(("10A1", "6A10", "6A2", "9B", "8/2", "8/10"), key=in_order) == ["6A2", "6A10", "8/2", "8/10", "9B", "10A1"]


_names = st.builds(
    lambda grade, sep, letter, number: f"{grade}{sep}{letter}{number}",
    st.integers(1, 12),
    st.sampled_from(["", "/", "."]),
    st.sampled_from(["", "A", "B", "D", "Đ", "C"]),
    st.integers(1, 20),
)
_ways = st.sampled_from(
    [
        str.lower,
        str.upper,
        lambda name: f"lớp {name}",
        lambda name: f"Lop {name}",
        lambda name: f"  {name} ",
        lambda name: f"0{name}",
        lambda name: name.replace("/", ".").replace(".", "-"),
    ]
)


@given(st.sets(_names, min_size=1, max_size=8), st.data())
def test_any_way_to_write_a_listed_class_means_it_and_no_other(names: set[str], data: st.DataObject) -> None:
    listed = _listed(*names)
    name, way = data.draw(st.sampled_from(sorted(names))), data.draw(_ways)
    found = listed.classes(way(name))
    assert name in found
    assert {class_key(each) for each in found} == {class_key(name)}


@given(st.sampled_from(sorted(str(grade) for grade in range(1, 13))), st.sampled_from(["", "Khối ", "khoi ", "K", "lớp ", "0"]))
def test_a_grade_means_itself_alone(grade: str, before: str) -> None:
    assert grade_key(before + grade) == grade


@given(st.text(alphabet="6A Đđâ1/.-", max_size=12))
def test_blanks_around_a_name_and_capital_letters_never_matter(written: str) -> None:
    assert class_key(f"  {written.upper()}\u200b ") == class_key(written)
