"""What a described gateway's answers and callbacks mean. What is not listed is in doubt: nobody guesses."""

import pytest

from service.carriers import Accepted, Outcome, Refused, Said, Unknown, fault_of, http_gateway, meaning_of, of_code, read_gateway
from service.carriers.gateway_answers import Format, field_of
from service.carriers.http_gateway import MEANINGS, outcome_of_answer, read_callback
from tests.factories.gateways import described, described_toml

GATEWAY = described()
TAKEN = '{"CodeResult": "100", "SMSID": "id-1"}'


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, TAKEN, Accepted("id-1")),
        (202, '{"CodeResult": 100, "SMSID": 7}', Accepted("7")),
        (200, '{"CodeResult": "100"}', Unknown("answer.unreadable")),
        (200, '{"CodeResult": "100", "SMSID": "\\u0000"}', Unknown("answer.unreadable")),
        (200, '{"CodeResult": "105"}', Refused("gateway.esms.number.105", "number")),
        (200, '{"CodeResult": "146"}', Refused("gateway.esms.content.146", "content")),
        (200, '{"CodeResult": "101"}', Refused("gateway.esms.account.101", "config")),
        (200, '{"CodeResult": "999"}', Unknown("gateway.esms.unlisted.999")),
        (200, '{"CodeResult": "+84 912 345 678"}', Unknown("answer.unreadable")),
        (200, "<html>welcome</html>", Unknown("answer.unreadable")),
        (200, "[" * 20_000, Unknown("answer.unreadable")),
        (200, "", Unknown("answer.unreadable")),
        (400, '{"CodeResult": "105"}', Refused("gateway.esms.number.105", "number")),
        (400, '{"CodeResult": "999"}', Refused("gateway.esms.unknown.999", "config")),
        (400, TAKEN, Unknown("http.400")),
        (403, "<html>no</html>", Refused("http.403", "config")),
        (429, "", Refused("gateway.esms.busy.429", "temporary")),
        (302, "", Refused("http.302", "config")),
        (303, "", Unknown("http.303")),
        (408, "", Unknown("http.408")),
        (500, '{"CodeResult": "105"}', Unknown("http.500")),
        (502, "<html>bad gateway</html>", Unknown("http.502")),
    ],
)
def test_an_answer_accepts_refuses_or_leaves_in_doubt(status: int, body: str, expected: Outcome) -> None:
    assert outcome_of_answer(GATEWAY, status, body, "reference") == expected


def test_without_an_id_of_its_own_a_message_has_our_reference() -> None:
    nameless = read_gateway(described_toml().replace('id = "SMSID"', "", 2).replace("[receipts]", "[receipts]", 1))
    assert outcome_of_answer(nameless, 200, TAKEN, "reference") == Accepted("reference")
    assert read_callback(nameless, {"SendStatus": "5"}, "reference") == Said("reference", "delivered")


@pytest.mark.parametrize(
    ("written", "body", "path", "value"),
    [
        ("json", '{"data": [{"code": "0"}]}', "data.0.code", "0"),
        ("json", '{"data": []}', "data.0.code", None),
        ("json", '{"ok": true}', "ok", None),
        ("xml", '<r xmlns="urn:x"><a><code> 0 </code></a></r>', "a.code", "0"),
        ("xml", "<r><a/></r>", "a.code", None),
        ("xml", '<!DOCTYPE r [<!ENTITY e "0">]><r><code>&e;</code></r>', "code", None),
        ("xml", "<r><code>", "code", None),
        ("text", "0: Accepted for delivery", r"^(\d): ", "0"),
        ("text", "Temporal failure", r"^(\d): ", None),
    ],
)
def test_a_field_is_found_in_what_an_answer_is_written_in(written: Format, body: str, path: str, value: str | None) -> None:
    assert field_of(written, body, path) == value


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"SMSID": "1", "SendStatus": "5"}, Said("1", "delivered")),
        ({"SMSID": "1", "SendStatus": "6", "SendResult": "30005"}, Said("1", "failed", "gateway.esms.dead_address.30005")),
        ({"SMSID": "1", "SendStatus": "6", "SendResult": "77"}, Said("1", "failed", "gateway.esms.unknown.77")),
        ({"SMSID": "1", "SendStatus": "6"}, Said("1", "failed", "gateway.esms.unknown.failed")),
        ({"SMSID": "1", "SendStatus": "6", "SendResult": "+84 912"}, Said("1", "failed", "gateway.esms.unknown.failed")),
        ({"SMSID": "1", "SendStatus": "something new"}, Said("1", None)),
        ({"SMSID": "1"}, None),
        ({"SendStatus": "5"}, None),
        ({"SMSID": "\0", "SendStatus": "5"}, None),
    ],
)
def test_a_callback_says_what_became_of_a_message(fields: dict[str, str], said: Said | None) -> None:
    assert read_callback(GATEWAY, fields, "reference") == said


@pytest.mark.parametrize("fault", MEANINGS)
def test_a_code_keeps_its_fault_and_is_told_in_words_without_the_file(fault: str) -> None:
    code = f"gateway.gone.{fault}.77"
    assert meaning_of(code, "config") == MEANINGS[fault]  # type: ignore[index]
    assert fault_of(Refused(code, MEANINGS[fault].error_class)) == fault  # type: ignore[index]
    for language in ("vi", "en"):
        told = of_code(code).in_(language)
        assert "gone 77" in told
        assert "{" not in told
    assert of_code(code).in_("vi") != of_code(code).in_("en")


def test_two_carriers_codes_of_the_same_digits_are_two() -> None:
    assert meaning_of("gateway.esms.content.30005", "config").fault == "content"
    assert meaning_of("twilio.30005", "config").fault == "dead_address"
    assert http_gateway.NAME not in ("twilio", "smtp")
