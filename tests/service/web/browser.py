"""Chromium for the browser tests: skipped in one line where it is not installed, unless LOA_REQUIRE_BROWSER=1 asks for it."""

import asyncio
import os
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.async_api import Browser, async_playwright

ARGUMENTS = [
    "--no-sandbox",  # as root Chromium does not start without
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def chromium_path() -> str:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        if os.environ.get("LOA_REQUIRE_BROWSER") == "1":
            pytest.fail("Chromium is not installed and LOA_REQUIRE_BROWSER=1", pytrace=False)
        pytest.skip("for want of Chromium (LOA_REQUIRE_BROWSER=1 makes that a failure)")
    return path


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    path = chromium_path()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    """The application on a port of its own, already started: its address."""
    listening = socket.create_server(("127.0.0.1", 0))  # a browser that is quicker than the server waits in its queue
    port = listening.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None, ws="none"))
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await running
