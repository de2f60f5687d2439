"""A parent's way out of advisories: opening it changes nothing, the button does, and nobody learns anything by it."""

import asyncio
import html
import re
from collections.abc import AsyncIterator
from typing import Any, Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, expect
from sqlalchemy import text

from contact_registry.sealing import MasterKey, address_hash
from service.contacts import UnsubscribeTokens, WayOut
from service.keyring import deployment_key
from service.web.once import Once
from tests.conftest import Engines, Urls
from tests.factories.parents import add_parents
from tests.factories.waiting import a_turn
from tests.factories.web import Site, notice
from tests.service.web.browser import chromium, served

SCHOOL = "nbk-thcs"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
async def tokens(site: Site, engines: Engines, master: MasterKey) -> UnsubscribeTokens:
    async with engines.owner.connect() as conn:
        return UnsubscribeTokens(await deployment_key(conn, master, "unsubscribe_token"))


@pytest.fixture
async def way_out(site: Site, engines: Engines, master: MasterKey) -> WayOut:
    """The first of two parents of the school."""
    await add_parents(engines.owner, master, site.world.units[SCHOOL], emails=2)
    async with engines.owner.connect() as conn:
        index = await deployment_key(conn, master, "address_index")
    return WayOut(site.world.units[SCHOOL], address_hash(index, "email", "parent0@example.com"))


@pytest.fixture
def path(tokens: UnsubscribeTokens, way_out: WayOut) -> str:
    return f"/thoi-nhan/{tokens.make(way_out)}"


async def suppressed(engines: Engines) -> list[tuple[str, str]]:
    async with engines.owner.connect() as conn:
        rows = await conn.execute(text("SELECT channel, reason FROM suppressions"))
        return [(row.channel, row.reason) for row in rows]


async def reached(site: Site, urgency: str) -> int:
    body = {"unit": SCHOOL, "channels": ["email"], "urgency": urgency}
    return int((await site.call("POST", "/audiences/count", json=body)).json()["recipients"])


def headline(page: str) -> str:
    found = re.search(r"<h1>(.*?)</h1>", page)
    assert found
    return html.unescape(found[1])


async def test_opening_it_shows_a_button_and_changes_nothing(site: Site, engines: Engines, path: str) -> None:
    for language in ("vi", "en"):
        page = await site.client.get(path, params={"lang": language})
        assert page.status_code == 200
        assert page.text.count("<button") == 1
        assert "Trường THCS Nguyễn Bỉnh Khiêm" in page.text
    assert (await site.client.head(path)).status_code == 200
    assert await suppressed(engines) == []


async def test_the_button_ends_advisories_by_email_and_nothing_else(site: Site, engines: Engines, path: str) -> None:
    assert [await reached(site, urgency) for urgency in ("advisory", "urgent", "emergency")] == [2, 2, 2]
    page = await site.client.post(path, data=ONE_CLICK)
    assert (page.status_code, headline(page.text)) == (200, "Đã ghi nhận")
    assert await suppressed(engines) == [("email", "opt_out")]
    assert [await reached(site, urgency) for urgency in ("advisory", "urgent", "emergency")] == [1, 2, 2]


async def test_a_mail_programs_own_form_works_too(site: Site, engines: Engines, path: str) -> None:
    """RFC 8058 allows multipart as well."""
    assert (await site.client.post(path, files={"List-Unsubscribe": (None, "One-Click")})).status_code == 200
    assert await suppressed(engines) == [("email", "opt_out")]


@pytest.mark.parametrize("data", [{}, {"List-Unsubscribe": ""}, {"List-Unsubscribe": "Two-Clicks"}, {"x": "y"}])
async def test_a_post_that_does_not_say_so_changes_nothing(site: Site, engines: Engines, path: str, data: dict[str, str]) -> None:
    page = await site.client.post(path, data=data)
    assert (page.status_code, page.text.count("<button")) == (400, 1)
    assert await suppressed(engines) == []


async def test_twice_is_once_and_leaves_one_mark_without_an_address(site: Site, engines: Engines, path: str) -> None:
    first, second = [await site.client.post(path, data=ONE_CLICK) for _ in range(2)]
    assert first.text == second.text
    async with engines.owner.connect() as conn:
        events = await conn.execute(
            text("SELECT unit_id, account_id, subject_id, details FROM audit_events WHERE action = 'suppression.added'")
        )
        (event,) = events.all()
    assert (event.unit_id, event.account_id, event.subject_id) == (site.world.units[SCHOOL], None, "address")
    assert event.details == {"reason": "opt_out", "by": "recipient", "email": 1}


async def test_an_address_on_no_list_gets_the_same_answers(site: Site, tokens: UnsubscribeTokens, path: str) -> None:
    nobody = f"/thoi-nhan/{tokens.make(WayOut(site.world.units[SCHOOL], bytes(16)))}"
    for method, data in (("GET", None), ("POST", ONE_CLICK)):
        answers = [await site.client.request(method, each, data=data) for each in (path, nobody)]
        plain = [answer.text.replace(each, "") for answer, each in zip(answers, (path, nobody), strict=True)]
        assert plain[0] == plain[1]


async def test_a_token_nobody_made_leads_nowhere(site: Site, engines: Engines, path: str) -> None:
    last = "A" if path[-1] != "A" else "B"
    for wrong in (path[:-1] + last, path[:-4], path + "AAAA", "/thoi-nhan/x", "/thoi-nhan/" + "A" * 48, "/thoi-nhan/ụ"):
        for method, data in (("GET", None), ("POST", ONE_CLICK)):
            answer = await site.client.request(method, wrong, data=data)
            assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert await suppressed(engines) == []


async def test_what_waits_to_be_sent_is_not_sent(site: Site, engines: Engines, path: str) -> None:
    made = await site.call("POST", "/broadcasts", json=notice(channels=["email"], urgency="advisory"))
    async with engines.owner.begin() as conn:
        broadcast = await conn.execute(
            text("UPDATE broadcasts SET state = 'sending' WHERE public_id = :id RETURNING id"), {"id": made.json()["id"]}
        )
        values = {"broadcast": broadcast.scalar_one(), "unit": site.world.units[SCHOOL]}
        await conn.execute(
            text(
                "INSERT INTO delivery_chunks (broadcast_id, chunk, unit_id, lane, channel, first_number, last_number, waiting)"
                " VALUES (:broadcast, 0, :unit, 'bulk', 'email', 1, 2, 2)"
            ),
            values,
        )
        await conn.execute(
            text(
                "INSERT INTO deliveries"
                " (broadcast_id, number, unit_id, recipient_unit, data_key_id, chunk, channel, address_hash, address_sealed)"
                " SELECT :broadcast, row_number() OVER (), unit_id, unit_id, data_key_id, 0, channel, address_hash,"
                " address_sealed"
                "   FROM contact_points WHERE unit_id = :unit"
            ),
            values,
        )
    await site.client.post(path, data=ONE_CLICK)
    async with engines.owner.connect() as conn:
        states = await conn.execute(text("SELECT state, reason FROM deliveries ORDER BY state"))
        assert [(row.state, row.reason) for row in states] == [("not_sent", "suppressed"), ("waiting", None)]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"),
        (b"List-Unsubscribe=One-Click\r\n", "application/x-www-form-urlencoded"),
        (b"List-Unsubscribe=One-Click", None),
        (b"\r\nList-Unsubscribe=One-Click\r\n", None),
        (b"List-Unsubscribe=One-Click", "text/plain; charset=us-ascii"),
        (b"List%2DUnsubscribe=One%2DClick", "application/x-www-form-urlencoded; charset=UTF-8"),
        (b"list-unsubscribe=one-click", "application/x-www-form-urlencoded"),
        (
            b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n',
            "multipart/form-data; boundary=b",
        ),
        (
            b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n\r\n--b--',
            "Multipart/Form-Data; boundary=b",
        ),
    ],
)
async def test_one_click_works_in_every_form_of_body(
    site: Site, engines: Engines, path: str, body: bytes, content_type: str | None
) -> None:
    answer = await site.client.post(path, content=body, headers={"Content-Type": content_type} if content_type else {})
    assert (answer.status_code, headline(answer.text)) == (200, "Đã ghi nhận")
    assert await suppressed(engines) == [("email", "opt_out")]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", None),
        (b"\x00\xff", None),
        (b'{"List-Unsubscribe": "One-Click"}', "application/json"),
        (b"List-Unsubscribe", "application/x-www-form-urlencoded"),
        (b"One-Click", "application/x-www-form-urlencoded"),
        (b"&".join([b"a=b"] * 30), "application/x-www-form-urlencoded"),
        (b"no parts", "multipart/form-data; boundary=b"),
        (b"List-Unsubscribe=One-Click", "multipart/form-data"),
    ],
)
async def test_a_post_that_nobody_can_make_out_is_told_so(
    site: Site, engines: Engines, path: str, body: bytes, content_type: str | None
) -> None:
    """A mail program takes 200 for done, and tells its reader so."""
    answer = await site.client.post(path, content=body, headers={"Content-Type": content_type} if content_type else {})
    assert answer.status_code == 400
    assert answer.text.count("<button") == 1
    assert await suppressed(engines) == []


async def test_no_traffic_of_others_closes_the_way_out(
    site: Site, engines: Engines, tokens: UnsubscribeTokens, path: str
) -> None:
    """A mail scanner opens every address at once, and somebody presses their own button without end."""
    unit = site.world.units[SCHOOL]
    others = [f"/thoi-nhan/{tokens.make(WayOut(unit, bytes([n]) * 16))}" for n in range(30)]
    opened = [site.client.get(each) for each in others * 5]
    pressed = [site.client.post(others[0], data=ONE_CLICK) for _ in range(100)]
    answers = await asyncio.gather(*opened, *pressed, site.client.post(path, data=ONE_CLICK))
    assert {answer.status_code for answer in answers} == {200}
    assert await suppressed(engines) == [("email", "opt_out")] * 2, "the presser's, and the parent's"


async def test_a_database_that_is_away_is_no_answer_and_the_next_press_counts(
    site: Site, engines: Engines, urls: Urls, path: str
) -> None:
    database = urls.web.partition("@/")[2].partition("?")[0]
    await site.client.get(path)
    async with engines.owner.begin() as conn:
        await conn.execute(text(f"ALTER DATABASE {database} SET default_transaction_read_only = on"))
    await site.app.state.unsubscribe_site.engine.dispose()
    assert (await site.client.post(path, data=ONE_CLICK)).status_code == 503
    async with engines.owner.begin() as conn:
        await conn.execute(text(f"ALTER DATABASE {database} RESET default_transaction_read_only"))
    await site.app.state.unsubscribe_site.engine.dispose()
    assert (await site.client.post(path, data=ONE_CLICK)).status_code == 200
    assert await suppressed(engines) == [("email", "opt_out")]


async def test_what_is_asked_for_at_once_is_made_once_and_kept_for_a_while() -> None:
    now = [0.0]
    made: list[int] = []
    once = Once[str, int](5, lambda: now[0])

    async def make() -> int:
        made.append(len(made))
        await a_turn()
        return made[-1]

    assert await asyncio.gather(*(once.get("a", make) for _ in range(9))) == [0] * 9
    assert await once.get("b", make) == 1
    now[0] = 4.9
    assert await once.get("a", make) == 0
    now[0] = 5.0
    assert await once.get("a", make) == 2


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1366])
async def test_a_parent_presses_the_button_without_javascript(
    site: Site, engines: Engines, path: str, browser: Browser, scheme: Literal["light", "dark"], width: int
) -> None:
    viewport: Any = {"width": width, "height": 740}
    context = await browser.new_context(viewport=viewport, color_scheme=scheme, bypass_csp=True)
    page = await context.new_page()
    async with served(site.app) as address:
        await page.goto(f"{address}{path}")
        await page.get_by_role("link", name="English").click()
        await expect(page.locator("h1")).to_have_text("Stop general emails?")
        for title in ("Stop general emails?", "Noted"):
            await expect(page.locator("h1")).to_have_text(title)
            over = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert over <= 0
            found = await Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]})
            assert [each["id"] for each in found.response["violations"]] == []
            if title != "Noted":
                await page.get_by_role("button", name="Stop them").click()
    await context.close()
    assert await suppressed(engines) == [("email", "opt_out")]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as made:
        yield made
