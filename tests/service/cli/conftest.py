import pytest

from contact_registry import MasterKey


@pytest.fixture(scope="session")
def master_text() -> str:
    """A master key as the environment holds it."""
    return MasterKey.generate()
