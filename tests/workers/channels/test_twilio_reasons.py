"""Every reason that the SMS channel can give, or a receipt, is told in words; and what a gateway's answer is taken for."""

import ast
import inspect

import pytest

from service.carriers import twilio
from service.carriers.twilio import outcome_of_refusal
from service.deliveries.answers.reasons import in_words
from tests.factories.rude_twilio import rude_twilio
from tests.service.simulators.running import ACCOUNT, TOKEN
from workers.channels import http_calls, sms_twilio
from workers.channels.base import Outcome, Refused, Unknown
from workers.channels.sms_twilio import SmsTwilio

TO, NOWHERE = "+84912345678", "http://127.0.0.1:9/nowhere"
STATUSES = [*range(300, 309), *range(400, 452), *range(500, 531), 599]


def _written() -> set[str]:
    """Codes that stand as words in the channel's source, for a message that was refused or is in doubt."""
    found: set[str] = set()
    for module in (sms_twilio, http_calls, twilio):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            match node:
                case ast.Call(func=ast.Name(id="Refused" | "Unknown"), args=[ast.Constant(value=str(code)), *_]):
                    found.add(code)
                case _:
                    continue
    return found


def _answered() -> set[str]:
    """Codes of answers without a code of Twilio's."""
    outcomes = [outcome_of_refusal(status, None) for status in STATUSES]
    refused = {outcome.code for outcome in outcomes if isinstance(outcome, Refused)}
    return refused | {outcome.reason for outcome in outcomes if isinstance(outcome, Unknown)}


def test_the_channels_source_names_the_reasons_that_are_looked_for() -> None:
    assert {"connect", "connect.certificate", "timeout", "disconnected", "answer.unreadable"} <= _written()


@pytest.mark.parametrize("code", sorted(_written() | _answered() | {"channel.raised", "asleep", "provider.failed"}))
def test_every_reason_of_the_sms_channel_has_a_sentence_of_its_own(code: str) -> None:
    unknown = [(in_words("no.such", language) or "").replace("no.such", code) for language in ("vi", "en")]
    said = [in_words(code, language) or "" for language in ("vi", "en")]
    assert said[0] != said[1]
    for each, otherwise in zip(said, unknown, strict=True):
        assert each not in ("", otherwise)


def test_a_code_that_nobody_knows_is_told_with_its_number_and_whom_to_ask() -> None:
    assert in_words("provider.31999", "en") == "The provider reports error 31999. Ask them what it means."


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (301, None, Refused("http.301", "config")),
        (302, None, Refused("http.302", "config")),
        (303, None, Unknown("http.303")),
        (307, None, Refused("http.307", "config")),
        (308, None, Refused("http.308", "config")),
        (403, None, Refused("http.403", "config")),
        (404, None, Refused("http.404", "config")),
        (502, None, Unknown("http.502")),
        (400, 21268, Refused("twilio.21268", "number")),
        (400, 21730, Refused("twilio.21730", "temporary")),
        (400, 29999, Refused("twilio.29999", "config")),
    ],
)
async def test_what_a_gateways_answer_is_taken_for(status: int, code: int | None, expected: Outcome) -> None:
    async with rude_twilio(refuses=(status, code), headers={"Location": "https://gateway.example/"}) as gateway:
        channel = SmsTwilio(gateway.url, ACCOUNT, TOKEN, "SGDDTDNAI")
        assert await channel.send(TO, "Tin", NOWHERE, 3600) == expected
        await channel.close()
