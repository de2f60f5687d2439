import os
import re
import stat
from pathlib import Path

import pytest

from service.settings import Settings
from service.standalone.environment import OtherKind, environment, programs, settle_kind
from service.standalone.home import Home, UnsafeHome, write_private
from service.standalone.secrets import Secrets, SecretsDamaged, load_or_make


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_nobody_else_enters_where_sockets_data_and_logs_lie(home: Home) -> None:
    home.prepare()

    for closed in (home.postgres, home.postgres_socket, home.valkey, home.valkey_socket.parent, home.logs):
        assert mode(closed) == 0o700
    for passable in (home.root, home.run):
        assert mode(passable) & 0o066 == 0


def test_a_home_that_another_account_made_is_refused_before_anything_is_changed(home: Home) -> None:
    if os.geteuid() == 0:
        home.root.mkdir()
        os.chown(home.root, 65534, -1)
    else:
        home = Home.at(Path("/usr"))
    before = (mode(home.root), sorted(home.root.iterdir()))

    with pytest.raises(UnsafeHome, match=r"belongs to (nobody|root)\. Run Loa as"):
        home.prepare()

    assert (mode(home.root), sorted(home.root.iterdir())) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="for want of an ordinary user: root may write anywhere")
def test_a_place_that_cannot_be_written_to_is_named(home: Home) -> None:
    home.root.parent.chmod(0o500)

    with pytest.raises(UnsafeHome, match=r"cannot write to .*Set LOA_HOME"):
        home.prepare()


def test_a_deep_home_keeps_its_sockets_where_their_path_is_short(tmp_path: Path) -> None:
    deep = Home.at(tmp_path / ("x" * 90))

    assert len(str(deep.valkey_socket)) < 107
    assert len(str(deep.postgres_socket / ".s.PGSQL.5432")) < 107
    assert deep.sockets != Home.at(tmp_path / ("y" * 90)).sockets


def test_one_runner_holds_a_home_at_a_time(home: Home) -> None:
    home.prepare()
    first = home.lock()
    assert first is not None

    assert home.lock() is None
    first.close()
    again = home.lock()
    assert again is not None
    again.close()


def test_secrets_are_made_once_and_are_their_owners_alone(home: Home) -> None:
    home.prepare()
    made = load_or_make(home)

    assert load_or_make(home) == made
    assert mode(home.secrets_file) == 0o600
    assert made.master_key not in repr(made)
    assert made.simulator_auth_token not in repr(made)


def test_damaged_secrets_are_reported_and_never_replaced(home: Home) -> None:
    home.prepare()
    write_private(home.secrets_file, '{"master_key": "half')

    with pytest.raises(SecretsDamaged):
        load_or_make(home)
    assert home.secrets_file.read_text(encoding="utf-8") == '{"master_key": "half'


def test_a_home_stays_what_it_was_made_for(home: Home) -> None:
    home.prepare()
    settle_kind(home, "demo")
    settle_kind(home, "demo")

    with pytest.raises(OtherKind):
        settle_kind(home, "live")


def test_a_demo_never_reaches_a_carrier_the_environment_names(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "LOA_TWILIO_API_URL": "https://api.twilio.com",
        "LOA_TWILIO_ACCOUNT_SID": "ACreal",
        "LOA_TWILIO_AUTH_TOKEN": "real",
        "LOA_SMTP_HOST": "smtp.real.example",
        "LOA_SMTP_PASSWORD": "real",
        "loa_smtp_2_host": "smtp.real.example",
        "Loa_Twilio_2_Account_Sid": "ACreal",
    }.items():
        monkeypatch.setenv(name, value)
    secrets = Secrets(master_key="k", simulator_account_sid="ACsimulated", simulator_auth_token="t")

    demo = environment(home, Settings(), secrets, "demo")
    live = environment(home, Settings(), secrets, "live")

    assert not [value for name, value in demo.items() if name.upper().startswith("LOA_") and "real" in value]
    assert demo["LOA_TWILIO_API_URL"] == "http://127.0.0.1:8090"
    assert demo["LOA_SMTP_HOST"] == "127.0.0.1"
    assert (live["LOA_TWILIO_ACCOUNT_SID"], live["LOA_SMTP_HOST"]) == ("ACreal", "smtp.real.example")


def test_each_process_knows_its_own_secrets_and_no_other(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings()
    for name in (
        "LOA_DATABASE_URL_SUPERUSER",
        "LOA_NEW_MASTER_KEY",
        "LOA_SMTP_2_PASSWORD",
        "LOA_TWILIO_2_AUTH_TOKEN",
        "LOA_METRICS_TOKEN",
        "loa_smtp_password",  # read as well as any
    ):
        monkeypatch.setenv(name, "secret")
    secrets = Secrets(master_key="k", simulator_account_sid="ACsimulated", simulator_auth_token="t")
    told = environment(home, settings, secrets, "live")
    known = {each.name: {name.removeprefix("LOA_") for name in each.environment} for each in programs(told, "demo")}
    secret = {name.removeprefix("LOA_") for name in told if re.search("DATABASE|VALKEY|MASTER|PASSWORD|TOKEN", name)}
    common = {"VALKEY_URL", "MASTER_KEY", "METRICS_TOKEN", "TWILIO_2_AUTH_TOKEN"}
    workers = common | {"DATABASE_URL_WORKER", "SMTP_2_PASSWORD", "SMTP_PASSWORD"}
    assert {name: each & secret for name, each in known.items()} == {
        "simulators": set(),
        "web": common | {"DATABASE_URL_WEB", "DATABASE_URL_LOOKUP"},
        "workers-urgent": workers,
        "workers-bulk": workers,
    }
    assert all("HOME" in each for each in known.values())
