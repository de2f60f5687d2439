"""Addresses of database and queue: one reading for everybody, and what cannot be used is refused with a
sentence that repeats none of it.
"""

import pytest
from redis.asyncio.connection import parse_url

from service.settings import RefusedSetting, Settings
from service.urls import database_url, driver_arguments, valkey_url

_FORM = "write it as postgresql"


@pytest.mark.parametrize(
    ("written", "given"),
    [
        ("postgresql+psycopg://u:p%40%2F@h:5433/loa", {"user": "u", "password": "p@/", "host": "h", "port": 5433}),
        (" postgres://u@h/loa\n", {"user": "u", "host": "h"}),
        ("postgresql://u@/loa?host=/a%20b%2B", {"user": "u", "host": "/a b+"}),
        (
            "postgresql+psycopg://u@/loa?host=a:1&host=b:2&target_session_attrs=read-write",
            {"user": "u", "host": "a,b", "port": "1,2", "target_session_attrs": "read-write"},
        ),
        ("postgresql://u@a,b/loa?target_session_attrs=primary", {"user": "u", "host": "a,b", "target_session_attrs": "primary"}),
        (
            "postgresql://u@h/loa?options=-c%20statement_timeout%3D5s",
            {"user": "u", "host": "h", "options": "-c statement_timeout=5s"},
        ),
    ],
)
def test_every_spelling_of_a_database_gives_the_driver_the_same_parts(written: str, given: dict[str, object]) -> None:
    assert driver_arguments(database_url(written)) == given | {"dbname": "loa"}
    assert database_url(written).startswith("postgresql+psycopg://")


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("postgresql+asyncpg://u:secret@h/loa", _FORM),
        ("mysql://u:secret@h/loa", _FORM),
        ("secret", _FORM),
        ("postgresql://u:secret@h:port/loa", _FORM),
        ("postgresql://u:secret@h", "names no database"),
        ("postgresql://u:secret@h/loa?sllmode=require", 'invalid connection option "sllmode"'),
        ("postgresql://u:secret@/loa?host=a:1&host=b:2", "target_session_attrs=read-write"),
        ("postgresql://u:secret@/loa?host=a,b&target_session_attrs=any", "target_session_attrs=read-write"),
    ],
)
def test_a_database_that_no_login_could_be_made_with_is_refused_in_words(
    monkeypatch: pytest.MonkeyPatch, written: str, says: str
) -> None:
    monkeypatch.setenv("LOA_DATABASE_URL_LOOKUP", written)
    with pytest.raises(RefusedSetting) as refused:
        Settings.read()
    assert str(refused.value).startswith("LOA_DATABASE_URL_LOOKUP: ")
    assert says in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("written", "given"),
    [
        ("redis://loa:s3%3Ac%2Fr%40t@h:1/2", {"username": "loa", "password": "s3:c/r@t", "host": "h", "port": 1, "db": 2}),
        (" unix:///a%20b \n", {"path": "/a b"}),
        ("rediss://h?ssl_ca_certs=/x.pem", {"host": "h", "ssl_ca_certs": "/x.pem"}),
    ],
)
def test_a_queue_is_read_with_what_was_escaped(written: str, given: dict[str, object]) -> None:
    read = dict(parse_url(valkey_url(written)))
    read.pop("connection_class", None)
    assert read == given


@pytest.mark.parametrize(
    "written",
    [
        *("h:6379", "valkey://:secret@h", "http://h", "redis://", "redis://:secret@h:port", "redis://h/secret", "unix://"),
        *("redis://:secret/x@h:1", "redis://:secret#x@h", "redis://:secret@h?decode_responses=true"),
    ],
)
def test_a_queue_that_cannot_be_read_is_refused_in_words(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv("LOA_VALKEY_URL", written)
    with pytest.raises(RefusedSetting) as refused:
        Settings.read()
    assert str(refused.value).startswith("LOA_VALKEY_URL: ")
    assert "secret" not in str(refused.value)


def test_quiet_hours_that_are_none_are_told_how_to_write_them(monkeypatch: pytest.MonkeyPatch) -> None:
    for written in ("21-6", "at night", "21:00", "21:00-06:30-07:00", "25:00-06:00"):
        monkeypatch.setenv("LOA_QUIET_HOURS", written)
        with pytest.raises(RefusedSetting, match=r'^LOA_QUIET_HOURS: write it like 21:00-06:30, or "none"\. See'):
            Settings.read()
