"""How long what is kept: rules as data, runs that report what was deleted, when and by which rule, and notice a week ahead."""

from service.retention.queries import RetentionRun, Upcoming, list_runs, upcoming
from service.retention.rules import RULES, Rule
from service.retention.running import dry_run, run_unit, units_to_check

__all__ = ["RULES", "RetentionRun", "Rule", "Upcoming", "dry_run", "list_runs", "run_unit", "units_to_check", "upcoming"]
