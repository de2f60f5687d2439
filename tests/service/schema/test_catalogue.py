"""What the schema holds and who may do what with it, held against what was reviewed."""

import psycopg

from tests.conftest import Urls
from tests.vectors.make_schema_catalogue import CATALOGUE, catalogue


def test_the_schema_is_the_one_that_was_reviewed(urls: Urls) -> None:
    """`make schema-catalogue` writes it anew: then its difference is there to be read."""
    with psycopg.connect(urls.owner.replace("+psycopg", "")) as conn:
        stands, reviewed = catalogue(conn).splitlines(), CATALOGUE.read_text(encoding="utf-8").splitlines()
    assert stands == reviewed, "make schema-catalogue, then read the difference"
