"""Every command that can be put into the outbox has its job, no job waits for a command that does not
exist, and every loop is run.
"""

import inspect

from service.outbox.commands import COMMANDS
from workers.jobs import JOBS
from workers.rounds import loops


def test_commands_and_jobs_are_the_same_names() -> None:
    assert set(JOBS) == set(COMMANDS)


def test_a_worker_runs_every_loop_there_is() -> None:
    there = {
        each
        for name, each in inspect.getmembers(loops, inspect.iscoroutinefunction)
        if each.__module__ == loops.__name__ and not name.startswith("_")
    }
    assert there == {*loops.LOOPS, loops.beat}
