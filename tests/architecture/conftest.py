"""What architecture tests share: the language whose every sentence stands in brackets."""

from collections.abc import Iterator

import pytest

from service.languages import Language
from tests.factories.languages import pseudo_language


@pytest.fixture(scope="module")
def pseudo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Language]:
    with pseudo_language(tmp_path_factory.mktemp("languages")) as language:
        yield language
