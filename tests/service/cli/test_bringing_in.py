"""`loa units import`, `loa accounts import` and `invite`: a deployment's units and people from lists."""

from datetime import UTC, datetime
from pathlib import Path

import openpyxl

from service.accounts import redeem_invitation
from service.database import unit_transaction
from service.errors import NotFound
from tests.conftest import Engines, Urls
from tests.service.cli.test_commands import loa


async def test_an_operator_brings_in_units_and_people_from_lists(
    engines: Engines, urls: Urls, master_text: str, tmp_path: Path
) -> None:
    deployment = {"LOA_DATABASE_URL_OWNER": urls.owner, "LOA_MASTER_KEY": master_text}
    units, people, out = tmp_path / "units.csv", tmp_path / "people.csv", tmp_path / "invitations.xlsx"
    units.write_text("mã,tên,cấp,trực thuộc\ntruong-a,Trường A,trường,xa-a\nxa-a,Xã A,xã,so-moi\n", encoding="utf-8")
    people.write_text("mã đơn vị,họ tên,email,vai trò\ntruong-a,Lan,lan@a.vn,văn thư\n", encoding="utf-8")
    assert loa("units", "create", "so-moi", "Sở mới", **deployment).returncode == 0

    assert loa("units", "import", str(units), **deployment).stdout == "Rows: 2. Made: 2. Unchanged: 0.\n"
    assert loa("units", "import", str(units), **deployment).stdout == "Rows: 2. Made: 0. Unchanged: 2.\n"
    made = loa("accounts", "import", str(people), "--invitations", str(out), **deployment)
    assert made.stdout == "Rows: 1. Made: 1. Unchanged: 0.\n", made.stderr
    assert out.stat().st_mode & 0o777 == 0o600
    (_, line) = openpyxl.load_workbook(out).worksheets[0].iter_rows(values_only=True)
    assert line[:4] == ("truong-a", "Lan", "lan@a.vn", "văn thư")
    again = loa("accounts", "import", str(people), "--invitations", str(out), **deployment)
    assert (again.returncode, again.stdout) == (1, "")

    nobody = loa("accounts", "invite", typed="ai@a.vn\n", **deployment)
    assert (nobody.returncode, "There is no such account." in nobody.stderr) == (1, True)
    invited = loa("accounts", "invite", typed="Lan@A.vn\n", **deployment)
    assert invited.stdout.startswith("moi_"), invited.stderr
    key = loa("keys", "make", "--label", "sổ điểm", typed="lan@a.vn\n", **deployment)
    assert key.stdout.startswith("loa_"), key.stderr
    async with unit_transaction(engines.web, None) as conn:
        for token, works in ((str(line[4]), False), (invited.stdout.strip(), True)):
            try:
                await redeem_invitation(conn, token=token, password="một mật khẩu dài", label="x", now=datetime.now(UTC))
            except NotFound:
                assert not works
            else:
                assert works


def test_a_list_that_cannot_be_used_is_refused_row_by_row(engines: Engines, urls: Urls, master_text: str, tmp_path: Path) -> None:
    deployment = {"LOA_DATABASE_URL_OWNER": urls.owner, "LOA_MASTER_KEY": master_text}
    assert loa("units", "create", "so-moi", "Sở mới", **deployment).returncode == 0
    units, photo = tmp_path / "units.csv", tmp_path / "photo"
    units.write_text("code,name,level,parent\na-school,A,trường,nowhere\n", encoding="utf-8")
    photo.write_bytes(b"\x89PNG\x00")

    refused = loa("units", "import", str(units), **deployment)
    assert refused.returncode == 1
    assert "  row 2, parent: No unit has this code" in refused.stderr
    units.write_text("code,name,level\na-school,A,trường\n", encoding="utf-8")
    headless = loa("units", "import", str(units), **deployment)
    assert headless.stderr.strip() == "parent: The list lacks this column. In the template it is headed “Trực thuộc”."
    unreadable = loa("units", "import", str(photo), **deployment)
    assert (unreadable.returncode, "Traceback" in unreadable.stderr) == (1, False)
    assert "cannot be read" in unreadable.stderr
