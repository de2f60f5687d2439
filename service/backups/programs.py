"""PostgreSQL's own programs, run with the owner's login. The password is in their environment, never among their arguments."""

import asyncio
import os
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import make_url

from service.errors import Unavailable


class ProgramFailed(Exception):
    """What the program said on its standard error."""


async def run(binaries: Path, name: str, url: str, *arguments: str) -> None:
    """Runs `pg_dump` or `pg_restore` on the database at `url`. Raises `ProgramFailed`, `Unavailable("backup.no_program")`."""
    address = conninfo_to_dict(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))
    password = address.pop("password", None)
    try:
        process = await asyncio.create_subprocess_exec(
            str(binaries / name),
            "--dbname=" + make_conninfo("", **address),
            *arguments,
            env={**os.environ, "PGAPPNAME": "loa backup", **({"PGPASSWORD": str(password)} if password else {})},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
    except FileNotFoundError:
        raise Unavailable("backup.no_program", program=name) from None
    try:
        _, said = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    if process.returncode:
        raise ProgramFailed(said.decode(errors="replace").strip())
