"""The outside world on one's own desk: a Twilio-compatible gateway and an SMTP inbox, with an outbox to look at.

Nothing of it knows Loa's insides: it is reached over HTTP and SMTP only, by the same clients that reach the real carriers.
"""

from service.simulators.app import create_simulators, run_simulators

__all__ = ["create_simulators", "run_simulators"]
