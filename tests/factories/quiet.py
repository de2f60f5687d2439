"""Quiet hours for tests, which run at any hour."""

from datetime import datetime, timedelta

from service.clock import LOCAL, QuietHours


def quiet_now() -> QuietHours:
    """Quiet hours that hold now, whenever that is."""
    now = datetime.now(LOCAL)
    return QuietHours(
        (now - timedelta(hours=1)).time().replace(microsecond=0), (now + timedelta(hours=1)).time().replace(microsecond=0)
    )
