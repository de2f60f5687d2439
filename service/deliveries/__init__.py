"""Deliveries: an approved broadcast's messages, one by one, from planning to the last receipt. Nothing lost, nothing twice."""

from service.deliveries.actions import BroadcastAction, actions_of
from service.deliveries.answers.attempt_tokens import Attempt, AttemptTokens
from service.deliveries.answers.callbacks import Receipt, ReceiptIntake, check_signature
from service.deliveries.answers.reasons import in_words
from service.deliveries.answers.receipts import BATCH, Applied, apply_batch, units_with_receipts
from service.deliveries.control.repeating import RepeatReason, repeat_uncertain, retry_failed
from service.deliveries.control.resuming import reopen, resume
from service.deliveries.control.stopping import cancel, pause, pause_by_system
from service.deliveries.fallback import fall_back
from service.deliveries.figures.carriers import ACCOUNT_SINCE, NOTE_TROUBLE, carriers_rest
from service.deliveries.figures.counts import Figure, Reached, measure_broadcasts, missing_lanes, system_figures
from service.deliveries.figures.estimate import Estimate, estimate_before, estimate_of
from service.deliveries.figures.listing import DeliveryView, list_deliveries
from service.deliveries.figures.not_reached import NotReached, NotReachedRow, take_not_reached
from service.deliveries.figures.progress import Progress, progress_of
from service.deliveries.figures.received import ReceivedBroadcast, list_received
from service.deliveries.lifecycle import Shown
from service.deliveries.planning import AudienceMoved, plan
from service.deliveries.rounds.stalls import look_out_for_stalls, mark_stalls

__all__ = [
    "ACCOUNT_SINCE",
    "BATCH",
    "NOTE_TROUBLE",
    "Applied",
    "Attempt",
    "AttemptTokens",
    "AudienceMoved",
    "BroadcastAction",
    "DeliveryView",
    "Estimate",
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
    "actions_of",
    "apply_batch",
    "cancel",
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
    "pause",
    "pause_by_system",
    "plan",
    "progress_of",
    "reopen",
    "repeat_uncertain",
    "resume",
    "retry_failed",
    "system_figures",
    "take_not_reached",
    "units_with_receipts",
]
