"""docs/watching: the dashboard and the alerts name only metrics there are, with labels they have."""

import json
import re
from typing import Any

import pytest
import yaml

from service.api.open.metrics import of_this_machine, shown
from service.deliveries import Figure
from service.meters import Meters
from service.settings import Settings
from tests.architecture.sources import ROOT
from workers.exposing import provider_gauges

DOCS = ROOT / "docs" / "watching"
_SUFFIXES = {
    "counter": ("_total",),
    "histogram": ("_bucket", "_count", "_sum"),
    "summary": ("_count", "_sum"),
    "info": ("_info",),
}
_OF_PROMETHEUS = {"up": {"job", "instance"}}


def exposed() -> dict[str, set[str]]:
    """Every series there may be, and its labels."""
    meters = Meters("test")
    found = dict(_OF_PROMETHEUS)
    for collector in list(meters.registry._collector_to_names):
        labels = set(getattr(collector, "_labelnames", ()))
        for family in collector.collect():
            for suffix in _SUFFIXES.get(family.type, ("",)):
                own = labels | ({"le"} if suffix == "_bucket" else set())
                found[family.name + suffix] = own | {label for each in family.samples for label in each.labels}
    told = shown([Figure("broadcasts", "urgent", "sending", 1.0)], {"urgent": 1})
    for family in (*told, *of_this_machine(Settings()), *provider_gauges()):
        found[family.name + "".join(_SUFFIXES.get(family.type, ("",)))] = set(getattr(family, "_labelnames", ()))
    return found


def alerts() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load((DOCS / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    return list(group["rules"])


def panels() -> list[dict[str, Any]]:
    return list(json.loads((DOCS / "dashboard.json").read_text(encoding="utf-8"))["panels"])


EXPRESSIONS = [each["expr"] for each in alerts()] + [target["expr"] for each in panels() for target in each["targets"]]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_metric_named_exists_with_the_labels_named(expression: str) -> None:
    known = exposed()
    found = re.findall(r"\b((?:loa|process)_[a-z_]+|up)\b(?:\{([^}]*)\})?", re.sub(r"\(process\)", "()", expression))
    assert found
    assert {name for name, _ in found} - known.keys() == set()
    for name, matchers in found:
        assert set(re.findall(r"(\w+)\s*[=!]", matchers)) - known[name] - {"job"} == set(), name
    grouped = {label.strip() for by in re.findall(r"\bby \(([^)]*)\)", expression) for label in by.split(",")}
    assert grouped - {label for name, _ in found for label in known[name]} == set()


def windows(expression: str) -> set[tuple[str, str, str]]:
    """Each function of a counter's past: its name, the counter, how long."""
    return set(re.findall(r"\b(rate|increase)\(([a-z_]+)(?:\{[^}]*\})?\[(\w+)\]", expression))


def test_an_alert_that_waits_for_nothing_rings_where_there_never_was_anything() -> None:
    """The sum of no series is no nought: without `or vector(0)` it rings only once something has happened and stopped."""
    sums = [each["expr"] for each in alerts() if re.search(r"(?:rate|increase)\([^)]*\)\)[^<>]*== 0", each["expr"])]
    assert len(sums) == 2
    assert [each for each in sums if not re.search(r"\[\w+\]\)\) or vector\(0\)\) == 0", each)] == []


def test_an_alert_rings_on_the_first_case_of_a_series_that_is_born_with_it() -> None:
    counted = [
        (each["expr"], window) for each in alerts() for window in windows(each["expr"]) if f"increase({window[1]}" in each["expr"]
    ]
    assert len(counted) > 4
    missing = [
        (name, window)
        for expression, (_, name, window) in counted
        if not re.search(rf"unless {name} offset {window}\b", expression)
        and f"sum(increase({name}[{window}])) or vector(0)" not in expression
    ]
    assert missing == []


def test_alerts_say_how_much_they_matter_and_what_it_is() -> None:
    assert len({each["alert"] for each in alerts()}) == len(alerts()) > 10
    for each in alerts():
        assert each["labels"]["severity"] in {"page", "ticket"}
        assert each["annotations"]["summary"]


def test_the_prometheus_example_scrapes_what_there_is() -> None:
    told = yaml.safe_load((DOCS / "prometheus.yml").read_text(encoding="utf-8"))
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    assert told["rule_files"] == ["alerts.yml"]
    for job in told["scrape_configs"]:
        for where in job["dns_sd_configs"]:
            for name in where["names"]:
                environment = compose[name]["environment"]
                assert str(where["port"]) == environment["LOA_WEB_PORT" if name == "web" else "LOA_METRICS_PORT"]


def test_panels_do_not_cover_each_other_and_fill_the_width() -> None:
    taken = [(panel["gridPos"]["x"] + dx, panel["gridPos"]["y"]) for panel in panels() for dx in range(panel["gridPos"]["w"])]
    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) == 23
