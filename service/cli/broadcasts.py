"""`loa broadcast`: what is under way, and stopping it or letting it go on, from the machine itself:
also where the web side is away.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Literal

import typer
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.accounts import account_names
from service.actors import Actor
from service.broadcasts import BroadcastView, State, find_broadcast, list_broadcasts, note_of, waiting_of
from service.cli.acting import acting_as, require_tree
from service.cli.deployment import Deployment, Problem
from service.cli.working import ACCOUNT, on_deployment, say, units_named
from service.clock import on_screen
from service.database import act_for
from service.deliveries import (
    Progress,
    RepeatReason,
    cancel,
    in_words,
    missing_lanes,
    pause,
    progress_of,
    repeat_uncertain,
    resume,
    retry_failed,
)
from service.disk import DiskSpace, disk_at
from service.errors import NotFound
from service.languages import Phrase
from service.languages import gettext_lazy as _
from service.languages import ngettext_lazy as _n
from service.settings import Settings
from service.standalone.words import PARTS, Words, parts_in_words, terminal_language
from service.traces import follow

app = typer.Typer(help="Warnings under way: how far they are, and stopping them.", no_args_is_help=True)

_Id = Annotated[
    str, typer.Argument(metavar="ID", help="Its id, as much of the beginning as no other has, or its number in the logs.")
]
_As = Annotated[str, typer.Option("--as", help="The email of the account that does it.")]
_Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
_UNDER_WAY = frozenset({State.APPROVED, State.SENDING, State.PAUSED})
_PAGE = 100
_BY = _("{channels}, valid until {until:moment} in Vietnam; by {author}")
_BY_BOTH = _("{channels}, valid until {until:moment} in Vietnam; by {author}, approved by {approver}")
_CANCELLED = _("cancelled: {reason}")
_MANY, _NONE = _n("{count:n} message", "{count:n} messages"), _("no messages yet")
_DOUBT = _("In doubt: SMS are found in the carrier's list within minutes; of emails an approver decides (repeat-uncertain).")


@dataclass(frozen=True, slots=True)
class _Seen:
    """A broadcast, how far it is, and what there is to say of it."""

    view: BroadcastView
    progress: Progress
    notes: tuple[str, ...]

    def line(self) -> str:
        view = self.view
        began = on_screen(view.approved_at or view.created_at)
        return f"{view.public_id}  {view.state:<16}  {view.urgency:<9}  {view.unit:<16}  {began}  {view.title}"

    def in_words(self) -> str:
        """Says how many of its messages are where, the parts that are none left out, and the notes."""
        parts = {part: getattr(self.progress, part) for part in PARTS}
        if self.view.state == State.CANCELLED:  # what waits is on its way there
            parts["not_sent"] += parts.pop("waiting")
        language, many = terminal_language(), self.progress.total
        total = _MANY.in_(language, count=many) if many else _NONE.in_(language)
        counts = ", ".join(each.in_(language) for each in parts_in_words(parts))
        return "\n".join("  " + line for line in (f"{total}: {counts}" if counts else total, *self.notes))


@app.command("list")
def show_all(
    unit: Annotated[str | None, typer.Option(help="Only this unit's.")] = None,
    under_way: Annotated[bool, typer.Option("--under-way", help="Only what is approved and has not ended.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 20,
) -> None:
    """The newest first: id, state, urgency, unit, when it was approved (or drafted), title;
    and how many of its messages are where.
    """

    async def work(deployment: Deployment) -> list[_Seen]:
        await units_named(deployment, unit)  # refuses what is none
        found: list[_Seen] = []
        before = None
        async with deployment.engine.begin() as conn:
            while len(found) < limit and (page := await list_broadcasts(conn, before=before, limit=_PAGE)):
                before = page[-1].id
                wanted = [each for each in page if unit in (None, each.unit) and (each.state in _UNDER_WAY or not under_way)]
                found += [await _seen(conn, deployment, each) for each in wanted[: limit - len(found)]]
        return found

    found = on_deployment(work, existing=True)
    if not found:
        say(_("There is none."), err=True)
    for each in found:
        typer.echo(f"{each.line()}\n{each.in_words()}")
    if line := disk_line(disk_at(Settings.read().home)):
        typer.echo(line, err=True)


def disk_line(disk: DiskSpace) -> str | None:
    """Says to whoever looks at the warnings that a disk is nearly full; None where there is room."""
    return Words.of_terminal()("disk_low", left=disk.gigabytes, share=disk.share, place=disk.place) if disk.low else None


@app.command()
def show(public_id: _Id) -> None:
    """One broadcast: where its messages are, why it stands where it does, until when it is valid, and who approved it."""

    async def work(deployment: Deployment) -> tuple[_Seen, dict[int, str]]:
        async with deployment.engine.begin() as conn:
            view = await _named(conn, public_id)
            people = [each for each in (view.author_id, view.approved_by) if each is not None]
            return await _seen(conn, deployment, view), await account_names(conn, deployment.master, people)

    seen, names = on_deployment(work, existing=True)
    view = seen.view
    typer.echo(f"{seen.line()}\n{seen.in_words()}")
    author = names.get(view.author_id) or ACCOUNT.with_(id=view.author_id)
    approver = view.approved_by and (names.get(view.approved_by) or ACCOUNT.with_(id=view.approved_by))
    said = [
        (_BY_BOTH if approver else _BY).with_(channels=view.channels, until=view.expires_at, author=author, approver=approver)
    ]
    said += [_CANCELLED.with_(reason=view.cancel_reason)] if view.cancel_reason else []
    for line in said:
        typer.echo("  " + line.in_(terminal_language()))


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
    yes: _Yes = False,
) -> None:
    """Ends it for good. What has left cannot be called back; whoever looks it up is told that it no longer stands."""
    _move(
        public_id,
        email,
        lambda deployment, conn, actor, inner: cancel(
            conn, actor, broadcast_id=inner, reason=reason, master=deployment.master, now=deployment.now
        ),
        asks=None if yes else _("Cancel it for good?"),
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
    yes: _Yes = False,
) -> None:
    """Sends what is in doubt once more. Each may come twice; that is why a person says so, and why."""
    quiet = Settings.read().quiet_hours
    _move(
        public_id,
        email,
        lambda deployment, conn, actor, inner: repeat_uncertain(
            conn, actor, broadcast_id=inner, channel=channel, reason=reason, quiet=quiet, now=deployment.now
        ),
        asks=None if yes else _("Send them once more, though they may come twice?"),
    )


def _move(
    public_id: str,
    email: str,
    use_case: Callable[[Deployment, AsyncConnection, Actor, int], Awaitable[object]],
    *,
    asks: Phrase | None = None,
) -> None:
    """Does it as this person, and says how the broadcast then stands.
    `asks`: what is asked before, beside its title and its messages.

    Raises `NotFound("broadcast.unknown")`, and what the use case raises.
    """

    async def work(deployment: Deployment) -> _Seen:
        async with deployment.engine.begin() as conn:
            actor = await acting_as(conn, deployment, email)
            view = await _named(conn, public_id)
            await require_tree(conn, actor, view.unit_id, refused="broadcast.unknown")
            follow(view.id)
            before = await _seen(conn, deployment, view) if asks else None
        if before and asks:  # nothing is held while a person thinks
            typer.echo(f"{before.line()}\n{before.in_words()}", err=True)
            typer.confirm(asks.in_(terminal_language()), abort=True, err=True)
        async with deployment.engine.begin() as conn:
            await act_for(conn, view.unit_id)
            await use_case(deployment, conn, actor, view.id)
            return await _seen(conn, deployment, await find_broadcast(conn, view.id))

    seen = on_deployment(work, existing=True)
    typer.echo(f"{seen.line()}\n{seen.in_words()}")


async def _named(conn: AsyncConnection, given: str) -> BroadcastView:
    """The broadcast with this id, or with an id that begins so, or with this number.
    Raises `NotFound("broadcast.unknown")`, `Problem`.
    """
    given = given.strip().lower()
    found = await conn.execute(
        text(
            "SELECT id FROM broadcasts WHERE id::text = :given OR starts_with(public_id::text, :given)"
            " ORDER BY id::text <> :given LIMIT 2"
        ),
        {"given": given},
    )
    ids = [row.id for row in found]
    if not given or not ids:
        raise NotFound("broadcast.unknown")
    if len(ids) > 1 and str(ids[0]) != given:
        raise Problem(_("There are several whose id begins with {given}."), given=given)
    return await find_broadcast(conn, ids[0])


async def _seen(conn: AsyncConnection, deployment: Deployment, view: BroadcastView) -> _Seen:
    now, language = deployment.now, terminal_language()
    progress = await progress_of(conn, view.id, now=now)
    waits = waiting_of(view, Settings.read().quiet_hours, now)
    says = in_words(view.pause_reason, language)
    notes = [note_of(view, waits, language, carrier_says=says, not_sent=progress.not_sent)]
    if view.state in (State.PAUSED, State.CANCELLED) and progress.sending:
        notes.append(_("What is being called can no longer be called back; it ends within seconds.").in_(language))
    if view.state in (State.APPROVED, State.SENDING) and view.lane in await missing_lanes(conn, now=now):
        notes.append(_("No {lane} worker is running: nothing leaves until one does.").in_(language, lane=view.lane))
    if progress.uncertain:
        notes.append(_DOUBT.in_(language))
    return _Seen(view, progress, tuple(note for note in notes if note))
