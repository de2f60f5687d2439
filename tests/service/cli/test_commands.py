import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from sqlalchemy import text

from contact_registry.sealing import MasterKey
from service.settings import unknown_settings
from service.standalone.words import terminal_language
from tests.conftest import Engines, Urls
from tests.factories.ports import free_port
from tests.factories.world import make_world

ROOT = Path(__file__).parents[3]


def loa(*arguments: str, typed: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("LOA_", "LC_", "LANG"))}
    return subprocess.run(
        [sys.executable, "-m", "service", *arguments],
        cwd=ROOT,
        env=clean | {"COLUMNS": "160", "LANG": "en_US.UTF-8"} | environment,
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("command", [("service", "run"), ("service", "units", "list"), ("service", "web"), ("workers", "bulk")])
def test_a_refused_setting_is_a_sentence_with_its_name(command: tuple[str, ...]) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=os.environ | {"LOA_WEB_PORT": "abc"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 1
    assert ended.stderr.startswith("LOA_WEB_PORT: ")
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("LOA_QUITE_HOURS", "Did you mean LOA_QUIET_HOURS?"),
        ("loa_smtp_hosts", "Did you mean LOA_SMTP_HOST?"),
        ("LOA_COLOUR", "and is ignored (docs/settings.md)."),
    ],
)
def test_a_setting_that_is_none_is_named_with_the_nearest_and_never_its_value(name: str, says: str) -> None:
    ended = loa("units", "create", "--help", **{name: "a-secret"})
    assert ended.returncode == 0
    (line,) = ended.stderr.splitlines()
    assert line.startswith(f"{name} is no setting of Loa's")
    assert line.endswith(says)
    assert "a-secret" not in ended.stderr


def test_settings_there_are_and_those_of_further_providers_are_not_warned_of() -> None:
    ours = {
        "LOA_HOME": "/x",
        "loa_web_port": "8123",
        "LOA_TWILIO_2_SENDER": "X",
        "LOA_SMTP_3_HOST": "h",
        **dict.fromkeys(re.findall(r"export (LOA_\w+)", (ROOT / ".ci" / "run").read_text(encoding="utf-8")), "1"),
    }
    assert unknown_settings(ours | {"HOME": "/", "LOAD": "1"}) == []
    assert unknown_settings({"LOA_FURTHER_SMTP": "x"}) == [("LOA_FURTHER_SMTP", None)]


@pytest.mark.parametrize("setting", ["LOA_SIMULATORS_PORT", "LOA_SMTP_INBOX_PORT"])
def test_simulators_on_a_port_that_is_taken_say_which_setting_to_change(setting: str) -> None:
    ports = {"LOA_SIMULATORS_PORT": str(free_port()), "LOA_SMTP_INBOX_PORT": str(free_port())}
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = loa("simulators", **{**ports, setting: str(port)})

    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"Port {port} is in use. Set {setting} to another one, e.g. {setting}=")
    assert line.endswith(" loa simulators")


def test_what_the_short_form_of_import_takes_stands_in_its_help() -> None:
    helped = loa("import", "--help").stdout
    for option in ("--unit", "--as", "--dry-run", "--apply", "--staff", "undo"):
        assert option in helped


def test_control_c_while_loading_leaves_no_traceback() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "service", "--help"]  # writes a line for each module it has loaded
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as loading:
        assert loading.stderr is not None
        next(line for line in loading.stderr if "pydantic" in line)
        loading.send_signal(signal.SIGINT)
        rest = loading.stderr.read()

    assert loading.returncode == -signal.SIGINT
    assert "Traceback" not in rest


def test_help_lists_the_commands() -> None:
    helped = loa("--help")

    assert helped.returncode == 0
    for command in (
        "run",
        "migrate",
        "web",
        "simulators",
        "units",
        "accounts",
        "contacts",
        "keys",
        "verify",
        "audit",
        "retention",
        "broadcast",
        "import",
        "backup",
        "restore",
        "bench",
    ):
        assert f" {command} " in helped.stdout


async def test_an_operator_makes_a_department_an_account_and_a_key(engines: Engines, urls: Urls, master_text: str) -> None:
    deployment = {"LOA_DATABASE_URL_OWNER": urls.owner, "LOA_MASTER_KEY": master_text}

    assert loa("units", "create", "so-moi", "Sở mới", **deployment).stdout.strip() == "so-moi"
    refused = loa("units", "create", "so-moi", "Sở mới", **deployment)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "Traceback" not in refused.stderr
    assert "so-moi" in loa("units", "list", **deployment).stdout

    person = ("--email", "a@so-moi.example", "--name", "A", "--role", "officer", "--password", "a long password")
    account = loa("accounts", "create", "--unit", "so-moi", *person, **deployment)
    assert account.returncode == 0, account.stderr
    key = loa("keys", "make", "--account", account.stdout.strip(), "--label", "thử", **deployment)
    assert key.stdout.startswith("loa_")
    trail = loa("audit", "list", **deployment).stdout
    assert "account.created" in trail
    assert "api_key.created" in trail
    assert "so-moi.example" not in trail
    async with engines.owner.connect() as conn:
        assert (await conn.execute(text("SELECT count(*) FROM signing_keys WHERE purpose = 'record'"))).scalar_one() == 1


async def test_retention_is_tried_run_and_read_from_the_command_line(engines: Engines, urls: Urls, master_text: str) -> None:
    deployment = {"LOA_DATABASE_URL_OWNER": urls.owner, "LOA_MASTER_KEY": master_text}
    assert loa("units", "create", "so-moi", "Sở mới", **deployment).returncode == 0
    async with engines.owner.begin() as conn:
        await conn.execute(text("INSERT INTO contacts (unit_id, role, school_year) SELECT id, 'parent', '2019-2020' FROM units"))

    assert "Nothing was deleted yet" in loa("retention", "list", "--unit", "so-moi", **deployment).stderr
    for command in (("--dry-run",), ("--unit", "so-moi"), ()):
        done = loa("retention", "run", *command, **deployment)
        assert done.returncode == 0, done.stderr
        assert done.stdout.split() == (["so-moi", "contacts", "1", "contacts"] if command else [])
        assert ("Nothing is due" in done.stderr) == (not command)
    assert "1 contacts" in loa("retention", "list", "--unit", "so-moi", **deployment).stdout
    assert loa("retention", "run", "--unit", "nowhere", **deployment).returncode == 1


async def test_keys_are_rotated_stopped_and_put_under_another_master_key(engines: Engines, urls: Urls, master_text: str) -> None:
    deployment = {"LOA_DATABASE_URL_OWNER": urls.owner, "LOA_MASTER_KEY": master_text}
    assert loa("units", "create", "so-moi", "Sở mới", **deployment).returncode == 0
    person = ("--email", "a@so-moi.example", "--name", "A", "--role", "officer", "--password", "a long password")
    assert loa("accounts", "create", "--unit", "so-moi", *person, **deployment).returncode == 0

    assert loa("keys", "rotate", **deployment).returncode == 1, "which unit?"
    assert "No data key was rotated yet" in loa("keys", "rotation", **deployment).stderr
    assert "Units with another data key: 1." in loa("keys", "rotate", "--all", **deployment).stdout
    assert "under way" in (shown := loa("keys", "rotation", **deployment).stdout)
    assert "0 done, 1 left, 0 messages" in shown
    assert loa("keys", "rotate", "--unit", "so-moi", "--stop", **deployment).stdout.startswith("Rotations stopped: 1.")
    assert "stopped" in loa("keys", "rotation", "--unit", "so-moi", **deployment).stdout
    assert loa("keys", "rotate", "--unit", "so-moi", "--continue", **deployment).stdout.startswith("Rotations that go on: 1.")

    unnamed = loa("keys", "rewrap", **deployment)
    assert unnamed.returncode == 1
    assert "LOA_NEW_MASTER_KEY" in unnamed.stderr
    new = MasterKey.generate()
    assert loa("keys", "rewrap", LOA_NEW_MASTER_KEY=new, **deployment).stdout.strip().endswith(": 8")
    assert loa("keys", "rewrap", LOA_NEW_MASTER_KEY=new, **deployment).stdout.strip().endswith(": 0")
    again = loa("accounts", "create", "--unit", "so-moi", *person[:1], "b@so-moi.example", *person[2:], **deployment)
    assert again.returncode == 1, "the old master key opens nothing"
    assert "Traceback" not in again.stderr
    deployment["LOA_MASTER_KEY"] = new
    made = loa("accounts", "create", "--unit", "so-moi", *person[:1], "b@so-moi.example", *person[2:], **deployment)
    assert made.returncode == 0, made.stderr


def test_a_missing_setting_is_named() -> None:
    done = loa("web")

    assert done.returncode == 1
    assert "LOA_DATABASE_URL_WEB" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_no_record_is_not_verified(tmp_path: Path) -> None:
    (tmp_path / "record").write_bytes(b"{}")
    (tmp_path / "keys").write_bytes(orjson.dumps({"keys": []}))

    done = loa("verify", str(tmp_path / "record"), "--jwks", str(tmp_path / "keys"))

    assert done.returncode == 1
    assert "NOT VERIFIED" in done.stderr


@pytest.mark.parametrize(("locale", "language"), [("vi_VN.UTF-8", "vi"), ("en_US.UTF-8", "en"), ("C.UTF-8", "en")])
def test_the_terminals_language_is_its_locales(locale: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LC_ALL", locale)

    assert terminal_language() == language


async def test_an_operator_sees_which_units_are_ready(engines: Engines, urls: Urls, master: MasterKey, master_text: str) -> None:
    deployment = {"LOA_DATABASE_URL_OWNER": urls.owner, "LOA_MASTER_KEY": master_text}
    await make_world(engines.owner, master)
    async with engines.owner.begin() as conn:
        await conn.execute(text("DELETE FROM verification_cards WHERE unit_id = (SELECT id FROM units WHERE code = 'lqd-th')"))

    unready = loa("units", "coverage", "--not-ready", **deployment)
    assert unready.returncode == 0, unready.stderr
    assert [line.split()[0] for line in unready.stdout.splitlines()[1:]] == ["lqd-th"]
    assert len(loa("units", "coverage", "--unit", "vhxh-an-phuoc", **deployment).stdout.splitlines()) == 4
    ready, missing = loa("units", "ready", "nbk-thcs", **deployment), loa("units", "ready", "lqd-th", **deployment)
    assert (ready.returncode, "Nothing is held back." in ready.stdout) == (0, True), ready.stderr
    assert (missing.returncode, "No list can be imported and no warning sent." in missing.stdout) == (1, True)
