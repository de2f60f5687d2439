"""Every command that can be put into the outbox has its job, and no job waits for a command that does not exist."""

from service.outbox.commands import COMMANDS
from workers.jobs import JOBS


def test_commands_and_jobs_are_the_same_names() -> None:
    assert set(JOBS) == set(COMMANDS)
