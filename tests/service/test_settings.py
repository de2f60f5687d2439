"""What the environment says, read as an operator writes it."""

import re
from decimal import Decimal

import pytest

from service.settings import MissingSetting, RefusedSetting, Settings, unknown_settings
from tests.architecture.sources import ROOT

# One value for each setting of docs/settings.md, none of them its default.
VALUES = {
    "LOA_HOME": "/srv/loa",
    "LOA_WEB_PORT": "8100",
    "LOA_SIMULATORS_PORT": "8190",
    "LOA_SMTP_INBOX_PORT": "8125",
    "LOA_PUBLIC_URL": "https://loa.example",
    "LOA_LOG_LEVEL": "DEBUG",
    "LOA_SMS_GATEWAYS": str(ROOT / "tests/vectors/kannel.toml"),
    "LOA_SMS_FIRST": "kannel",
    "LOA_DATABASE_URL_SUPERUSER": "postgresql+psycopg://postgres@db/postgres",
    "LOA_DATABASE_URL_OWNER": "postgresql+psycopg://loa_owner@db/loa",
    "LOA_DATABASE_URL_WEB": "postgresql+psycopg://loa_web@db/loa",
    "LOA_DATABASE_URL_WORKER": "postgresql+psycopg://loa_worker@db/loa",
    "LOA_DATABASE_URL_LOOKUP": "postgresql+psycopg://loa_lookup@db/loa",
    "LOA_VALKEY_URL": "redis://queue:6379",
    "LOA_VALKEY_CA_FILE": "/etc/loa/queue.pem",
    "LOA_MASTER_KEY": "a-master-key",
    "LOA_NEW_MASTER_KEY": "another-master-key",
    "LOA_TWILIO_API_URL": "https://gateway.example",
    "LOA_TWILIO_ACCOUNT_SID": "ACof",
    "LOA_TWILIO_AUTH_TOKEN": "a-token",
    "LOA_TWILIO_SENDER": "SO GDDT",
    "LOA_TWILIO_MESSAGING_SERVICE_SID": "MG" + "0" * 32,
    "LOA_TWILIO_RETENTION": "discard",
    "LOA_TWILIO_SEGMENTS_PER_SECOND": "2.5",
    "LOA_SMS_ABSENT_AFTER": "900",
    "LOA_SMS_SCRIPT": "ascii",
    "LOA_SMS_PRICE_PER_SEGMENT": "0.07",
    "LOA_SMS_PRICE_CURRENCY": "VND",
    "LOA_SMTP_HOST": "relay.example",
    "LOA_SMTP_PORT": "465",
    "LOA_SMTP_USERNAME": "loa",
    "LOA_SMTP_PASSWORD": "a-password",
    "LOA_SMTP_TLS": "tls",
    "LOA_SMTP_CA_FILE": "/etc/loa/authority.pem",
    "LOA_SMTP_FROM": "canh-bao@loa.example",
    "LOA_SMTP_MESSAGES_PER_SECOND": "50",
    "LOA_SMTP_CONNECTIONS": "20",
    "LOA_SMTP_CONNECTIONS_PER_DOMAIN": "5",
    "LOA_SMTP_LETTERS_PER_CONNECTION": "50",
    "LOA_SMTP_ANSWER_SECONDS": "120",
    "LOA_QUIET_HOURS": "22:00-05:45",
    "LOA_TWILIO_2_API_URL": "https://gateway2.example",
    "LOA_TWILIO_2_ACCOUNT_SID": "ACof2",
    "LOA_TWILIO_2_AUTH_TOKEN": "a-token-2",
    "LOA_TWILIO_2_SENDER": "SO GDDT 2",
    "LOA_TWILIO_2_MESSAGING_SERVICE_SID": "MG" + "1" * 32,
    "LOA_TWILIO_2_RETENTION": "Discard",
    "LOA_TWILIO_2_SEGMENTS_PER_SECOND": "5",
    "LOA_SMTP_2_HOST": "relay2.example",
    "LOA_SMTP_2_PORT": "25",
    "LOA_SMTP_2_USERNAME": "loa2",
    "LOA_SMTP_2_PASSWORD": "a-password-2",
    "LOA_SMTP_2_TLS": "tls",
    "LOA_SMTP_2_CA_FILE": "/etc/loa/authority-2.pem",
    "LOA_SMTP_2_FROM": "bounces@loa.example",
    "LOA_SMTP_2_MESSAGES_PER_SECOND": "20",
    "LOA_MESSAGES_PER_DAY": "8",
    "LOA_NUMBERS_FILE": "/var/lib/loa/numbers",
    "LOA_HEARTBEAT_FILE": "/run/loa",
    "LOA_METRICS_TOKEN": "a-metrics-token",
    "LOA_METRICS_PORT": "9100",
    "LOA_TRUSTED_PROXIES": "10.0.0.1",
    "LOA_NUMBER_DIGITS": "16",
}


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*VALUES, *(f"LOA_{name.upper()}" for name in Settings.model_fields)):
        monkeypatch.delenv(name, raising=False)


def test_every_documented_setting_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    unset = Settings.read()
    for name, value in VALUES.items():
        monkeypatch.setenv(name, value)

    read = Settings.read()

    assert sorted(VALUES) == sorted(re.findall(r"^\| `(LOA_[A-Z0-9_]+)` \|", page, flags=re.MULTILINE))
    assert [name for name in Settings.model_fields if getattr(read, name) == getattr(unset, name)] == []
    assert (read.number_digits, read.web_port, read.sms_price_per_segment) == (16, 8100, Decimal("0.07"))
    assert read.need("master_key") == "a-master-key"


def test_set_to_nothing_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    unset = Settings.read()
    for name in VALUES:
        monkeypatch.setenv(name, "")

    assert Settings.read() == unset


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("LOG_LEVEL", "info", "INFO"),
        ("LOG_LEVEL", "Warning", "WARNING"),
        ("SMTP_TLS", "TLS", "tls"),
        ("SMTP_TLS", "None", "none"),
    ],
)
def test_words_may_be_written_large_or_small(name: str, value: str, read: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"LOA_{name}", value)

    assert getattr(Settings.read(), name.lower()) == read


def test_refused_values_are_named_one_a_line_and_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = {
        "LOA_WEB_PORT": "abcdef",
        "LOA_LOG_LEVEL": "loudly",
        "LOA_TWILIO_SENDER": "SO-GDDT",
        "LOA_SMTP_TLS": "perhaps",
        "LOA_NUMBER_DIGITS": "13",
    }
    for name, value in refused.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(RefusedSetting) as problem:
        Settings.read()

    lines = str(problem.value).splitlines()
    assert sorted(line.split(":")[0] for line in lines) == sorted(refused)
    assert all(line.endswith("See docs/settings.md") for line in lines)
    assert not [value for value in refused.values() if value in str(problem.value)]


def test_providers_stand_in_the_order_of_their_numbers_behind_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in VALUES.items():
        monkeypatch.setenv(name, value)
    for name, value in {"HOST": "relay9.example", "TLS": "none"}.items():
        monkeypatch.setenv(f"LOA_SMTP_9_{name}", value)

    read = Settings.read()

    twilio, twilio2 = read.twilio_accounts
    assert (twilio.name, twilio.account_sid, twilio.sender, twilio.retention) == ("twilio", "ACof", "SO GDDT", "discard")
    assert (twilio2.name, twilio2.account_sid, twilio2.sender) == ("twilio-2", "ACof2", "SO GDDT 2")
    assert [(each.name, each.host, each.sender) for each in read.smtp_relays] == [
        ("smtp", "relay.example", "canh-bao@loa.example"),
        ("smtp-2", "relay2.example", "bounces@loa.example"),
        ("smtp-9", "relay9.example", "canh-bao@loa.example"),
    ]


def test_a_further_account_sends_in_the_name_the_texts_are_signed_with(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOA_TWILIO_SENDER", "LOA_TWILIO_2_ACCOUNT_SID", "LOA_TWILIO_2_AUTH_TOKEN"):
        monkeypatch.setenv(name, VALUES[name])

    (only,) = Settings.read().twilio_accounts

    assert (only.name, only.sender) == ("twilio-2", "SO GDDT")


def test_a_further_relay_is_read_however_its_names_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    further = {"Loa_Smtp_2_Host": "relay2.example", "loa_smtp_2_from": "bounces@loa.example"}
    for name, value in further.items():
        monkeypatch.setenv(name, value)
    (relay,) = Settings.read().smtp_relays
    assert (relay.host, unknown_settings(further)) == ("relay2.example", [])


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("LOA_TWILIO_2_ACCOUNT_SID", "AC2", "LOA_TWILIO_2_AUTH_TOKEN"),
        ("LOA_SMTP_2_PORT", "25", "LOA_SMTP_2_HOST"),
        ("LOA_SMTP_3_SECRET", "hunter2", "LOA_SMTP_3_SECRET"),
    ],
)
def test_half_a_further_provider_stops_the_start_and_is_named(
    name: str, value: str, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(RefusedSetting) as problem:
        Settings.read()

    assert named in str(problem.value)
    assert value not in str(problem.value)


def test_a_callback_is_held_against_the_token_of_the_account_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in VALUES.items():
        monkeypatch.setenv(name, value)
    read = Settings.read()

    assert read.callback_secrets("ACof") == ["a-token"]
    assert read.callback_secrets("ACof2") == ["a-token-2"]
    assert read.callback_secrets("AC-of-nobody") == []
    assert read.callback_secrets("") == []


def test_where_there_is_one_account_a_callback_is_its_own_whatever_it_calls_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOA_TWILIO_ACCOUNT_SID", "ACof")
    monkeypatch.setenv("LOA_TWILIO_AUTH_TOKEN", "a-token")

    assert Settings.read().callback_secrets("") == ["a-token"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("https://loa.example", "https://loa.example"),
        (" https://loa.example/ ", "https://loa.example"),
        ("HTTPS://Loa.Example:8443", "https://loa.example:8443"),
        ("http://10.0.0.7:8000", "http://10.0.0.7:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("  ", "http://127.0.0.1:8000"),
    ],
)
def test_the_public_address_has_one_form(written: str, read: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOA_PUBLIC_URL", written)

    assert Settings.read().public_base == read


@pytest.mark.parametrize(
    "written",
    [
        "canhbao.example",
        "//canhbao.example",
        "ftp://x.example",
        "https://",
        "https://x.example/loa",
        "https://x.example?x",
        "https://x.example#x",
        "https://somebody@x.example",
        "https://x.example:0",
        "https://x.example:99999",
        "https://x.example:",
        "https://x .example",
        "https://cảnhbáo.example",
        "https://x.example, https://y.example",
    ],
)
def test_what_is_no_public_address_is_refused_with_a_sentence(written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOA_PUBLIC_URL", written)
    with pytest.raises(RefusedSetting) as problem:
        Settings.read()

    assert str(problem.value).startswith("LOA_PUBLIC_URL: ")
    assert "https://canhbao.example.edu.vn" in str(problem.value)


def test_what_is_wrong_is_said_in_the_language_of_who_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOA_QUIET_HOURS", "nine")
    with pytest.raises(RefusedSetting) as problem:
        Settings.read()
    assert problem.value.said("vi") == 'LOA_QUIET_HOURS: ghi theo mẫu 21:00-06:30, hoặc "none". Xem docs/settings.md'
    assert str(problem.value) == 'LOA_QUIET_HOURS: write it like 21:00-06:30, or "none". See docs/settings.md'
    assert MissingSetting("LOA_MASTER_KEY").said("vi") == "Chưa đặt LOA_MASTER_KEY. Xem docs/settings.md"
