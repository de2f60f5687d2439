"""Who carries: the providers of a channel in order of preference, each behind a circuit that opens when it fails."""

from workers.carriers.accounts import EMAIL_TIMEOUT, SMS_TIMEOUT, email_route, rates, sms_route
from workers.carriers.circuits import Circuit
from workers.carriers.routes import NOT_SET_UP, Calls, Provider, Route, Turn

__all__ = [
    "EMAIL_TIMEOUT",
    "NOT_SET_UP",
    "SMS_TIMEOUT",
    "Calls",
    "Circuit",
    "Provider",
    "Route",
    "Turn",
    "email_route",
    "rates",
    "sms_route",
]
