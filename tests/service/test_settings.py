"""What the environment says, read as an operator writes it."""

import re
from decimal import Decimal

import pytest

from service.settings import RefusedSetting, Settings
from tests.architecture.sources import ROOT

# One value for each setting of docs/settings.md, none of them its default.
VALUES = {
    "LOA_HOME": "/srv/loa",
    "LOA_WEB_PORT": "8100",
    "LOA_SIMULATORS_PORT": "8190",
    "LOA_SMTP_INBOX_PORT": "8125",
    "LOA_PUBLIC_URL": "https://loa.example",
    "LOA_LOG_LEVEL": "DEBUG",
    "LOA_DATABASE_URL_OWNER": "postgresql+psycopg://loa_owner@db/loa",
    "LOA_DATABASE_URL_WEB": "postgresql+psycopg://loa_web@db/loa",
    "LOA_DATABASE_URL_WORKER": "postgresql+psycopg://loa_worker@db/loa",
    "LOA_DATABASE_URL_LOOKUP": "postgresql+psycopg://loa_lookup@db/loa",
    "LOA_VALKEY_URL": "redis://queue:6379",
    "LOA_MASTER_KEY": "a-master-key",
    "LOA_NEW_MASTER_KEY": "another-master-key",
    "LOA_TWILIO_API_URL": "https://gateway.example",
    "LOA_TWILIO_ACCOUNT_SID": "ACof",
    "LOA_TWILIO_AUTH_TOKEN": "a-token",
    "LOA_TWILIO_SENDER": "SO GDDT",
    "LOA_TWILIO_MESSAGING_SERVICE_SID": "MG" + 32 * "0",
    "LOA_TWILIO_RETENTION": "discard",
    "LOA_TWILIO_SEGMENTS_PER_SECOND": "2.5",
    "LOA_SMS_PRICE_PER_SEGMENT": "0.07",
    "LOA_SMS_PRICE_CURRENCY": "VND",
    "LOA_SMTP_HOST": "relay.example",
    "LOA_SMTP_PORT": "465",
    "LOA_SMTP_USERNAME": "loa",
    "LOA_SMTP_PASSWORD": "a-password",
    "LOA_SMTP_TLS": "tls",
    "LOA_SMTP_FROM": "canh-bao@loa.example",
    "LOA_SMTP_MESSAGES_PER_SECOND": "50",
    "LOA_QUIET_HOURS": "22:00-05:45",
    "LOA_TRUSTED_PROXIES": "10.0.0.1",
    "LOA_NUMBER_DIGITS": "16",
}


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"LOA_{name.upper()}", raising=False)


def test_every_documented_setting_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    unset = Settings.read()
    for name, value in VALUES.items():
        monkeypatch.setenv(name, value)

    read = Settings.read()

    assert sorted(VALUES) == sorted(re.findall(r"^\| `(LOA_[A-Z_]+)` \|", page, flags=re.MULTILINE))
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
