"""Deliveries: an approved broadcast's messages, one by one, from planning to the last receipt. Nothing lost, nothing twice."""

from service.deliveries.attempt_tokens import Attempt, AttemptTokens
from service.deliveries.callbacks import Receipt, ReceiptIntake, check_signature
from service.deliveries.planning import AudienceMoved, plan
from service.deliveries.progress import Progress, progress_of
from service.deliveries.queries import DeliveryView, list_deliveries
from service.deliveries.receipts import apply_receipts, units_with_receipts

__all__ = [
    "Attempt",
    "AttemptTokens",
    "AudienceMoved",
    "DeliveryView",
    "Progress",
    "Receipt",
    "ReceiptIntake",
    "apply_receipts",
    "check_signature",
    "list_deliveries",
    "plan",
    "progress_of",
    "units_with_receipts",
]
