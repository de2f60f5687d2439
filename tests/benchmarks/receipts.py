"""Status callbacks at the webhook: signed, stored, answered, applied. Beside an empty FastAPI route under the same load."""

import asyncio
import base64
import hmac
import time
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

from sqlalchemy import text

from contact_registry.sealing import MasterKey
from service.database import make_engine, unit_transaction
from service.database.roles import OWNER, WORKER
from service.deliveries import Attempt, AttemptTokens
from service.keyring import deployment_key
from service.standalone import postgres
from service.standalone.home import Home
from service.standalone.secrets import load_or_make
from tests.acceptance.system import System
from tests.benchmarks.limits import empty_route
from tests.benchmarks.rows import Row
from tests.factories.ports import free_port
from tests.factories.waiting import wait_for

_CONNECTIONS = 32


def _post(path: str, body: bytes, signature: str) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"X-Twilio-Signature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _one_connection(port: int, posts: Iterator[bytes]) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    taken = 0
    for post in posts:
        writer.write(post)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith((b"HTTP/1.1 204", b"HTTP/1.1 200")):
            raise AssertionError(f"a callback was refused: {head[:60]!r}")
        length = head.lower().split(b"content-length:")
        if len(length) > 1:
            await reader.readexactly(int(length[1].split(b"\r\n")[0]))
        taken += 1
    writer.close()
    return taken


async def _per_second(port: int, posts: list[bytes]) -> float:
    left = iter(posts)
    started = time.perf_counter()
    taken = await asyncio.gather(*(_one_connection(port, left) for _ in range(_CONNECTIONS)))
    assert sum(taken) == len(posts)
    return len(posts) / (time.perf_counter() - started)


async def _callbacks(system: System, deliveries: list[tuple[int, int, int, int, str]], auth_token: str) -> list[bytes]:
    """One `delivered` for each delivery, as the gateway would sign it."""
    home, master = Home.at(system.home), MasterKey.parse(load_or_make(Home.at(system.home)).master_key)
    worker = make_engine(postgres.url(home, WORKER), name="bench", pool_size=1)
    try:
        async with unit_transaction(worker, None) as conn:
            tokens = AttemptTokens(await deployment_key(conn, master, "attempt_token"))
    finally:
        await worker.dispose()
    parts = urlsplit(system.demo["lookup_url"])
    base = f"{parts.scheme}://{parts.netloc}"
    made = []
    for unit, broadcast, number, attempt, provider_id in deliveries:
        path = f"/webhooks/twilio/status/{tokens.make(Attempt(unit, broadcast, number, attempt))}"
        form = {"MessageSid": provider_id, "MessageStatus": "delivered", "AccountSid": "AC", "ApiVersion": "2010-04-01"}
        signed = base + path + "".join(name + value for name, value in sorted(form.items()))
        signature = base64.b64encode(hmac.new(auth_token.encode(), signed.encode(), "sha1").digest()).decode()
        made.append(_post(path, urlencode(form).encode(), signature))
    return made


async def measure(system: System, auth_token: str, parents: int) -> list[Row]:
    """Sends by SMS with all callbacks dropped, then posts every callback; counts what was applied."""
    system.faults(channel="sms", drop_callbacks=1)
    broadcast = system.send("do bien nhan", channels=["sms"])
    wait_for("everybody is sent to", lambda: system.progress(broadcast)["accepted"] == parents, 300)
    owner = make_engine(postgres.url(Home.at(system.home), OWNER), name="bench", pool_size=1)
    try:
        async with owner.begin() as conn:
            rows = await conn.execute(
                text(
                    "SELECT d.unit_id, d.broadcast_id, d.number, d.attempt, d.provider_id"
                    "  FROM deliveries d JOIN broadcasts b ON b.id = d.broadcast_id WHERE b.public_id = CAST(:id AS uuid)"
                ),
                {"id": broadcast},
            )
            posts = await _callbacks(system, [tuple(row) for row in rows], auth_token)
    finally:
        await owner.dispose()
    port = urlsplit(system.demo["api_url"]).port or 80
    with empty_route(limit_port := free_port()):
        limit = await _per_second(limit_port, [_post("/", b"MessageStatus=delivered&" + b"x" * 120, "-")] * parents)
    ours = await _per_second(port, posts)
    started = time.perf_counter()
    wait_for("every receipt is applied", lambda: system.progress(broadcast)["delivered"] == parents, 60)
    system.no_faults()
    proof = f"{parents:,} deliveries delivered, none lost; applied {time.perf_counter() - started:.1f} s after the last"
    return [Row("receipts taken by the webhook", "callbacks/s", ours, "empty FastAPI route", limit, proof)]
