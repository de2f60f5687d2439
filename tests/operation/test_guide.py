"""The operator's guide names what there is: events of the log, metrics, settings."""

import re

from service.settings import Settings
from tests.architecture.sources import modules, strings
from tests.operation.composed import ROOT

GUIDE = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
NIGHT = GUIDE.split("## At night")[1].split("\n## ")[0]


def test_what_rings_at_night_is_logged_or_measured_somewhere() -> None:
    said = {text for _, path in modules() for _, text in strings(path)}
    rings = {
        name for row in NIGHT.splitlines() if row.startswith("| ") for name in re.findall(r"`([a-z_.]+)`", row.split("|")[1])
    }
    rings = {name for name in rings if "." in name or name.startswith("loa_")}
    assert len(rings) > 8
    assert {name for name in rings if name not in said and name.removesuffix("_total") not in said} == set()


def test_every_setting_it_names_exists() -> None:
    named = {name for name in re.findall(r"LOA_[A-Z0-9_]+[A-Z0-9]", GUIDE) if not re.search(r"_2$", name)}
    assert named - {f"LOA_{name.upper()}" for name in Settings.model_fields} - {"LOA_DATABASE_URL"} == set()
