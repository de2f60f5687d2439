"""What a live system lacks to reach parents is said in one block, by setting and by what does not happen without it."""

import pytest
from pydantic import SecretStr

from service.settings import Settings, SmtpRelay, TwilioAccount
from service.standalone.lacking import lacking
from service.standalone.words import Words

ALL = {
    "twilio_account_sid": "AC1",
    "twilio_auth_token": SecretStr("x"),
    "smtp_host": "relay",
    "smtp_from": "a@b.example",
    "public_url": "https://loa.example",
}


def told(**settings: object) -> str | None:
    return lacking(Settings.model_validate(settings), Words("en"))


def test_nothing_is_said_where_nothing_is_missing() -> None:
    assert told(**ALL) is None


@pytest.mark.parametrize(
    ("without", "line"),
    [
        ("twilio_account_sid", "  LOA_TWILIO_ACCOUNT_SID: no SMS leaves"),
        ("twilio_auth_token", "  LOA_TWILIO_AUTH_TOKEN: no SMS leaves"),
        ("smtp_host", "  LOA_SMTP_HOST: no email leaves"),
        ("smtp_from", "  LOA_SMTP_FROM: no email leaves"),
        ("public_url", "  LOA_PUBLIC_URL: nobody beyond this machine reaches the look-up, and carriers cannot say what arrived"),
    ],
)
def test_each_missing_setting_is_named_with_what_does_not_happen(without: str, line: str) -> None:
    block = told(**{name: value for name, value in ALL.items() if name != without})
    assert block is not None
    assert block.splitlines()[0].startswith("NOT ENOUGH yet to reach parents")
    assert block.splitlines()[1:] == [line]


def test_an_empty_environment_lacks_everything_in_the_readers_language() -> None:
    block = lacking(Settings(), Words("vi"))
    assert block is not None
    assert [line.split(": ")[0].split(", ") for line in block.splitlines()[1:]] == [
        ["  LOA_TWILIO_ACCOUNT_SID", "LOA_TWILIO_AUTH_TOKEN"],
        ["  LOA_SMTP_HOST", "LOA_SMTP_FROM"],
        ["  LOA_PUBLIC_URL"],
    ]
    assert "chưa gửi được SMS nào" in block


def test_further_carriers_alone_are_carriers() -> None:
    account = TwilioAccount(name="twilio-2", account_sid="AC2", auth_token=SecretStr("x"))
    relay = SmtpRelay.model_validate({"name": "smtp-2", "host": "h", "from": "a@b.example"})
    assert (
        lacking(Settings(further_twilio=(account,), further_smtp=(relay,), public_url="https://l.example"), Words("en")) is None
    )
