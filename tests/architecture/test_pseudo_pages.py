"""Every page and every message's frame, in the language whose sentences stand in brackets: what is outside is in no catalogue."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import get_args

import httpx
import pytest
from fastapi import FastAPI

from contact_registry.headings import Role
from service.languages import Language
from service.rendering import message_variants, page_environment
from service.simulators.faults import FaultBoard, Faults
from service.simulators.outbox import Outbox, Sms
from service.simulators.outbox_page import add_outbox_page
from service.web.answers import answer_page, plain_page
from service.web.pages import Pages
from service.web.wording import VERDICTS
from tests.factories.languages import left_behind, said_by
from tests.factories.pages import NUMBER, answers

AT = datetime(2026, 9, 7, 0, 0, tzinfo=UTC)
ANSWERS = answers()
PLAIN = ("unavailable", "too_long")
CODES = ("SGDDT", "OTP", "API", "Loa", "SMS")
"""Letters of the samples, and names that are the same in every language."""


def outside(page: str) -> list[str]:
    """The words of an HTML page that came from no catalogue."""
    return [word for word in left_behind(said_by(page)) if word not in CODES]


@pytest.fixture(scope="module")
def pages() -> Pages:
    return Pages.load(12)


def test_there_is_a_page_for_every_verdict() -> None:
    shown = {answer_page(answer, "en", digits=12, asked=asked).verdict for answer, asked in ANSWERS.values()}
    assert shown | set(PLAIN) == set(VERDICTS)


@pytest.mark.parametrize("name", ANSWERS)
def test_what_the_look_up_answers(name: str, pages: Pages, pseudo: Language) -> None:
    answer, asked = ANSWERS[name]
    shown = answer_page(answer, pseudo, digits=12, asked=asked)
    assert outside(pages.render("pages/lookup.html", pseudo, number=shown.number, page=shown)) == []


@pytest.mark.parametrize("verdict", PLAIN)
def test_what_the_look_up_says_without_an_answer(verdict: str, pages: Pages, pseudo: Language) -> None:
    assert outside(pages.render("pages/lookup.html", pseudo, page=plain_page(verdict, pseudo))) == []


def test_the_empty_form_and_a_wrong_address(pages: Pages, pseudo: Language) -> None:
    assert outside(pages.render("pages/lookup.html", pseudo, page=None)) == []
    assert outside(pages.render("pages/not_found.html", pseudo)) == []


@pytest.mark.parametrize("unit", ["1", None])
@pytest.mark.parametrize("state", ["ask", "done"])
def test_a_parents_way_out(state: str, unit: str | None, pages: Pages, pseudo: Language) -> None:
    assert outside(pages.render("pages/unsubscribe.html", pseudo, here="/1", state=state, unit=unit)) == []


@pytest.mark.parametrize("under_way", [0, 1, 2])
@pytest.mark.parametrize("many", [0, 1, 5])
def test_the_list_of_a_class(many: int, under_way: int, pseudo: Language) -> None:
    roles = get_args(Role)[:many]
    rows = [SimpleNamespace(class_name="6", row=7, sheet="8", address="9", role=role, why="1") for role in roles]
    taken = SimpleNamespace(class_name="6", broadcast=SimpleNamespace(title="1"), rows=rows, under_way=under_way)
    page = page_environment(pseudo).get_template("pages/not_reached.html")
    shown = page.render(
        style="", school="1", list=taken, rows=taken.rows, public_number=NUMBER, printed_by="1", now=AT, next="?1"
    )
    assert outside(shown) == []


@pytest.mark.parametrize("query", ["", "&live=0", "&to=1"])
@pytest.mark.parametrize("full", [True, False])
async def test_the_simulated_phones(full: bool, query: str, pseudo: Language) -> None:  # noqa: FBT001
    app, outbox, faults = FastAPI(), Outbox(), FaultBoard()
    add_outbox_page(app, outbox, faults, lambda: AT)
    for status in ("queued", "sent", "delivered", "undelivered") if full else ():
        outbox.add_sms(Sms(status, "1", "1", "1", segments=len(status) - 3, received_at=AT, callback_url="", status=status))
        outbox.add_mail("1", "1", b"\r\n1", AT)
        faults.put(Faults(channel="sms", latency_ms=1))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://loa") as client:
        shown = await client.get(f"/?lang={pseudo}{query}")
    assert f'<html lang="{pseudo}">' in shown.text
    assert outside(shown.text) == []


@pytest.mark.parametrize("advisory", [True, False])
@pytest.mark.parametrize("kind", ["scam_alert", "safety_advice", "verification_instructions"])
def test_the_frame_of_a_message(kind: str, advisory: bool, pseudo: Language) -> None:  # noqa: FBT001
    variants = message_variants(
        kind=kind,
        sender="1",
        unit_name="1",
        sms="1",
        sms_script="unicode",
        email_subject="1",
        email_body="1\n2\n- 3",
        issued_at=AT,
        expires_at=AT,
        advisory=advisory,
        language=pseudo,
    )
    email = variants["email"]
    texts = [each.replace("{number}", NUMBER) for each in (variants["sms"]["unicode"], email["subject"], email["text"])]
    assert [word for text in texts for word in left_behind(text)] == []
    assert outside(email["html"].replace("{number}", NUMBER)) == []


def test_a_word_outside_the_catalogues_is_found_and_what_is_quoted_is_not() -> None:
    page = '<html lang="qps"><title>⟦Title⟧</title><p title="Spoken">⟦a⟧ <br>seen <i lang="vi">Tin</i><b>⟦b⟧</b></p></html>'
    assert outside(page) == ["Spoken", "seen"]
