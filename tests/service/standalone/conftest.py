import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.standalone.home import Home


@pytest.fixture
def home() -> Iterator[Home]:
    """A home of the test's own, short enough for sockets and passable for PostgreSQL's user.
    Its name means something in a URL.
    """
    parent = Path(tempfile.mkdtemp(prefix="loa-s-", dir="/tmp"))
    parent.chmod(0o755)
    yield Home.at(parent / "h +%41")
    shutil.rmtree(parent)
