from collections.abc import Iterator

import pytest

from tests.conftest import Postgres, Urls


@pytest.fixture
def empty(postgres: Postgres) -> Iterator[Urls]:
    """A database without a schema, to restore into."""
    postgres.run("CREATE DATABASE t_restored OWNER loa_owner")
    yield Urls(*(postgres.url(f"loa_{login}", "t_restored") for login in ("owner", "web", "worker", "lookup")))
    postgres.run("DROP DATABASE t_restored WITH (FORCE)")
