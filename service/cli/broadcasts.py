"""`loa broadcast`: what is under way, and stopping it or letting it go on, from the machine itself: also where the web side is away."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from service.actors import Actor
from service.broadcasts import (
    BroadcastView,
    State,
    cancel,
    find_broadcast,
    list_broadcasts,
    locate_broadcast,
    note_of,
    pause,
    resume,
    waiting_of,
)
from service.cli.acting import acting_as, require_tree
from service.cli.deployment import Deployment
from service.cli.working import on_deployment, units_named
from service.clock import on_screen
from service.database import act_for
from service.deliveries import Progress, RepeatReason, in_words, progress_of, repeat_uncertain, retry_failed
from service.errors import NotFound
from service.settings import Settings
from service.standalone.words import terminal_language
from service.traces import follow

app = typer.Typer(help="Warnings under way: how far they are, and stopping them.", no_args_is_help=True)

_Id = Annotated[UUID, typer.Argument(metavar="ID", help="The broadcast's id.")]
_As = Annotated[str, typer.Option("--as", help="The email of the account that does it.")]
_UNDER_WAY = frozenset({State.APPROVED, State.SENDING, State.PAUSED})
_PAGE = 100
_PARTS = ("waiting", "sending", "accepted", "delivered", "failed", "not_sent", "uncertain")


@dataclass(frozen=True, slots=True)
class _Seen:
    """A broadcast, how far it is, and why it stands where it does."""

    view: BroadcastView
    progress: Progress
    note: str | None

    def told(self) -> str:
        parts = ", ".join(f"{getattr(self.progress, part):,} {part.replace('_', ' ')}" for part in _PARTS)
        return f"{self.view.state}: {self.progress.total:,} messages, of them {parts}" + (f"\n{self.note}" if self.note else "")


@app.command("list")
def show_all(
    unit: Annotated[str | None, typer.Option(help="Only this unit's.")] = None,
    under_way: Annotated[bool, typer.Option("--under-way", help="Only what is approved and has not ended.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 20,
) -> None:
    """The newest first, with the seven parts that always add up."""

    async def work(deployment: Deployment) -> list[_Seen]:
        await units_named(deployment, unit)  # refuses what is none
        found: list[_Seen] = []
        before = None
        async with deployment.engine.begin() as conn:
            while len(found) < limit and (page := await list_broadcasts(conn, before=before, limit=_PAGE)):
                before = page[-1].id
                wanted = [each for each in page if unit in (None, each.unit) and (each.state in _UNDER_WAY or not under_way)]
                found += [await _seen(conn, deployment, each.id) for each in wanted[: limit - len(found)]]
        return found

    found = on_deployment(work)
    if not found:
        typer.echo("There is none.", err=True)
        return
    table = Table("id", "unit", "urgency", "state", *(part.replace("_", " ") for part in _PARTS), box=None)
    for each in found:
        numbers = (f"{getattr(each.progress, part):,}" for part in _PARTS)
        table.add_row(str(each.view.public_id), each.view.unit, each.view.urgency, each.view.state, *numbers)
    Console().print(table, markup=False)


@app.command()
def show(public_id: _Id) -> None:
    """One broadcast: its title, how far it is, and why it stands where it does."""

    async def work(deployment: Deployment) -> _Seen:
        async with deployment.engine.begin() as conn:
            return await _seen(conn, deployment, (await locate_broadcast(conn, public_id)).id)

    seen = on_deployment(work)
    view = seen.view
    typer.echo(f"{view.title}\n{view.unit}, {view.urgency}, {' and '.join(view.channels)}, until {on_screen(view.expires_at)}")
    typer.echo(seen.told())


@app.command("pause")
def pause_one(public_id: _Id, email: _As) -> None:
    """Nothing more leaves until it is resumed."""
    _move(public_id, email, lambda deployment, conn, actor, inner: pause(conn, actor, broadcast_id=inner, now=deployment.now))


@app.command("resume")
def resume_one(
    public_id: _Id,
    email: _As,
    audience_count: Annotated[
        int | None, typer.Option(min=0, help="Yes to so many messages, where its audience had grown.")
    ] = None,
    after_restore: Annotated[bool, typer.Option("--after-restore", help="Yes to some coming twice, after a restore.")] = False,
) -> None:
    """Goes on where it was paused, by a person or by the system."""
    _move(
        public_id,
        email,
        lambda deployment, conn, actor, inner: resume(
            conn, actor, broadcast_id=inner, audience_count=audience_count, after_restore=after_restore, now=deployment.now
        ),
    )


@app.command("cancel")
def cancel_one(
    public_id: _Id,
    email: _As,
    reason: Annotated[str | None, typer.Option(help="Why, for colleagues to read.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Ends it for good. What has left cannot be called back; whoever looks it up is told that it no longer stands."""
    if not yes:
        typer.confirm("Cancel it for good?", abort=True, err=True)
    _move(
        public_id,
        email,
        lambda deployment, conn, actor, inner: cancel(
            conn, actor, broadcast_id=inner, reason=reason, master=deployment.master, now=deployment.now
        ),
    )


@app.command("retry-failed")
def retry_failed_ones(public_id: _Id, email: _As) -> None:
    """Sends what failed once more, and nothing else. Dead numbers stay held back."""
    quiet = Settings.read().quiet_hours
    _move(
        public_id,
        email,
        lambda deployment, conn, actor, inner: retry_failed(conn, actor, broadcast_id=inner, quiet=quiet, now=deployment.now),
    )


@app.command("repeat-uncertain")
def repeat_uncertain_ones(
    public_id: _Id,
    email: _As,
    channel: Annotated[Literal["sms", "email"], typer.Option(help="What is in doubt of this channel.")],
    reason: Annotated[RepeatReason, typer.Option(help="Why it is sent though it may come twice.")],
) -> None:
    """Sends what is in doubt once more. Each may come twice; that is why a person says so, and why."""
    quiet = Settings.read().quiet_hours
    _move(
        public_id,
        email,
        lambda deployment, conn, actor, inner: repeat_uncertain(
            conn, actor, broadcast_id=inner, channel=channel, reason=reason, quiet=quiet, now=deployment.now
        ),
    )


def _move(public_id: UUID, email: str, use_case: Callable[[Deployment, AsyncConnection, Actor, int], Awaitable[object]]) -> None:
    """Does it as this person, and says how the broadcast then stands. Raises `NotFound("broadcast.unknown")`, and what the use case does."""

    async def work(deployment: Deployment) -> _Seen:
        async with deployment.engine.begin() as conn:
            actor = await acting_as(conn, deployment, email)
            located = await locate_broadcast(conn, public_id)
            try:
                await require_tree(conn, actor, located.unit_id)
            except NotFound:
                raise NotFound("broadcast.unknown") from None
            follow(located.id)
            await act_for(conn, located.unit_id)
            await use_case(deployment, conn, actor, located.id)
            return await _seen(conn, deployment, located.id)

    typer.echo(on_deployment(work).told())


async def _seen(conn: AsyncConnection, deployment: Deployment, broadcast_id: int) -> _Seen:
    view, now, language = await find_broadcast(conn, broadcast_id), deployment.now, terminal_language()
    progress = await progress_of(conn, broadcast_id, now=now)
    waits = waiting_of(view, Settings.read().quiet_hours, now)
    says = in_words(view.pause_reason, language)
    return _Seen(view, progress, note_of(view, waits, language, carrier_says=says, not_sent=progress.not_sent))
