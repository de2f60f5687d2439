"""The queue at its beginning: a Valkey that takes the connection and stands still keeps nobody waiting."""

import socket
from pathlib import Path

import pytest

from service.outbox import Queue


async def test_a_valkey_that_stands_still_is_one_that_is_away(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "v"))
        listening.listen()
        with pytest.raises(OSError):
            await Queue.connect(f"unix://{tmp_path / 'v'}", patience=0.2)
