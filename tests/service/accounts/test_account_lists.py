"""Lists of people as offices keep them: roles in the school's own words, everything wrong named by row and heading."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_registry.office_tables import read_table
from service.accounts.account_lists import _COLUMNS, _ROLES, MOST, AccountRow, ReadAccounts, people_of
from service.accounts.permissions import PERMISSIONS
from service.errors import Invalid
from tests.factories.languages import pseudo_language

KEY = b"k" * 32
HEAD = "Mã trường;Họ tên;Thư điện tử;Vai trò;Ngôn ngữ\n"


def listed(written: str) -> ReadAccounts:
    return people_of(read_table(written.encode(), _COLUMNS, most=MOST), KEY)


def only(line: str) -> AccountRow:
    read = listed(HEAD + line)
    assert read.problems == ()
    return read.rows[0]


@pytest.mark.parametrize(
    ("written", "roles"),
    [
        ("văn thư", {"clerk"}),
        ("VĂN THƯ", {"clerk"}),
        ("Hiệu trưởng", {"approver"}),
        ("người duyệt / phụ trách dữ liệu", {"approver", "data_protection_lead"}),
        ("Phó hiệu trưởng và phụ trách bảo vệ dữ liệu cá nhân", {"approver", "data_protection_lead"}),
        ("cán bộ + quản trị", {"officer", "administrator"}),
        ("data_protection_lead, clerk, clerk", {"data_protection_lead", "clerk"}),
    ],
)
def test_roles_are_read_in_the_offices_words(written: str, roles: set[str]) -> None:
    assert set(only(f"nbk;Lan;lan@x.vn;{written};").roles) == roles


@given(st.sets(st.sampled_from(sorted(PERMISSIONS)), min_size=1), st.data(), st.sampled_from([",", " / ", " + ", " và ", " & "]))
def test_any_spelling_of_any_roles_is_those_roles(roles: set[str], data: st.DataObject, between: str) -> None:
    words = [data.draw(st.sampled_from(_ROLES[role])) for role in sorted(roles)]
    assert set(only(f"nbk;Lan;lan@x.vn;{between.join(words)};").roles) == roles


def test_one_email_in_other_letters_is_one_person() -> None:
    first, second = only("nbk;Lan;Lan@X.vn;clerk;"), only(" NBK ;  Lan ; lan@x.vn ;clerk;en")
    assert (first.email_hash, first.unit, first.name) == (second.email_hash, second.unit, second.name)
    assert (first.language, second.language) == ("vi", "en")


def test_a_language_is_one_there_are_catalogues_of(tmp_path: Path) -> None:
    assert [each.code for each in listed(HEAD + "nbk;Lan;lan@x.vn;clerk;qps").problems] == ["bulk.language"]
    with pseudo_language(tmp_path) as language:
        assert only(f"nbk;Lan;lan@x.vn;clerk;{language}").language == language


def test_everything_wrong_in_a_row_is_named_at_once_and_no_value_is_repeated() -> None:
    read = listed(HEAD + "nbk;;lan@;vua;klingon")
    assert read.rows == ()
    assert [(each.row, each.column, each.code) for each in read.problems] == [
        (2, "Thư điện tử", "email.invalid"),
        (2, "Họ tên", "field.too_short"),
        (2, "Vai trò", "bulk.roles"),
        (2, "Ngôn ngữ", "bulk.language"),
    ]
    assert not [value for value in ("lan@", "vua", "klingon") if value in repr(read)]


def test_a_missing_column_is_named() -> None:
    with pytest.raises(Invalid) as refused:
        listed("Họ tên,Email\nLan,lan@x.vn\n")
    assert [(each.field, each.code, each.values) for each in refused.value.fields] == [
        ("unit", "bulk.column_missing", {"heading": "Mã đơn vị"}),
        ("roles", "bulk.column_missing", {"heading": "Vai trò"}),
    ]
