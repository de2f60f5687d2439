"""Takes docs/pictures/first-run.png: a message as it arrived, and what its look-up says of it, as two phones side by side."""

import asyncio
import base64
import shutil
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from tests.acceptance.system import ROOT, System, running_system, short_home
from tests.service.web.browser import ARGUMENTS

_FRAME = """<!doctype html><meta charset=utf-8><style>
body { margin: 0; padding: 36px 44px; display: flex; gap: 40px; background: #e9eef2; width: max-content; }
img { width: 360px; height: 760px; object-fit: cover; object-position: top; border-radius: 26px; border: 9px solid #1f2933; }
</style>"""


async def _phone(browser: Browser, system: System, what: str) -> str:
    page = await browser.new_page(viewport={"width": 360, "height": 760}, device_scale_factor=2)
    sample = system.demo["sample"]
    if what == "outbox":
        await page.goto(f"{system.simulators}/?live=0")
    else:
        await page.goto(f"{system.demo['lookup_url']}?so={sample['lookup_number'].replace(' ', '')}")
        await page.locator("textarea").first.fill(sample["text"])
        await page.locator("form:has(textarea) button[type=submit]").first.click()
    shot = await page.screenshot()
    await page.close()
    return f'<img src="data:image/png;base64,{base64.b64encode(shot).decode()}">'


async def _take(system: System, target: Path) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        phones = [await _phone(browser, system, what) for what in ("outbox", "lookup")]
        page = await browser.new_page(device_scale_factor=1.5)
        await page.set_content(_FRAME + "".join(phones))
        await page.locator("body").screenshot(path=target)
        await browser.close()


if __name__ == "__main__":
    with short_home() as home, running_system(home) as system:
        asyncio.run(_take(system, ROOT / "docs" / "pictures" / "first-run.png"))
