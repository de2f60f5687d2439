"""Whatever an author types: what the carrier gets is the signed text with the number in its slot,
and costs what the preview said.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from service.broadcasts import Frame, SmsScript, Texts, preview
from service.broadcasts.texts.inspection import Written, inspect
from service.rendering import sms_segments
from service.signing.records import SLOT, open_record, sign
from service.units import Unit
from tests.service.signing.test_records import KEYS, KID, PRIVATE, RECORD
from tests.service.simulators.running import ACCOUNT, TOKEN, Simulators, running_simulators
from workers.channels.base import Accepted
from workers.channels.sms_twilio import SmsTwilio

NOW = datetime(2026, 9, 7, tzinfo=UTC)
UNIT = Unit(1, "nbk-thcs", "Trường THCS Nguyễn Bỉnh Khiêm", "school", None, date(2025, 7, 1))
NUMBER = "4071 8826 3163"
SENDER = "SGDDTDNAI"
FRAME = Frame(UNIT, SENDER)

words = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("“”‘’–—…\u00a0\u200b\u2028\tẮắỹĐđ€^{}[]~|\\\f`´０１％＆😀\ud83d🇻🇳\u0301\u0323\r\n+&=% "),
        st.sampled_from("abcdeghiklmnop ,.\n"),
    ),
    max_size=400,
)


@pytest.fixture
async def simulators() -> AsyncIterator[Simulators]:
    async with running_simulators() as made:
        yield made


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(words.filter(lambda text: SLOT not in text), st.sampled_from(["ascii", "unicode"]))
@example("Tin “giả”…\u00a0– đừng chuyển\r\n\r\n\r\n100 % + 1 = {x} &amp;\u200b😀", "unicode")
@example("a" * 118 + "€" * 40, "ascii")
@example("ạ" * 39 + "😀" * 40, "unicode")
async def test_what_was_signed_is_what_the_carrier_gets(simulators: Simulators, typed: str, script: SmsScript) -> None:
    texts = Texts(sms=typed)
    shown = next(s for s in preview(texts=texts, channels=("sms",), frame=FRAME, now=NOW).sms if s.variant == script)
    written = Written("scam_alert", "Tin", texts.cleaned(), NOW, sms_script=script)
    final = inspect(written, FRAME, now=NOW).variants
    signed = open_record(sign(replace(RECORD, texts=final), KID, PRIVATE), KEYS).texts["sms"][script]
    sent = signed.replace(SLOT, NUMBER)
    channel = SmsTwilio(simulators.url, ACCOUNT, TOKEN, SENDER)
    outcome = await channel.send("+84912345678", sent, "http://127.0.0.1:9/nowhere", 3600)
    await channel.close()
    if len(sent) > 1600:
        return
    assert isinstance(outcome, Accepted), outcome
    arrived = (await simulators.http.get(f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{outcome.provider_id}.json")).json()

    assert arrived["body"].encode() == sent.encode()
    assert sent.startswith(f"{SENDER}: ")
    assert sent.splitlines()[-1] in ("Số tra cứu: 4071 8826 3163", "So tra cuu: 4071 8826 3163")
    assert shown.text == signed.replace(SLOT, "0000 0000 0000")
    assert int(arrived["num_segments"]) == shown.segments == sms_segments(sent).segments
