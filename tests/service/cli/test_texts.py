"""`loa texts`: what the carriers have on file, from a list and back on the screen."""

from pathlib import Path

import pytest

from service.errors import Invalid, RowsRefused
from service.registered_texts import read_texts
from tests.conftest import Engines, Urls
from tests.service.cli.test_commands import loa

TOML = """
[canh-bao-1]
template = '''
SGDDTDNAI: {noi_dung:text:120} Goi so truong da luu.
So tra cuu: {number}'''
status = "approved"
dated = 2026-09-01
reference = "HS-12"

[canh-bao-2]
template = "SGDDTDNAI: Nghi hoc ngay {ngay:date}. So tra cuu: {number}"
status = "submitted"
dated = 2026-09-02
provider = "twilio-2"
"""
TABLE = (
    "Mã mẫu,Nội dung mẫu,Trạng thái,Ngày duyệt,Số tham chiếu\n"
    'canh-bao-3,"SGDDTDNAI: {a:text:20}. So tra cuu: {number}",Đã duyệt,01/09/2026,HS-13\n'
)


def test_an_operator_puts_a_list_on_file_and_sees_it(engines: Engines, urls: Urls, master_text: str, tmp_path: Path) -> None:
    deployment = {"LOA_DATABASE_URL_OWNER": urls.owner, "LOA_MASTER_KEY": master_text}
    assert loa("units", "create", "so-moi", "Sở mới", **deployment).returncode == 0
    (toml := tmp_path / "texts.toml").write_text(TOML, encoding="utf-8")
    (table := tmp_path / "texts.csv").write_text(TABLE, encoding="utf-8")

    assert loa("texts", "import", str(toml), **deployment).stdout == "Rows: 2. Made: 2. Unchanged: 0.\n"
    assert loa("texts", "import", str(toml), **deployment).stdout == "Rows: 2. Made: 0. Unchanged: 2.\n"
    taken = loa("texts", "import", str(table), "--unit", "so-moi", **deployment)
    assert taken.stdout == "Rows: 1. Made: 1. Unchanged: 0.\n", taken.stderr
    shown = loa("texts", "list", **deployment, COLUMNS="40").stdout
    assert (
        "canh-bao-1  approved  twilio  so-moi  01/09/2026  HS-12\n"
        "    SGDDTDNAI: {noi_dung:text:120} Goi so truong da luu.\n"
        "    So tra cuu: {number}\n\n"
    ) in shown, "whole on any screen"
    assert "canh-bao-1-drill  twilio\n    SGDDTDNAI: DIEN TAP: {noi_dung:text:120} Goi" in shown, "what is still to be filed"
    for word in ("canh-bao-1", "twilio-2", "submitted", "01/09/2026", "HS-13", "{number}"):
        assert word in shown


def test_what_to_file_with_the_carriers_is_a_list_that_can_be_put_on_file(
    engines: Engines, urls: Urls, master_text: str, tmp_path: Path
) -> None:
    deployment = {"LOA_DATABASE_URL_OWNER": urls.owner, "LOA_MASTER_KEY": master_text}
    assert loa("units", "create", "so-moi", "Sở mới", **deployment).returncode == 0
    (toml := tmp_path / "forms.toml").write_text(loa("texts", "templates", "--sender", "SOMOI", "--status", "approved").stdout)
    assert loa("texts", "import", str(toml), **deployment).stdout == "Rows: 28. Made: 28. Unchanged: 0.\n"
    shown = loa("texts", "list", **deployment).stdout
    assert "t13-drill  approved" in shown
    assert "SOMOI: DIEN TAP: {ngay:date}: ke mao danh {truong:text:60}" in shown
    assert "not on file" not in shown


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        (("dated = 2026-09-01\n", ""), "canh-bao-1", "registered.fields"),
        (("dated = 2026-09-01\n", 'dated = "hôm qua"\n'), "canh-bao-1.dated", "field.date"),
        (('"approved"', '"fine"'), "canh-bao-1.status", "field.choice"),
        (("So tra cuu: {number}'''", "'''"), "canh-bao-1.template", "registered.lookup_number"),
        (('reference = "HS-12"', 'link = "x"'), "canh-bao-1", "registered.fields"),
    ],
)
def test_a_mistake_in_a_list_is_said_by_text_and_field(change: tuple[str, str], field: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_texts(TOML.replace(*change, 1).encode(), provider="twilio", toml=True)
    assert [(each.field, each.code) for each in refused.value.fields] == [(field, code)]


def test_a_mistake_in_a_table_is_said_by_row_and_column() -> None:
    with pytest.raises(RowsRefused) as refused:
        read_texts(TABLE.replace("{number}", "").encode(), provider="twilio", toml=False)
    assert [(p.row, p.column, p.code) for p in refused.value.problems] == [(2, "Nội dung mẫu", "registered.lookup_number")]


def test_what_is_no_toml_is_refused() -> None:
    with pytest.raises(Invalid, match=r"registered\.unreadable"):
        read_texts(b"\xff= [", provider="twilio", toml=True)
