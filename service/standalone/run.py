"""`make run`: everything started, the demo shown, and at the end everything stopped, whichever way it ends."""

import asyncio
import json
import signal
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from contact_registry.sealing import MasterKey
from service.clock import system_clock
from service.database import make_engine
from service.database.roles import OWNER
from service.disk import disk_at
from service.keyring import make_deployment_keys, make_missing_drill_keys
from service.settings import Settings
from service.standalone import postgres
from service.standalone.demo.api import Api
from service.standalone.demo.checking import check_one
from service.standalone.demo.seeding import SCHOOLS, SeededWorld, seed
from service.standalone.demo.sending import SampleWaits, import_lists, send_sample
from service.standalone.demo.story import tell
from service.standalone.environment import Kind, environment, names_a_carrier, programs, settle_kind
from service.standalone.home import Home, write_private
from service.standalone.lacking import lacking
from service.standalone.master_key import settled
from service.standalone.metrics import with_metrics_ports
from service.standalone.obstacles import Obstacle
from service.standalone.ports import check_different, check_free
from service.standalone.secrets import Secrets
from service.standalone.servers import Migrate, ServerSilent, running_servers
from service.standalone.supervisor import Supervisor
from service.standalone.words import Words

_DEMO_SECONDS = 120.0
_READY_SECONDS = 60.0


def run(settings: Settings, *, once: bool, live: bool, words: Words, migrate: Migrate) -> int:
    """Runs until told to stop (`once`: until the sample is through). The exit code: 0 if all went as promised."""
    return asyncio.run(_until_told(settings, once=once, kind="live" if live else "demo", words=words, migrate=migrate))


async def _until_told(settings: Settings, *, once: bool, kind: Kind, words: Words, migrate: Migrate) -> int:
    console = Console(highlight=False)
    supervisors: list[Supervisor] = []
    work = asyncio.create_task(
        _run(settings, kind, once=once, words=words, console=console, supervisors=supervisors, migrate=migrate)
    )
    told: list[int] = []

    def stop(number: int) -> None:
        told.append(number)
        if len(told) == 1:
            console.print(words("stopping"))
            work.cancel()
        else:  # asked again: no more waiting for anybody
            for supervisor in supervisors:
                supervisor.kill()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop, number)
    try:
        return await work
    except asyncio.CancelledError:
        if not told:  # not by a signal: nobody reads what we print any more (`make run | head`), and rich ends us
            raise
        console.print(words("stopped"))
        return 128 + told[0] if once else 0  # Ctrl-C is how a run that stays up is meant to end
    except Obstacle as obstacle:
        console.print(obstacle.said(words), style="bold red", markup=False, soft_wrap=True)  # paths are there to be copied
    return 1


async def _run(
    settings: Settings, kind: Kind, *, once: bool, words: Words, console: Console, supervisors: list[Supervisor], migrate: Migrate
) -> int:
    home = Home.at(settings.home)
    check_different(settings, simulators=kind == "demo")
    console.print(words("starting"))
    if kind == "demo" and names_a_carrier(settings):
        console.print(words("carriers_ignored"), style="yellow")
    async with running_servers(home, migrate, alone=True) as supervisor:
        supervisors.append(supervisor)
        supervisor.keeps_dying = lambda name, log: console.print(
            words("keeps_dying", name=name, log=log), style="bold red", markup=False, soft_wrap=True
        )
        settle_kind(home, kind)
        check_free(settings, simulators=kind == "demo")
        secrets, world = await _prepare(home, settings, kind)
        told = environment(home, settings, secrets, kind)
        console.print(words("starting_own" if kind == "demo" else "starting_live"))
        if kind == "live" and (block := lacking(settings, words)):
            console.print(block, style="bold yellow", markup=False, soft_wrap=True)
        if (disk := disk_at(home.root)).low:
            console.print(
                words("disk_low", left=disk.gigabytes, share=disk.share, place=disk.place),
                style="bold red",
                markup=False,
                soft_wrap=True,
            )
        own = with_metrics_ports(programs(told, kind), settings, home)
        try:
            for program in own:
                supervisor.keep(program)
            staying = asyncio.create_task(_stay(settings, kind, world, home, console, words, once=once, supervisor=supervisor))
            both: set[asyncio.Future[Any]] = {staying, supervisor.failed}
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if not staying.done():
                staying.cancel()
                supervisor.failed.result()
            return await staying
        except asyncio.CancelledError:
            staying.cancel()
            raise
        finally:
            # workers first, while those they speak to still answer
            await supervisor.stop(*(program.name for program in own if program.name.startswith("workers")))
            await supervisor.stop(*(program.name for program in own))


async def _prepare(home: Home, settings: Settings, kind: Kind) -> tuple[Secrets, SeededWorld | None]:
    owner = make_engine(postgres.url(home, OWNER), name="loa standalone", pool_size=1)
    try:
        secrets = await settled(owner, home)
        master = MasterKey.parse(secrets.master_key)
        async with owner.begin() as conn:
            await make_deployment_keys(conn, master)
            await make_missing_drill_keys(conn, master)
        return secrets, await seed(owner, home, settings, master, now=system_clock()) if kind == "demo" else None
    finally:
        await owner.dispose()


async def _stay(
    settings: Settings,
    kind: Kind,
    world: SeededWorld | None,
    home: Home,
    console: Console,
    words: Words,
    *,
    once: bool,
    supervisor: Supervisor,
) -> int:
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        ready = [_answers(client, f"http://127.0.0.1:{settings.web_port}/readyz", "web", home)]
        if kind == "demo":
            ready.append(_answers(client, f"http://127.0.0.1:{settings.simulators_port}/messages.json", "simulators", home))
        await asyncio.gather(*ready)
        for name in ("web", "simulators", "workers-urgent", "workers-bulk"):
            supervisor.settled(name)
        if world and world.restored:
            console.print(words("restored_waits"), style="bold yellow")
        good = await _demo(client, settings, world, home, console, words) if world and not world.restored else True
    if once:
        return 0 if good else 1
    console.print()
    if not world or world.restored:  # the story has told it
        console.print(words("address", url=f"{settings.public_base}/"), soft_wrap=True)
    console.print(words("accounts", file=home.demo_file) if world else words("logs", logs=home.logs), style="dim", soft_wrap=True)
    console.print(words("stay"), style="bold")
    await asyncio.Event().wait()
    return 0


async def _demo(
    client: httpx.AsyncClient, settings: Settings, world: SeededWorld, home: Home, console: Console, words: Words
) -> bool:
    api = Api(client, settings.web_port, world.demo)
    try:
        async with asyncio.timeout(_DEMO_SECONDS):
            await import_lists(api, world.without_list, lambda unit: console.print(words("importing", unit=unit)))
            with Progress(
                TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console, transient=False
            ) as bar:
                task = bar.add_task(words("sending"), total=None)
                sent = await send_sample(api, now=system_clock(), progress=_moving(bar, task))
            checked = await check_one(api, client, world.demo["inbox_url"], sent.broadcast, digits=settings.number_digits)
    except SampleWaits as waits:
        console.print(waits.said(words), style="yellow")
        return False
    except TimeoutError:
        console.print(words("too_late"), words("logs", logs=home.logs), style="bold red")
        return False
    except httpx.HTTPError as error:
        console.print(words("no_answer", error=type(error).__name__), words("logs", logs=home.logs), style="bold red")
        return False
    sample = {"lookup_number": checked.number, "channel": "sms", "text": checked.text} if checked else None
    demo = {**world.demo, "broadcast_id": sent.broadcast["id"], **({"sample": sample} if sample else {})}
    write_private(home.demo_file, json.dumps(demo, ensure_ascii=False, indent=2))
    tell(console, words, demo, sent, checked, school=dict(SCHOOLS)[sent.broadcast["unit"]])
    return sent.complete and checked is not None and checked.good


def _moving(bar: Progress, task: Any) -> Callable[[Mapping[str, int]], None]:
    def move(parts: Mapping[str, int]) -> None:
        open_ = parts["waiting"] + parts["sending"]
        bar.update(task, total=parts["total"] or None, completed=parts["total"] - open_)

    return move


def _answers(client: httpx.AsyncClient, url: str, name: str, home: Home) -> Awaitable[None]:
    async def ask() -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline:
            with suppress(httpx.TransportError):
                if (await client.get(url)).is_success:
                    return
            await asyncio.sleep(0.1)
        raise ServerSilent("server_silent", name=name, log=home.logs / f"{name}.log")

    return ask()
