"""Whether somebody may be written to: consents and suppressions, by keyed hash."""

from contact_registry.consents.consents import Basis, Consent, Proof, consented, give_consent, withdraw_consent
from contact_registry.consents.suppressions import Reason as SuppressionReason
from contact_registry.consents.suppressions import Suppressed, lift_suppression, list_suppressions, suppress

__all__ = [
    "Basis",
    "Consent",
    "Proof",
    "Suppressed",
    "SuppressionReason",
    "consented",
    "give_consent",
    "lift_suppression",
    "list_suppressions",
    "suppress",
    "withdraw_consent",
]
