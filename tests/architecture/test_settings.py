"""docs/settings.md describes every setting there is, and none that is not."""

import re

from service.settings import Settings
from tests.architecture.sources import ROOT


def test_the_page_and_the_settings_are_equal() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    described = re.findall(r"^\| `(LOA_[A-Z_]+)` \|", page, flags=re.MULTILINE)
    assert sorted(described) == sorted(f"LOA_{name.upper()}" for name in Settings.model_fields)
