"""An advisory by email has each recipient's own way out in its header; no other message has one."""

from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from contact_registry.sealing import address_hash
from service.contacts import WayOut
from tests.workers.jobs.conftest import Bench
from workers.delivering.job import deliver_chunk
from workers.kept.contents import Contents

LINE = "Không muốn nhận tin thường qua email nữa?"


async def letters(bench: Bench) -> list[EmailMessage]:
    await bench.beat()
    await deliver_chunk({"tools": bench.tools}, bench.approved.unit_id, bench.approved.broadcast_id, 1, 0)
    made = [message_from_bytes(letter, policy=policy.SMTP) for letter in bench.carrier.letters if isinstance(letter, bytes)]
    assert len(made) == 2
    return [letter for letter in made if isinstance(letter, EmailMessage)]


def text_of(letter: EmailMessage) -> str:
    plain = letter.get_body(("plain",))
    assert isinstance(plain, EmailMessage)
    return str(plain.get_content())


@pytest.mark.parametrize("unplanned", ["advisory"], indirect=True)
async def test_an_advisory_leads_each_parent_out_and_says_so_in_its_text(bench: Bench) -> None:
    ways = bench.tools.ways_out
    for letter in await letters(bench):
        base, _, token = letter["List-Unsubscribe"].strip("<>").rpartition("/")
        assert base == "https://loa.example/thoi-nhan"
        assert ways.tokens.open(token) == WayOut(bench.approved.unit_id, address_hash(ways.index_key, "email", str(letter["To"])))
        assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert LINE in text_of(letter)
        assert "https://" not in text_of(letter), "the text keeps its promise to have no link"


@pytest.mark.parametrize("unplanned", ["urgent", "emergency"], indirect=True)
async def test_whatever_is_urgent_has_none(bench: Bench) -> None:
    for letter in await letters(bench):
        assert "List-Unsubscribe" not in letter
        assert "List-Unsubscribe-Post" not in letter
        assert LINE not in text_of(letter)


@pytest.mark.parametrize("unplanned", ["advisory"], indirect=True)
async def test_where_the_web_process_has_no_https_the_text_alone_says_how(bench: Bench) -> None:
    tools = replace(bench.tools, contents=Contents("canhbao@dongnai.example", ways_out=False))
    for letter in await letters(replace(bench, tools=tools)):
        assert "List-Unsubscribe" not in letter
        assert LINE in text_of(letter)
