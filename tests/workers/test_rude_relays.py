"""Real workers and relays as bug reports say they are: how long it takes, what a clerk is told,
and what the relay has to bear.
"""

import asyncio
import signal
import time

import pytest

from tests.factories.rude_smtp import HANG_UP, RudeSmtp, Talk, listening
from tests.factories.waiting import stays, until
from tests.workers.sending import School

pytestmark = pytest.mark.acceptance
STANDING = "SELECT state, reason, returned, attempt FROM deliveries ORDER BY number"


async def test_what_a_relay_refuses_for_now_leaves_within_seconds_of_its_taking_letters_again(school: School) -> None:
    """Its login is away, then it has had enough for this minute; some recipients are strangers to it,
    and nobody waits for those.
    """
    began = time.monotonic()
    taken_at = 0.0

    def login(_: Talk) -> str | None:
        return "454 4.7.0 Temporary authentication failure" if time.monotonic() < began + 3 else None

    def mail(talk: Talk) -> str | None:
        nonlocal taken_at
        if time.monotonic() < began + 6:
            return "450 4.7.1 Error: too much mail from your address"
        taken_at = taken_at or time.monotonic()
        return "452 4.5.3 Too many messages on this connection" if talk.letters >= 7 else None

    strangers = {f"parent{n}@example.com" for n in range(0, 60, 2)}
    relay = RudeSmtp(
        says={
            "AUTH": login,
            "MAIL": mail,
            "RCPT": lambda talk: "451 4.7.1 Greylisted, please try again in 60 seconds" if talk.to in strangers else None,
        },
        offers=("AUTH PLAIN LOGIN", "8BITMIME"),
    )
    async with listening(relay) as port:
        broadcast = await school.approved(phones=0, emails=60)
        began = time.monotonic()
        await school.start(
            LOA_SMTP_PORT=str(port), LOA_SMTP_USERNAME="loa", LOA_SMTP_PASSWORD="x", LOA_SMTP_LETTERS_PER_CONNECTION="100"
        )
        await school.until_sent(broadcast, 30, 60)
        assert time.monotonic() - taken_at < 35, "nobody was made to wait for minutes"
        rows = await school.rows(STANDING)
    assert [row.returned for row in rows if row.state == "accepted"] == [0] * 30, "nor is it held against them"
    assert {(row.state, row.reason) for row in rows if row.state != "accepted"} <= {
        ("waiting", "smtp.451.4.7.1"),
        ("waiting", "smtp.mail.450.4.7.1"),
    }
    assert set(relay.taken.values()) == {1}


async def test_a_wrong_password_is_said_once_and_pauses_the_warning(school: School) -> None:
    relay = RudeSmtp(says={"AUTH": "535 5.7.8 authentication failed\r\n"}, offers=("AUTH PLAIN LOGIN",))
    async with listening(relay) as port:
        broadcast = await school.approved(phones=0, emails=60)
        await school.start(LOA_SMTP_PORT=str(port), LOA_SMTP_USERNAME="loa", LOA_SMTP_PASSWORD="x")
        await school.until_state(broadcast, "paused", 20)
        await stays("it is said once", lambda: relay.words["AUTH"] == 1, 2)
    (row,) = await school.rows("SELECT pause_reason FROM broadcasts")
    assert row.pause_reason == "smtp.login.535.5.7.8"


async def test_a_relay_that_hangs_up_before_it_heard_a_letter_leaves_none_in_doubt(school: School) -> None:
    relay = RudeSmtp(says={"DATA": HANG_UP})
    async with listening(relay) as port:
        broadcast = await school.approved(phones=0, emails=20)
        await school.start(LOA_SMTP_PORT=str(port))
        await until("five letters were hung up on", lambda: relay.words["DATA"] >= 5)
        relay.says.clear()
        progress = await school.until_completed(broadcast, 60)
    assert (progress.accepted, progress.uncertain) == (20, 0)


@pytest.mark.slow
async def test_while_a_relay_thinks_behind_letters_others_are_sent_and_a_stop_is_a_stop(school: School) -> None:
    slow = {f"parent{n}@example.com" for n in range(3)}
    relay = RudeSmtp()
    thinking = asyncio.Event()

    async def think(talk: Talk) -> None:
        if talk.to in slow:
            await thinking.wait()

    relay.pauses["TEXT"] = think
    async with listening(relay) as port:
        broadcast = await school.approved(phones=0, emails=40)
        worker = await school.start(LOA_SMTP_PORT=str(port), LOA_SMTP_ANSWER_SECONDS="600")
        progress = await school.until(broadcast, lambda told: told.accepted == 37, 30)
        assert (progress.sending, progress.uncertain) == (3, 0)
        began = time.monotonic()
        worker.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(worker.wait(), 25) == 0
        assert time.monotonic() - began < 20, "it does not stay for minutes"
        await school.start(LOA_SMTP_PORT=str(port))
        progress = await school.until_completed(broadcast, 30)
    assert (progress.accepted, progress.uncertain) == (37, 3), "nobody knows of those"
    assert set(relay.taken.values()) == {1}
