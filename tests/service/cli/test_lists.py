"""`loa import` as an operator types it: a process of its own on a real deployment, with what a clerk reads."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from contact_registry.sealing import MasterKey, address_hash
from service.keyring.deployment import deployment_key
from tests.conftest import Engines, Urls
from tests.factories.lists import xlsx
from tests.factories.world import World, make_world
from tests.service.cli.test_commands import loa

SIX = "STT;Họ tên;Lớp;SĐT;Ngày sinh\n" + "".join(f"{n};Học Sinh {n};6A1;091234560{n};01/02/2015\n" for n in range(1, 7))
TWO = "STT;Họ tên;Lớp;SĐT\n1;Học Sinh 1;6A1;0912345601\n2;Học Sinh 2;6A1;09123\n"

Import = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
async def world(engines: Engines, master: MasterKey) -> World:
    """The world, with emails that its people can be found by."""
    made = await make_world(engines.owner, master)
    async with engines.owner.begin() as conn:
        key = await deployment_key(conn, master, "address_index")
        for (unit, role), actor in made.actors.items():
            await conn.execute(
                text("UPDATE accounts SET email_hash = :hash WHERE id = :id"),
                {"id": actor.account_id, "hash": address_hash(key, "email", f"{role}@{unit}.example")},
            )
    return made


@pytest.fixture
def take(world: World, urls: Urls, master_text: str, tmp_path: Path) -> Import:
    def run(
        content: str | bytes,
        *options: str,
        email: str = "clerk@nbk-thcs.example",
        unit: str = "nbk-thcs",
        typed: str = "",
        language: str = "vi_VN",
    ) -> subprocess.CompletedProcess[str]:
        file = tmp_path / "danh-sach.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        deployment = {"LOA_DATABASE_URL_OWNER": urls.owner, "LOA_MASTER_KEY": master_text, "LANG": f"{language}.UTF-8"}
        done = loa("import", str(file), "--unit", unit, "--as", email, *options, typed=typed, **deployment)
        assert "Traceback" not in done.stderr, done.stderr
        return done

    return run


async def count(engines: Engines, what: str) -> int:
    async with engines.owner.connect() as conn:
        return int((await conn.execute(text(f"SELECT count(*) FROM {what}"))).scalar_one())


PRESENT = "contact_points WHERE ended_by IS NULL"


async def test_a_list_is_shown_and_applied_when_the_operator_says_so(take: Import, engines: Engines) -> None:
    kept = take(TWO, typed="n\n")
    assert kept.returncode == 0, kept.stderr
    assert "2 học sinh, 1 số và 0 email gửi được, 1 dòng cần sửa, 1 học sinh chưa có số hay email." in kept.stdout
    assert "Số điện thoại thiếu chữ số" in kept.stdout
    assert re.search(r"\nLỗi cần sửa: 2\n.*Số điện thoại thiếu chữ số", kept.stdout, re.DOTALL)
    assert "Chưa áp dụng gì" in kept.stdout
    assert "Dòng không phải học sinh:\n  tiêu đề cột (dòng 1)\n" in kept.stdout
    assert await count(engines, PRESENT) == 0
    both = take(f"{TWO}3;Học Sinh 1;6A1;0912345601\n", "--dry-run", language="en_US").stdout
    assert re.search(r"\nErrors, to be mended: \d.*\n\nWarnings, to be looked at: \d", both, re.DOTALL), both
    unanswered = take(TWO)
    assert (unanswered.returncode, "Chưa áp dụng gì. Danh sách đã đọc: " in unanswered.stdout) == (1, True)

    applied = take(SIX, typed="y\n")
    assert "Ngày sinh" in applied.stdout
    assert "Đang có 0 người; danh sách này thêm 6, bỏ 0" in applied.stdout
    assert await count(engines, PRESENT) == 6
    assert not {part for part in ("0912345601", "Học Sinh", "09123\n") if part in kept.stdout + applied.stdout}
    assert await count(engines, "audit_events WHERE action = 'import.applied' AND account_id IS NOT NULL") == 1


async def test_a_dry_run_changes_nothing_and_asks_nothing(take: Import, engines: Engines) -> None:
    done = take(SIX, "--dry-run", language="en_US")
    assert (done.returncode, "6 pupils, 6 numbers" in done.stdout) == (0, True)
    assert await count(engines, "import_rows") == await count(engines, "import_files") == await count(engines, PRESENT) == 0


async def test_many_gone_are_asked_about_even_with_apply(take: Import, engines: Engines) -> None:
    assert take(SIX, "--apply").returncode == 0
    assert "Chưa áp dụng gì" in take(TWO, "--apply", typed="y\n").stdout
    assert await count(engines, PRESENT) == 6
    assert "Đã áp dụng" in take(TWO, "--apply", typed="5\n").stdout
    assert await count(engines, PRESENT) == 1


async def test_a_list_of_some_classes_is_offered_to_be_applied_to_them_alone(take: Import, engines: Engines) -> None:
    assert take(SIX + "7;Học Sinh 7;7A1;0912345607;\n", "--apply").returncode == 0
    before = await count(engines, PRESENT)
    one = SIX.splitlines()[0] + "\n7;Học Sinh 7;7A1;0912345617;\n"
    told = take(one, "--apply", typed="\n").stdout
    assert "Không có trong danh sách này: 6A1. Nếu tệp chỉ là danh sách của vài lớp" in told
    assert "Đã áp dụng" in take(one, "--only-classes", "--apply", typed="1\n").stdout
    assert await count(engines, PRESENT) == before


async def test_hidden_rows_are_asked_about_even_with_apply(take: Import, engines: Engines) -> None:
    rows: list[list[object]] = [["STT", "Họ tên", "Lớp", "SĐT"], *([n, f"An {n}", "6A1", f"091234560{n}"] for n in range(1, 4))]
    filtered = xlsx({"6A1": rows}, hidden_rows=[3])
    unanswered = take(filtered, "--apply")
    assert (unanswered.returncode, "1 học sinh nằm ở dòng bị ẩn" in unanswered.stdout) == (1, True)
    assert await count(engines, PRESENT) == 0
    assert take(filtered, "--apply", typed="n\n").returncode == 0
    assert await count(engines, PRESENT) == 2
    assert take(filtered, "--apply", "--hidden-rows", "take").returncode == 0
    assert await count(engines, PRESENT) == 3


async def test_the_latest_list_is_taken_back(take: Import, engines: Engines, urls: Urls, master_text: str) -> None:
    applied = take(SIX, "--apply").stdout
    public_id = applied.rsplit("loa import undo ", 1)[1].split()[0]
    deployment = {"LOA_DATABASE_URL_OWNER": urls.owner, "LOA_MASTER_KEY": master_text}
    strange = loa("import", "undo", public_id, "--as", "clerk@lqd-th.example", **deployment)
    assert (strange.returncode, "There is no such import" in strange.stderr) == (1, True)
    assert await count(engines, PRESENT) == 6
    undone = loa("import", "undo", public_id, "--as", "clerk@nbk-thcs.example", **deployment)
    assert (undone.returncode, await count(engines, PRESENT)) == (0, 0)


async def test_staff_are_a_list_of_their_own(take: Import, engines: Engines) -> None:
    done = take("STT;Họ và tên;Chức vụ;SĐT\n1;Lê Thị Hoa;Giáo viên;0912345699\n", "--staff", "--apply")
    assert (done.returncode, "1 cán bộ, giáo viên" in done.stdout) == (0, True)
    assert await count(engines, "contact_points WHERE ended_by IS NULL AND audience = 'staff'") == 1


@pytest.mark.parametrize(
    ("email", "unit", "sentence"),
    [
        ("nobody@nbk-thcs.example", "nbk-thcs", "Không tìm thấy tài khoản này."),
        ("clerk@lqd-th.example", "nbk-thcs", "Không có đơn vị mang mã này"),
        ("approver@nbk-thcs.example", "nbk-thcs", "không có quyền"),
        ("clerk@nbk-thcs.example", "nowhere", "Không có đơn vị mang mã này"),
    ],
)
async def test_whoever_may_not_import_is_told_so(take: Import, engines: Engines, email: str, unit: str, sentence: str) -> None:
    refused = take(SIX, "--apply", email=email, unit=unit)
    assert (refused.returncode, sentence in refused.stderr) == (1, True), refused.stderr
    assert await count(engines, "imports") == 0


async def test_a_disabled_account_acts_no_more_and_an_officer_acts_below(take: Import, engines: Engines) -> None:
    assert take(SIX, "--apply", email="officer@sgddt-dongnai.example").returncode == 0
    async with engines.owner.begin() as conn:
        await conn.execute(text("UPDATE accounts SET disabled_at = now()"))
    refused = take(SIX, "--apply")
    assert (refused.returncode, "Tài khoản này đã bị khóa" in refused.stderr) == (1, True)


async def test_what_is_no_list_leaves_a_sentence(take: Import) -> None:
    refused = take("%PDF-1.7")
    assert (refused.returncode, "Không đọc được tệp" in refused.stderr) == (1, True)
    nothing = take("STT;Họ tên;Lớp\n1;An;6A1\n")
    assert (nothing.returncode, "Không thấy cột số điện thoại" in nothing.stdout) == (1, True)


async def test_a_list_without_headings_is_read_once_its_columns_are_named(take: Import, engines: Engines) -> None:
    refused = take("Nguyễn Văn An;6A1;0912345601\nTrần Thị Bình;6A1;0912345602\n", "--apply")
    assert refused.returncode == 1
    assert "--column A=name --column B=class --column C=phone" in refused.stdout
    named = ("--column", "A=name", "--column", "b=class", "--column", "C=phone")
    applied = take("Nguyễn Văn An;6A1;0912345601\nTrần Thị Bình;6A1;0912345602\n", "--apply", *named)
    assert applied.returncode == 0, applied.stderr
    assert "2 học sinh, 2 số" in applied.stdout
    assert await count(engines, PRESENT) == 2
    wrong = take(TWO, "--column", "SĐT=telephone")
    assert (wrong.returncode, "HEADING=FIELD" in wrong.stderr) == (2, True)
    unknown = take(TWO, "--column", "Zalo=phone")
    assert (unknown.returncode, "Danh sách không có cột này" in unknown.stderr) == (1, True)
