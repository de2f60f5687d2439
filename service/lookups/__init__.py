"""Look-ups: the parent's question. Number and text in, outcome out. Reads signed records, by a login that sees nothing else."""

from service.lookups.answers import Answer, Outcome, RecordView
from service.lookups.lookups import Lookups

__all__ = ["Answer", "Lookups", "Outcome", "RecordView"]
