"""A school with parents, an approved warning, and real worker processes against the simulators."""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from redis.asyncio import Redis
from sqlalchemy import text

from contact_registry.audiences import Audience
from contact_registry.sealing import MasterKey
from service.broadcasts import Draft, EmailText, Texts, approve, create_draft, submit
from service.database import unit_transaction
from service.deliveries import Progress, progress_of
from service.keyring import make_signing_key
from service.keyring.deployment import deployment_key
from service.signing.lookup_numbers import LookupNumbers
from service.units import find_unit
from tests.conftest import Engines, Urls
from tests.factories.parents import add_parents
from tests.factories.waiting import until
from tests.factories.world import make_world
from tests.service.simulators.running import ACCOUNT, TOKEN, Simulators

SENDER = "SGDDTDNAI"
ANOTHER = "+84911000000"


async def wipe(valkey: str) -> None:
    async with Redis(unix_socket_path=valkey.removeprefix("unix://")) as redis:
        await redis.flushall()


@dataclass
class School:
    """Where things are, and what is done there."""

    engines: Engines
    urls: Urls
    master: MasterKey
    master_text: str
    valkey: str
    simulators: Simulators
    second: Simulators | None = None
    unit: int = 0
    processes: list[asyncio.subprocess.Process] = field(default_factory=list)

    async def approved(
        self,
        *,
        phones: int,
        emails: int,
        urgency: str = "urgent",
        send_in: timedelta | None = None,
        sms: str = "Có tin giả. Gọi số trường đã lưu.",
        with_emails: int = 0,
        fallback: str | None = None,
    ) -> int:
        """A warning to so many parents, approved just now; its internal id. `send_in`: it is to leave so long from now.
        `fallback`: it goes by SMS alone, and to these by email."""
        now = datetime.now(UTC)
        world = await make_world(self.engines.owner, self.master)
        self.unit = world.units["nbk-thcs"]
        async with self.engines.owner.begin() as conn:
            await make_signing_key(
                conn, self.master, world.units["sgddt-dongnai"], purpose="record", now=now - timedelta(days=400)
            )
            numbers = LookupNumbers(await deployment_key(conn, self.master, "lookup_number"))
        await add_parents(self.engines.owner, self.master, self.unit, phones=phones, emails=emails, with_emails=with_emails)
        draft = Draft(
            kind="scam_alert",
            sms_script="ascii",
            urgency=urgency,
            title="Tin giả đòi đóng tiền",
            texts=Texts(sms, EmailText("Tin giả đòi đóng tiền", "Có tin giả.")),
            audience=Audience(),
            channels=("sms",) if fallback else ("sms", "email"),
            fallback=fallback,
            expires_at=now + timedelta(days=30),
            send_at=now + send_in if send_in else None,
        )
        clerk, approver = (world.actor("nbk-thcs", role) for role in ("clerk", "approver"))
        approver = type(approver)(
            approver.account_id, approver.unit_id, approver.unit_code, approver.permissions | {"approve:unattended"}
        )
        async with unit_transaction(self.engines.web, self.unit) as conn:
            unit = await find_unit(conn, "nbk-thcs", now.date())
            view = await create_draft(conn, clerk, unit=unit, draft=draft, now=now)
            view = await submit(conn, clerk, broadcast_id=view.id, sender=SENDER, now=now)
            await approve(
                conn,
                approver,
                broadcast_id=view.id,
                digest=view.digest or "",
                sender=SENDER,
                master=self.master,
                numbers=numbers,
                now=now,
            )
        return view.id

    async def start(
        self, lane: str = "urgent", *, segments_per_second: float = 100_000, **settings: str
    ) -> asyncio.subprocess.Process:
        """A worker process of one lane. `settings`: others than usual."""
        env = {
            **os.environ,
            "LOA_DATABASE_URL_WORKER": self.urls.worker,
            "LOA_VALKEY_URL": self.valkey,
            "LOA_MASTER_KEY": self.master_text,
            "LOA_TWILIO_API_URL": self.simulators.url,
            "LOA_TWILIO_ACCOUNT_SID": ACCOUNT,
            "LOA_TWILIO_AUTH_TOKEN": TOKEN,
            "LOA_TWILIO_SEGMENTS_PER_SECOND": str(segments_per_second),
            "LOA_SMS_ABSENT_AFTER": "20",
            "LOA_SMTP_HOST": "127.0.0.1",
            "LOA_SMTP_ANSWER_SECONDS": "20",
            "LOA_SMTP_PORT": str(self.simulators.smtp_port),
            "LOA_SMTP_TLS": "none",
            "LOA_SMTP_FROM": "canhbao@dongnai.example",
            "LOA_PUBLIC_URL": "http://127.0.0.1:9",
            **settings,
        }
        if self.second is not None:
            env |= {
                "LOA_TWILIO_2_API_URL": self.second.url,
                "LOA_TWILIO_2_ACCOUNT_SID": ACCOUNT,
                "LOA_TWILIO_2_AUTH_TOKEN": TOKEN,
                "LOA_TWILIO_2_SEGMENTS_PER_SECOND": env["LOA_TWILIO_SEGMENTS_PER_SECOND"],
                "LOA_SMTP_2_HOST": "127.0.0.1",
                "LOA_SMTP_2_PORT": str(self.second.smtp_port),
                "LOA_SMTP_2_TLS": "none",
            }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "workers", lane, env=env, cwd=Path(__file__).parents[2]
        )
        self.processes.append(process)
        return process

    async def stop(self) -> None:
        for process in self.processes:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
        await asyncio.gather(*(asyncio.wait_for(process.wait(), 20) for process in self.processes))

    async def progress(self, broadcast: int) -> Progress:
        async with unit_transaction(self.engines.worker, self.unit) as conn:
            return await progress_of(conn, broadcast, now=datetime.now(UTC))

    async def state(self, broadcast: int) -> str:
        async with self.engines.owner.begin() as conn:
            return str((await conn.execute(text("SELECT state FROM broadcasts WHERE id = :id"), {"id": broadcast})).scalar_one())

    async def until_state(self, broadcast: int, state: str, seconds: float) -> None:
        async def reached() -> bool:
            return await self.state(broadcast) == state

        await until(f"it is {state}", reached, seconds, every=0.1)

    async def rows(self, sql: str) -> list[Any]:
        """What the owner sees."""
        async with self.engines.owner.begin() as conn:
            return list((await conn.execute(text(sql))).all())

    async def run(self, sql: str) -> None:
        """As the owner."""
        async with self.engines.owner.begin() as conn:
            await conn.execute(text(sql))

    async def until_sent(self, broadcast: int, at_least: int, seconds: float = 60) -> None:
        async def sent() -> bool:
            return (await self.progress(broadcast)).accepted >= at_least

        await until(f"{at_least} are sent", sent, seconds, every=0.05)

    async def until(self, broadcast: int, told: Callable[[Progress], bool], seconds: float) -> Progress:
        """Returns the first progress of which it is so."""

        async def so() -> Progress | None:
            progress = await self.progress(broadcast)
            return progress if told(progress) else None

        return await until("the progress is so", so, seconds, every=0.1)

    async def claims(self, broadcast: int) -> list[int]:
        """How often each chunk was leased."""
        async with self.engines.owner.begin() as conn:
            found = await conn.execute(
                text("SELECT claims FROM delivery_chunks WHERE broadcast_id = :id ORDER BY chunk"), {"id": broadcast}
            )
            return list(found.scalars())

    async def until_completed(self, broadcast: int, seconds: float = 90) -> Progress:
        """Its progress then. What others send of the account meanwhile shows how far the carrier's list reaches."""

        async def completed() -> bool:
            if await self.state(broadcast) == "completed":
                return True
            if (await self.progress(broadcast)).uncertain:
                await self.another_sms()
            return False

        await until("it is completed", completed, seconds, every=0.1)
        return await self.progress(broadcast)

    async def another_sms(self) -> None:
        """The accounts send one more SMS, not by Loa."""
        for each in filter(None, (self.simulators, self.second)):
            sent = {"To": ANOTHER, "From": SENDER, "Body": "Tin khác"}
            with suppress(httpx.TimeoutException):  # one that hangs has taken it all the same
                await each.http.post(f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", data=sent, timeout=0.5)

    async def arrived(self) -> Counter[tuple[str, str]]:
        """(channel, address) → how many messages."""
        messages: list[dict[str, Any]] = await self.simulators.messages()
        return Counter((message["channel"], message["to"]) for message in messages if message["to"] != ANOTHER)
