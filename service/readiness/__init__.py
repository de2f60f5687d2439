"""What the department's letter asks of a unit before it may hold a list or send."""

from service.readiness.cards import STATEMENTS, Card, approve_card, standing_card
from service.readiness.coverage import Covered, coverage
from service.readiness.filing import file_data_rule
from service.readiness.leads import accept_lead, is_named, name_lead
from service.readiness.parts import Part, PartState, Readiness
from service.readiness.queries import readiness_of, sends_by_consent
from service.readiness.reports import PartReport, Report, readiness_report
from service.readiness.takedowns import (
    Statement,
    Takedown,
    latest_statement,
    list_takedowns,
    mark_removed,
    open_takedowns,
    record_takedown,
    state_takedowns,
)

__all__ = [
    "STATEMENTS",
    "Card",
    "Covered",
    "Part",
    "PartReport",
    "PartState",
    "Readiness",
    "Report",
    "Statement",
    "Takedown",
    "accept_lead",
    "approve_card",
    "coverage",
    "file_data_rule",
    "is_named",
    "latest_statement",
    "list_takedowns",
    "mark_removed",
    "name_lead",
    "open_takedowns",
    "readiness_of",
    "readiness_report",
    "record_takedown",
    "sends_by_consent",
    "standing_card",
    "state_takedowns",
]
