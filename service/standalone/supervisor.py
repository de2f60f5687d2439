"""Keeps programs running: one that dies is started again, at once the first time, then ever more slowly.

A program that cannot even start (it keeps dying young before it was ever seen well) ends the run with the last lines of its log,
rather than restarting for ever behind a silent screen. One that was well and then keeps dying is told of, once until it is well
again. Every death and every start stands in `logs/run.log`.
"""

import asyncio
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from service.standalone.diary import Diary
from service.standalone.home import Home
from service.standalone.obstacles import Obstacle
from service.standalone.programs import Program, start, stop

_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 10.0
_LONG_LIFE = 20.0  # who lived this long starts afresh
_YOUNG_DEATHS = 4
_NOT_STARTED = (OSError, subprocess.SubprocessError, psutil.Error)  # no memory, no room, no such program


class ProgramFailed(Obstacle):
    """A program that cannot start: its name, where its log lies, and the log's end."""

    def __init__(self, name: str, log: Path) -> None:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:] if log.exists() else []
        super().__init__("program_failed", name=name, log=log, lines="\n".join(lines))


@dataclass(slots=True)
class _Kept:
    program: Program
    task: asyncio.Task[None]
    process: asyncio.subprocess.Process | None = None
    settled: bool = False


class Supervisor:
    """Holds the children of one run. Leave `failed` being awaited: it ends when a program cannot be kept running."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._diary = Diary(home)
        self.keeps_dying: Callable[[str, Path], None] | None = None
        """Called with the name and the log of a program that was well and now dies young again and again."""
        self._kept: dict[str, _Kept] = {}
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def keep(self, program: Program) -> None:
        """Starts a program and keeps it running until `stop`."""
        kept = _Kept(program, asyncio.create_task(asyncio.sleep(0)))
        self._kept[program.name] = kept
        kept.task = asyncio.create_task(self._keep(kept), name=f"keep-{program.name}")

    def settled(self, name: str) -> None:
        """Notes that the program was seen well: from here on it is restarted for as long as it takes."""
        if name in self._kept:  # not one that was attached to
            self._kept[name].settled = True

    def pid(self, name: str) -> int | None:
        """Returns the process id of a child while it runs; None for what is not ours."""
        kept = self._kept.get(name)
        return kept.process.pid if kept and kept.process and kept.process.returncode is None else None

    async def stop(self, *names: str, grace: float = 20.0) -> None:
        """Stops these programs together (all, if none is named) and returns when they are gone."""
        chosen = [self._kept.pop(name) for name in names or tuple(self._kept) if name in self._kept]
        for kept in chosen:
            kept.task.cancel()
        # a start that is under way is let through by the shield in _keep, so that no child is lost
        await asyncio.gather(*(kept.task for kept in chosen), return_exceptions=True)
        await asyncio.gather(*(stop(kept.process, kept.program, self._home.run, grace=grace) for kept in chosen if kept.process))

    def kill(self) -> None:
        """Ends every child at once: for a person who asks a second time."""
        for kept in self._kept.values():
            if kept.process and kept.process.returncode is None:
                with suppress(ProcessLookupError):
                    kept.process.kill()

    async def _keep(self, kept: _Kept) -> None:
        program, log = kept.program, self._home.logs / f"{kept.program.name}.log"
        pause, young_deaths = _FIRST_PAUSE, 0
        while True:
            born = time.monotonic()
            status = await self._lived(kept, log)
            lived = time.monotonic() - born
            young_deaths = 0 if lived > _LONG_LIFE else young_deaths + 1
            if young_deaths >= _YOUNG_DEATHS and not kept.settled and not self.failed.done():
                self._diary.died(program.name, status, lived=lived, pause=None)
                self.failed.set_exception(ProgramFailed(program.name, log))
                return
            if young_deaths == _YOUNG_DEATHS and self.keeps_dying:
                self.keeps_dying(program.name, log)
            pause = _FIRST_PAUSE if lived > _LONG_LIFE else min(pause * 2, _LONGEST_PAUSE)
            self._diary.died(program.name, status, lived=lived, pause=pause)
            await asyncio.sleep(pause)

    async def _lived(self, kept: _Kept, log: Path) -> int | str:
        """Starts the program once and waits for its end. Returns its status,
        or why it could not even be started: that may pass.
        """
        try:
            with log.open("ab") as out:
                starting = asyncio.create_task(start(kept.program, out, self._home.run))
                try:
                    kept.process = await asyncio.shield(starting)
                except asyncio.CancelledError:
                    with suppress(*_NOT_STARTED):
                        kept.process = await starting
                    raise
        except _NOT_STARTED as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            with suppress(OSError), log.open("a", encoding="utf-8") as words:
                words.write(f"{why}\n")
            return why
        self._diary.started(kept.program.name, kept.process.pid)
        return await kept.process.wait()
