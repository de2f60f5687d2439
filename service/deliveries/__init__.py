"""Deliveries: an approved broadcast's messages, one by one, from planning to the last receipt. Nothing lost, nothing twice."""

from service.deliveries.attempt_tokens import Attempt, AttemptTokens
from service.deliveries.callbacks import Receipt, ReceiptIntake, check_signature
from service.deliveries.carriers import ACCOUNT_SINCE, NOTE_TROUBLE, carriers_rest
from service.deliveries.estimate import Estimate, estimate_before, estimate_of
from service.deliveries.failures import Again, FailureRules
from service.deliveries.fallback import fall_back
from service.deliveries.figures import Figure, Reached, measure_broadcasts, missing_lanes, system_figures
from service.deliveries.lifecycle import Shown
from service.deliveries.not_reached import NotReached, NotReachedRow, take_not_reached
from service.deliveries.planning import AudienceMoved, plan
from service.deliveries.progress import Progress, progress_of
from service.deliveries.queries import DeliveryView, list_deliveries
from service.deliveries.reasons import in_words
from service.deliveries.receipts import BATCH, Applied, apply_batch, units_with_receipts
from service.deliveries.received import ReceivedBroadcast, list_received
from service.deliveries.repeating import RepeatReason, repeat_uncertain, retry_failed
from service.deliveries.stalls import look_out_for_stalls, mark_stalls

__all__ = [
    "ACCOUNT_SINCE",
    "BATCH",
    "NOTE_TROUBLE",
    "Again",
    "Applied",
    "Attempt",
    "AttemptTokens",
    "AudienceMoved",
    "DeliveryView",
    "Estimate",
    "FailureRules",
    "Figure",
    "NotReached",
    "NotReachedRow",
    "Progress",
    "Reached",
    "Receipt",
    "ReceiptIntake",
    "ReceivedBroadcast",
    "RepeatReason",
    "Shown",
    "apply_batch",
    "carriers_rest",
    "check_signature",
    "estimate_before",
    "estimate_of",
    "fall_back",
    "in_words",
    "list_deliveries",
    "list_received",
    "look_out_for_stalls",
    "mark_stalls",
    "measure_broadcasts",
    "missing_lanes",
    "plan",
    "progress_of",
    "repeat_uncertain",
    "retry_failed",
    "system_figures",
    "take_not_reached",
    "units_with_receipts",
]
