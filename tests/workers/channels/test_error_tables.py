"""What every code means, case by case: context.md 6.4 for the gateway, RFC 3463, 5248 and their registry for mail servers."""

import ast
from pathlib import Path

import pytest

from service.carriers import ErrorClass, smtp, twilio
from service.carriers.smtp import Step, outcome_of_reply
from service.deliveries.answers.reasons import in_words
from workers.channels import email_smtp
from workers.channels.base import Refused

TWILIO: list[tuple[int, ErrorClass]] = [
    (20003, "config"), (20429, "temporary"), (20500, "temporary"), (21211, "number"), (21408, "config"), (21606, "config"),
    (21612, "config"), (21608, "config"), (21610, "number"), (21611, "temporary"), (30001, "temporary"), (21614, "number"),
    (21635, "number"), (21617, "content"), (30002, "config"), (30003, "temporary"), (30004, "number"), (30005, "number"),
    (30006, "number"), (30007, "content"), (30008, "temporary"), (30010, "config"), (30036, "temporary"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "error_class"), TWILIO)
def test_each_code_of_the_gateway_has_its_class(code: int, error_class: ErrorClass) -> None:
    assert twilio.meaning(code).error_class == error_class


@pytest.mark.parametrize("code", [21214, 21217, 21265, 21268])
def test_numbers_that_no_sms_may_go_to_are_one_numbers_matter(code: int) -> None:
    assert twilio.meaning(code).error_class == "number"


@pytest.mark.parametrize("code", [21730, 30017, 30410, 30500])
def test_a_fault_of_the_gateways_own_is_tried_again(code: int) -> None:
    assert twilio.meaning(code).error_class == "temporary"


def test_a_code_nobody_knows_is_for_a_person_to_look_at() -> None:
    assert twilio.meaning(29999).error_class == "config"


@pytest.mark.parametrize(
    ("code", "share"),
    [(21606, 0.01), (21612, 0.01), (29999, 0.02), (30007, 0.02), (30024, 0.02), (30034, 0.02), (30042, 0.02), (39999, 0.02)],
)
def test_some_codes_stop_a_broadcast_only_above_a_share(code: int, share: float) -> None:
    assert twilio.meaning(code).bears == share


@pytest.mark.parametrize("code", [20003, 21408, 21608, 21617, 30002, 30010])
def test_some_codes_stop_it_at_once(code: int) -> None:
    assert twilio.meaning(code).stops
    assert twilio.meaning(code).bears == 0


@pytest.mark.parametrize("code", sorted(twilio.MEANINGS))
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_code_of_the_gateway_is_told_in_words(code: int, language: str) -> None:
    assert str(code) not in (in_words(f"twilio.{code}", language) or str(code))
    assert in_words(f"provider.{code}", language) == in_words(f"twilio.{code}", language)


MAIL: list[tuple[Step, str, ErrorClass]] = [
    # by the step alone
    ("connect", "554 no", "config"), ("mail", "550 no", "config"), ("rcpt", "550 no", "number"), ("data", "554 no", "content"),
    ("rcpt", "550 5.0.0 no", "number"), ("mail", "530 5.7.0 log in", "config"), ("connect", "535 wrong", "config"),
    ("connect", "535 5.7.8 wrong", "config"), ("mail", "534 5.7.9 weak", "config"),
    # 1: addresses
    ("rcpt", "550 5.1.0 no", "number"), ("rcpt", "550 5.1.1 no", "number"), ("rcpt", "550 5.1.2 no", "number"),
    ("rcpt", "553 5.1.3 no", "number"), ("rcpt", "550 5.1.4 no", "number"), ("rcpt", "551 5.1.6 moved", "number"),
    ("mail", "553 5.1.7 sender", "config"), ("rcpt", "553 5.1.8 sender", "config"), ("rcpt", "550 5.1.9 no", "number"),
    ("rcpt", "556 5.1.10 null MX", "number"),
    # 2: mailboxes
    ("rcpt", "550 5.2.0 no", "number"), ("rcpt", "550 5.2.1 disabled", "number"), ("rcpt", "552 5.2.2 full", "number"),
    ("data", "552 5.2.2 full", "number"), ("data", "552 5.2.3 too long", "number"), ("rcpt", "550 5.2.4 list", "number"),
    # 3: the mail system
    ("rcpt", "553 5.3.0 unknown", "number"), ("mail", "550 5.3.0 no", "config"), ("mail", "550 5.3.1 full", "config"),
    ("rcpt", "550 5.3.2 no", "config"), ("rcpt", "550 5.3.3 no", "config"), ("mail", "552 5.3.4 too big", "content"),
    ("data", "552 5.3.4 too big", "content"), ("rcpt", "550 5.3.5 set up wrongly", "config"),
    # 4: the way there
    ("rcpt", "550 5.4.0 no", "number"), ("rcpt", "550 5.4.1 no answer", "number"), ("rcpt", "550 5.4.4 no route", "number"),
    ("data", "554 5.4.6 loop", "number"), ("data", "550 5.4.7 expired", "number"), ("mail", "550 5.4.3 directory", "config"),
    # 5: the protocol
    ("mail", "503 5.5.1 order", "config"), ("rcpt", "501 5.5.2 syntax", "config"), ("rcpt", "550 5.5.3 too many", "config"),
    ("mail", "501 5.5.4 arguments", "config"), ("rcpt", "550 5.5.0 no", "number"), ("data", "554 5.5.5 version", "config"),
    # 6: the content
    ("data", "554 5.6.0 no", "content"), ("data", "554 5.6.1 no", "content"), ("data", "554 5.6.3 no", "content"),
    ("data", "554 5.6.6 no", "content"), ("rcpt", "550 5.6.7 not ASCII", "number"), ("data", "550 5.6.9 not ASCII", "number"),
    # 7: policy and security
    ("mail", "550 5.7.1 not you", "config"), ("rcpt", "554 5.7.1 relaying denied", "config"),
    ("data", "554 5.7.1 spam", "content"), ("data", "554 5.7.0 policy", "content"),
    ("rcpt", "550 5.7.2 list", "number"), ("rcpt", "550 5.7.3 no", "config"),
    ("mail", "530 5.7.10 encrypt", "config"), ("connect", "535 5.7.13 disabled", "config"),
    ("rcpt", "550 5.7.17 owner", "number"), ("data", "550 5.7.20 DKIM", "config"),
    ("mail", "550 5.7.23 SPF", "config"), ("rcpt", "550 5.7.25 reverse", "config"),
    ("data", "550 5.7.26 several", "config"), ("mail", "550 5.7.27 null MX", "config"), ("mail", "550 5.7.28 flood", "temporary"),
    ("rcpt", "550 5.7.30 REQUIRETLS", "number"), ("rcpt", "550 5.7.99 new", "config"), ("data", "550 5.7.99 new", "content"),
]  # fmt: skip


@pytest.mark.parametrize(("step", "reply", "error_class"), MAIL)
def test_each_reply_for_good_has_its_class(step: Step, reply: str, error_class: ErrorClass) -> None:
    code, _, text = reply.partition(" ")
    outcome = outcome_of_reply(step, int(code), text)
    assert isinstance(outcome, Refused)
    assert outcome.error_class == error_class


@pytest.mark.parametrize(
    "reply", ["421 4.3.2 bye", "450 4.2.1 later", "451 4.7.1 greylisted", "452 4.2.2 full", "454 4.7.0 no", "450 wait"]
)
@pytest.mark.parametrize("step", ["connect", "mail", "rcpt", "data"])
def test_a_reply_for_now_is_temporary_at_every_step(step: Step, reply: str) -> None:
    code, _, text = reply.partition(" ")
    outcome = outcome_of_reply(step, int(code), text)
    assert isinstance(outcome, Refused)
    assert outcome.error_class == "temporary"


@pytest.mark.parametrize(
    ("code", "text", "kept"),
    [
        (452, "4.2.2 <parent@example.com> is full", "smtp.452.4.2.2"),
        (550, "5.1.1 <parent@example.com> unknown", "smtp.550.5.1.1"),
        (550, "<parent@example.com> unknown", "smtp.550"),
        (550, "4.2.2 contradicts its code", "smtp.550"),
        (451, "5.1.1 contradicts its code", "smtp.451"),
        (550, "5.1.1234 is no code", "smtp.550"),
    ],
)
def test_the_code_is_kept_and_never_the_text(code: int, text: str, kept: str) -> None:
    outcome = outcome_of_reply("rcpt", code, text)
    assert isinstance(outcome, Refused)
    assert outcome.code == kept


@pytest.mark.parametrize(
    ("code", "error_class", "bears", "of_account"),
    [
        ("smtp.554.5.7.1", "content", 0.02, False),
        ("smtp.554", "content", 0.02, False),
        ("smtp.554.5.6.0", "content", 0.0, False),
        ("smtp.552.5.3.4", "content", 0.0, False),
        ("smtp.554.5.7.1", "config", 0.01, False),
        ("smtp.530.5.7.0", "config", 0.0, True),
        ("smtp.535.5.7.8", "config", 0.0, True),
        ("smtp.550.5.7.26", "config", 0.0, True),
        ("smtp.550", "number", 0.0, False),
    ],
)
def test_what_one_recipients_host_may_think_stops_nobody_elses(
    code: str,
    error_class: ErrorClass,
    bears: float,
    of_account: bool,  # noqa: FBT001
) -> None:
    means = smtp.meaning(code, error_class)
    assert (means.bears, means.of_account) == (bears, of_account)


@pytest.mark.parametrize("reply", sorted({reply for _, reply, _ in MAIL}))
def test_every_reply_is_told_in_words(reply: str) -> None:
    outcome = outcome_of_reply("rcpt", int(reply[:3]), reply[4:])
    assert isinstance(outcome, Refused)
    assert "lỗi smtp" not in (in_words(outcome.code, "vi") or "lỗi smtp")


def _named_by_the_email_channel() -> set[str]:
    """What its source has as the code of a `Refused` or the reason of an `Unknown`, as it stands there."""
    channels = Path(email_smtp.__file__).parent
    found = set()
    for file in [*channels.glob("email_*.py"), *channels.glob("smtp_*.py"), Path(smtp.__file__)]:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Refused", "Unknown"):
                found |= {
                    each.value
                    for each in ast.walk(node.args[0])
                    if isinstance(each, ast.Constant) and isinstance(each.value, str)
                }
    return found | {smtp.NO_PLACE}


def test_every_code_that_the_email_channel_names_itself_is_told_in_words() -> None:
    codes = _named_by_the_email_channel()
    assert {
        "connect",
        "connect.name",
        "connect.tls",
        "smtp.disconnected",
        "disconnected",
        "timeout",
        "smtp.login.disconnected",
    } <= codes
    for code in codes:
        for language in ("vi", "en"):
            assert code not in (in_words(code, language) or code), code
            assert "{" not in (in_words(code, language) or "{")


@pytest.mark.parametrize("step", smtp.STEPS)
def test_every_reply_at_every_step_is_told_in_words(step: Step) -> None:
    for code in (421, 432, 450, 451, 452, 454, 455, 499, *range(500, 505), 521, 530, 534, 535, 538, *range(550, 557), 571, 599):
        for enhanced in ("", *(f"{code // 100}.{subject}.{detail} " for subject in range(8) for detail in range(31))):
            outcome = outcome_of_reply(step, code, f"{enhanced}said to <parent@example.com>")
            assert isinstance(outcome, Refused)
            assert smtp.meaning(outcome.code, outcome.error_class).error_class == outcome.error_class
            for language in ("vi", "en"):
                words = in_words(outcome.code, language) or ""
                assert words.endswith("."), outcome.code
                assert "smtp" not in words, outcome.code
