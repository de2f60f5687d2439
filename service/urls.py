"""What an address of the database or of the queue may be, and how the database's is handed to its driver: one reading for
engines, pools and checks. What cannot be used is refused at the start with a sentence that never repeats the address: it holds a
password.
"""

from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg.conninfo import make_conninfo
from redis.asyncio.connection import parse_url
from sqlalchemy import URL, make_url
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import ArgumentError

from service.languages import gettext_noop

_DRIVER = "postgresql+psycopg"
_DATABASE_SPELLINGS = frozenset({_DRIVER, "postgresql", "postgres"})
_DATABASE_FORM = gettext_noop(
    "write it as postgresql+psycopg://LOGIN:PASSWORD@HOST/DATABASE; "
    "in a password escape what means something in an address (%40 for @, %2F for /)"
)
_NO_DATABASE = gettext_noop("it names no database: postgresql+psycopg://LOGIN:PASSWORD@HOST/DATABASE")
_SEVERAL = gettext_noop("it names several servers: add target_session_attrs=read-write, else a standby may be asked")
_VALKEY_SCHEMES = ("redis://", "rediss://", "unix://")
_VALKEY_FORM = gettext_noop(
    "write it as redis://USER:PASSWORD@HOST:6379, rediss:// with TLS, or unix:///path;"
    " in a password escape what means something in an address (%40 for @, %2F for /)"
)
_VALKEY_OURS = frozenset({"decode_responses", "encoding", "encoding_errors", "protocol"})


def driver_arguments(url: str | URL) -> dict[str, Any]:
    """Returns what psycopg takes for `url`, as SQLAlchemy reads it: also `?host=a:1&host=b:2` and `options`.

    In parts: written as one, a space in a socket's path becomes a plus that libpq takes for one.
    """
    _, arguments = PGDialect_psycopg().create_connect_args(make_url(url))  # type: ignore[no-untyped-call]
    return dict(arguments)


def database_url(written: str) -> str:
    """Rewrites `written` with the one driver Loa has. Raises `ValueError` for what no login could be made with.

    Several servers need `target_session_attrs=read-write` (or `primary`): a standby answers with what was true, and writes
    nothing.
    """
    try:
        url = make_url(written.strip())
        if url.drivername not in _DATABASE_SPELLINGS:
            raise ValueError(_DATABASE_FORM)
        arguments = driver_arguments(url)
        make_conninfo(**arguments)
    except psycopg.ProgrammingError as unknown:  # its words name the option, never a value
        raise ValueError(f"libpq says of it: {str(unknown).strip()}") from None
    except (ArgumentError, ValueError):
        raise ValueError(_DATABASE_FORM) from None
    if not url.database:
        raise ValueError(_NO_DATABASE)
    several = len(str(arguments.get("host", "")).split(",")) > 1
    if several and arguments.get("target_session_attrs") not in ("read-write", "primary"):
        raise ValueError(_SEVERAL)
    return written.strip() if url.drivername == _DRIVER else url.set(drivername=_DRIVER).render_as_string(hide_password=False)


def valkey_url(written: str) -> str:
    """Takes the blanks around `written` away. Raises `ValueError` for what redis-py cannot read, or what would change how we
    read it.
    """
    url = written.strip()
    if not url.startswith(_VALKEY_SCHEMES):
        raise ValueError(_VALKEY_FORM)
    try:
        read = parse_url(url)
    except ValueError:
        raise ValueError(_VALKEY_FORM) from None
    number = "" if url.startswith("unix:") else urlsplit(url).path.strip("/")  # redis-py reads any other as the first database
    if not (read.get("host") or read.get("path")) or not (number == "" or number.isdecimal()):
        raise ValueError(_VALKEY_FORM)
    if ours := sorted(_VALKEY_OURS & read.keys()):
        raise ValueError(f"{', '.join(ours)} cannot be set in it")
    return url
