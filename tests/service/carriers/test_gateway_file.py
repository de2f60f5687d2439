"""The file that describes a gateway: what is wrong in it is refused with a code and the field's name, never with a value."""

from pathlib import Path

import pytest

from service.carriers import GatewayProblem, http_gateway, read_gateway
from service.gateways import read_gateways
from service.settings import MissingSetting, RefusedGateway, Settings
from tests.factories.gateways import KEY, described, described_toml, written

CODE = 'code = "CodeResult"\n'


@pytest.mark.parametrize(
    ("was", "becomes", "code", "field"),
    [
        (CODE, "", "gateway.field_missing", "answer.code"),
        (CODE, CODE + 'colour = "red"\n', "gateway.field_unknown", "answer.colour"),
        ('method = "POST"', 'method = "PUT"', "gateway.field_wrong", "request.method"),
        ('accepted = ["100"]', "accepted = []", "gateway.field_wrong", "answer.accepted"),
        ('101 = "account"', '100 = "account"', "gateway.field_wrong", "answer"),
        ('101 = "account"', '101 = "misfortune"', "gateway.field_wrong", "answer.faults.101"),
        ("https://gateway.example", "http://gateway.example", "gateway.plain_http", "request.url"),
        ("https://gateway.example", "ftp://gateway.example", "gateway.field_wrong", "request.url"),
        ('Phone = "{to}"', 'Phone = "{number}"', "gateway.placeholder_unknown", "request.fields"),
        ('Content = "{text}"\n', "", "gateway.placeholder_missing", "request.fields"),
        ('CallbackUrl = "{callback}"', 'CallbackUrl = "x"', "gateway.placeholder_missing", "request.fields"),
        ("${LOA_GATEWAY_ESMS_KEY}", "${LOA_MASTER_KEY}", "gateway.secret_name", "request"),
        ('name = "esms"', 'name = "twilio"', "gateway.field_wrong", "name"),
        ('name = "esms"', "name = ", "gateway.not_toml", ""),
        ('6 = "failed"\n', "", "gateway.field_wrong", "receipts"),
    ],
)
def test_what_is_wrong_is_named(was: str, becomes: str, code: str, field: str) -> None:
    toml = described_toml()
    assert was in toml
    with pytest.raises(GatewayProblem) as refused:
        read_gateway(toml.replace(was, becomes, 1))
    assert (refused.value.code, refused.value.field) == (code, field)
    assert code in str(refused.value)


def test_a_secret_that_stands_in_the_file_is_never_said() -> None:
    with pytest.raises(GatewayProblem) as refused:
        read_gateway(described_toml().replace('ApiKey = "${LOA_GATEWAY_ESMS_KEY}"', 'ApiKey = ["hunter2"]'))
    assert "hunter2" not in str(refused.value)


def test_the_page_describes_a_gateway_and_what_it_can() -> None:
    gateway = described()
    assert gateway.secrets == {KEY}
    can = http_gateway.abilities_of(gateway)
    assert (can.receipts, can.listing, can.unicode, can.sender_names, can.parts) == (True, False, True, True, 3)
    assert not can.validity


def test_files_are_read_with_the_secrets_that_they_name(tmp_path: Path) -> None:
    file = written(tmp_path, "https://gateway.example")
    (told,) = read_gateways(str(file), {KEY: "k", "LOA_MASTER_KEY": "m"})
    assert (told.name, told.known, told.lacks) == ("esms", {KEY: "k"}, [])
    (untold,) = read_gateways(str(file), {})
    assert untold.lacks == [KEY]
    with pytest.raises(GatewayProblem, match=r"^esms\.toml: name is another gateway's, too \(gateway\.name_taken\)$"):
        list(read_gateways(f"{file},{file}", {}))
    with pytest.raises(GatewayProblem, match=r"gateway\.file_unreadable"):
        list(read_gateways(str(tmp_path / "none.toml"), {}))


def test_a_start_with_a_wrong_file_says_which_and_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(tmp_path, "https://gateway.example")
    monkeypatch.setenv("LOA_SMS_GATEWAYS", str(file))
    monkeypatch.setenv("LOA_SMS_FIRST", "esms")
    read = Settings.read()
    assert (read.sms_providers, read.carriers["sms"], read.senders["esms"]) == (("esms",), 1, "SGDDTDNAI")
    with pytest.raises(MissingSetting, match=KEY):
        _ = read.sms_over_http
    file.write_text(described_toml().replace(CODE, ""), encoding="utf-8")
    with pytest.raises(RefusedGateway) as refused:
        Settings.read()
    assert refused.value.code == "gateway.field_missing"
    said = "LOA_SMS_GATEWAYS: esms.toml: answer.code is missing (gateway.field_missing). See docs/carriers.md"
    assert str(refused.value) == said
