"""The look-up page in Chromium, without JavaScript: nothing runs over the edge,
contrast and structure hold (axe), by keyboard.
"""

from collections.abc import AsyncIterator
from typing import Any, Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, expect

from tests.factories.web import Site
from tests.service.web.browser import chromium, served

pytestmark = pytest.mark.browser


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as made:
        yield made


@pytest.fixture
async def address(site: Site) -> AsyncIterator[str]:
    async with served(site.app) as url:
        yield url


@pytest.fixture
async def warning(site: Site) -> dict[str, Any]:
    return await site.approved()


async def test_a_parent_s_way_without_javascript(browser: Browser, address: str, warning: dict[str, Any]) -> None:
    context = await browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = await context.new_page()
    await page.goto(address)
    await page.get_by_role("textbox", name="Số tra cứu").fill(warning["public_number"])
    await page.keyboard.press("Enter")
    # `expect` waits for the page that follows; a text read at once may still be the old page's
    await expect(page.locator("h1")).to_contain_text("khác dù chỉ một chữ, đừng làm theo")
    official = await page.locator(".bubble").first.inner_text()
    assert warning["public_number"] in official
    await page.get_by_label("Dán cả tin nhắn").fill(official)
    await page.get_by_role("button", name="So từng chữ").click()
    await expect(page.locator("h1")).to_have_text("Giống từng chữ tin chính thức của Trường THCS Nguyễn Bỉnh Khiêm.")
    assert page.url == f"{address}/", "nothing pasted stands in the address"
    await page.get_by_role("link", name="English").click()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1366])
async def test_every_outcome_fits_and_reads(
    browser: Browser, address: str, warning: dict[str, Any], scheme: Literal["light", "dark"], width: int
) -> None:
    context = await browser.new_context(viewport={"width": width, "height": 768}, color_scheme=scheme, bypass_csp=True)
    page = await context.new_page()
    number = warning["public_number"]

    async def paste(text: str) -> None:
        await page.goto(f"{address}/?so={number}")
        await page.get_by_label("Dán cả tin nhắn").fill(text)
        async with page.expect_navigation():
            await page.get_by_role("button", name="So từng chữ").click()

    async def go(path: str) -> None:
        await page.goto(address + path)

    await go(f"/?so={number}")
    official = await page.locator(".bubble").first.inner_text()
    steps = (
        go("/"),
        go("/?lang=en"),
        go(f"/?so={number}"),
        paste("Chuyen tien ngay vao so 0912345678"),
        paste(f"Chuyển tiếp: {official} 500k"),
        paste(official),
        go("/?so=123"),
        go("/?so=4071 8826 3163&lang=en"),
        go("/nowhere"),
        go("/api/docs"),
    )
    for step in steps:
        await step
        overflow = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{page.url} runs over the edge at {width}"
        found = await Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]})
        assert [(each["id"], [node["html"] for node in each["nodes"]][:2]) for each in found.response["violations"]] == []
    await context.close()
