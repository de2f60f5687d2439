"""A gateway as it is in an incident: it takes what it is given, its answers are lost,
its list is minutes behind and its receipts late.
"""

from collections import Counter

import pytest

from tests.acceptance.faults.breaking import ask
from tests.acceptance.faults.holding import number_of
from tests.acceptance.faults.people import CLASSES, of_class
from tests.acceptance.faults.settled import progress_by, received, settled_exactly
from tests.acceptance.system import SOON_ABSENT, System
from tests.factories.waiting import wait_for

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(300)]

_LATE = 600_000  # ms, of list and receipts: until the test ends it
_SINCE = "SELECT extract(epoch FROM now() - min(called_at))::float8 FROM deliveries WHERE broadcast_id = %s AND channel = 'sms'"


def test_a_list_that_is_behind_and_receipts_that_are_late_send_nobody_twice(system: System) -> None:
    """For longer than it takes to prove absence, where the list can prove it.
    Another SMS of the account is as late in the list.
    """
    marker, of = "danh sach cham", CLASSES[-2]
    parents = of_class(of)["sms"]
    system.faults(channel="sms", lose_after_accept=1, list_lag_ms=_LATE, callbacks_after_ms=_LATE)
    broadcast = system.send(marker, channels=["sms"], classes=[of])
    wait_for("all are in doubt", lambda: progress_by(system, broadcast, "sms") == {"uncertain": len(parents)}, 20)
    number = number_of(system, broadcast)
    wait_for("some seconds have passed", lambda: ask(system, _SINCE, number)[0][0] > 6, 20)
    system.faults(channel="sms", list_lag_ms=_LATE)  # it answers again, and its list is as far behind as before
    system.another_sms()

    def long_enough() -> bool:
        twice = {to: n for to, n in Counter(message["to"] for message in received(system, marker)["sms"]).items() if n > 1}
        assert twice == {}, "sent again while the list is behind"
        return bool(ask(system, _SINCE, number)[0][0] > float(SOON_ABSENT) + 10)

    wait_for("what would have been proof", long_enough, 60)
    assert progress_by(system, broadcast, "sms") == {"uncertain": len(parents)}
    assert settled_exactly(system, broadcast, marker, {"sms": parents}) == {"accepted": len(parents)}
