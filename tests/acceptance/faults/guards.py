"""What each fault's test stands on: the guard in the product, and how it is taken out of a copy of the source.

A guard that cannot be found any more has moved: its place here moves with it.
"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Guard:
    """`test`: file and name in this directory. `what`: the guard. `cuts`: (files, what stands there, what then stands there)."""

    test: str
    what: str
    cuts: tuple[tuple[str, str, str], ...]

    def places(self, source: Path) -> list[tuple[Path, str, str]]:
        """Where the cuts go: (file, what stands there, what then stands there).
        Raises AssertionError for a cut that finds nothing.
        """
        found = [
            (file, was, becomes)
            for files, was, becomes in self.cuts
            for file in source.glob(files)
            if was in file.read_text("utf-8")
        ]
        assert {was for _, was, _ in found} == {was for _, was, _ in self.cuts}, f"{self.what}: has moved"
        return found

    def take_out(self, source: Path) -> None:
        for file, was, becomes in self.places(source):
            file.write_text(file.read_text("utf-8").replace(was, becomes), "utf-8")


_SQL = "service/schema/functions/*.sql"
_KILLED = "test_worker_killed.py::test_a_worker_killed_at_any_step_loses_nothing_and_repeats_nothing"
_BREAK = "test_carriers_break.py::test_carriers_that_break_lose_nothing_and_get_nothing_twice"
_RESET = "test_line_breaks.py::test_connections_reset_in_mid_word_lose_nothing_and_repeat_nothing"

_LEAVES_AT_ONCE = (
    ("workers/main.py", "_LAST_CALLS = 15.0", "_LAST_CALLS = 0.0"),
    ("workers/main.py", "await asyncio.gather(*arq.tasks.values(), return_exceptions=True)", "await asyncio.sleep(0)"),
)

GUARDS: dict[str, Guard] = {
    "intent": Guard(
        _KILLED,
        "what was being called when its worker died is in doubt, not waiting",
        ((_SQL, "SET state = 'uncertain', reason = 'worker.lost'", "SET state = 'waiting', reason = 'worker.lost'"),),
    ),
    "freed": Guard(
        _KILLED,
        "the sweeper frees what dead workers held",
        (("workers/rounds/sweeping.py", "freed = await free_lost_chunks(conn)", "freed = 0"),),
    ),
    "lease": Guard(
        "test_two_workers.py::test_two_workers_given_the_same_chunks_share_them",
        "a chunk is leased to one worker, and only what waits is called",
        (
            ("service/schema/functions/delivering.sql", "AND (c.holder IS NULL OR c.lease_until < now())", ""),
            (_SQL, "stands := coalesce(stands, false);", "stands := true;"),
            (_SQL, "THEN d.state = 'waiting'", "THEN true"),
        ),
    ),
    "asleep": Guard(
        "test_two_workers.py::test_a_worker_that_slept_past_its_lease_calls_nobody",
        "a call begins within seconds of its intent, or not at all",
        (("workers/delivering/sending.py", "if not intent.still(self.tools):", "if False:"),),
    ),
    "silence": Guard(
        "test_two_workers.py::test_a_worker_that_slept_past_its_lease_calls_nobody",
        "a sweeper of which nothing is heard loses its lock",
        (("workers/rounds/running.py", "HELD_IN_SILENCE = 10.0", "HELD_IN_SILENCE = 1000.0"),),
    ),
    "patience": Guard(
        "test_two_workers.py::test_a_worker_that_sleeps_half_way_holds_up_nobody[plan]",
        "a transaction of which nothing is heard is ended",
        (("workers/composing.py", "_SILENT_TRANSACTION = 15.0", "_SILENT_TRANSACTION = 0.0"),),
    ),
    "record": Guard(
        "test_servers_restarted.py::test_a_restarted_database_loses_nothing_and_repeats_nothing",
        "what came back while the database was away is recorded when it is there again",
        (("workers/kept/database.py", "_PATIENCE = 600.0", "_PATIENCE = 0.0"),),
    ),
    "sweep": Guard(
        "test_servers_restarted.py::test_a_wiped_queue_loses_nothing_and_leaves_nothing_in_doubt",
        "the sweeper finds in the database what nobody was told of",
        (("workers/rounds/sweeping.py", "work = await lost_work(conn)", "work = []"),),
    ),
    "queue lost": Guard(
        "test_servers_restarted.py::test_a_queue_that_is_away_for_half_a_minute_leaves_nothing_in_doubt",
        "a worker that lost the queue waits for what is in flight",
        _LEAVES_AT_ONCE,
    ),
    "unknown": Guard(
        _BREAK,
        "what a carrier never answered is in doubt, not tried again",
        (
            (
                "workers/delivering/handing_over.py",
                'return Result(number, attempt, "uncertain", reason=reason)',
                'return Result(number, attempt, "waiting", reason=reason)',
            ),
        ),
    ),
    "listing": Guard(
        _BREAK,
        "SMS in doubt are looked for in the carrier's list",
        (("workers/rounds/reconciling.py", "chunks = await doubtful_chunks(conn, now=tools.clock())", "chunks = []"),),
    ),
    "behind": Guard(
        "test_list_behind.py::test_a_list_that_is_behind_and_receipts_that_are_late_send_nobody_twice",
        "a list proves nothing that does not show what came later",
        (("workers/rounds/reconciling.py", "if until is None or until < case.caught_up:", "if False:"),),
    ),
    "too fast": Guard(
        _BREAK,
        "too many requests is a refusal that is tried again",
        (
            (
                "service/carriers/twilio.py",
                'return Refused(f"{NAME}.{code or 20429}", "temporary")',
                'return Refused(f"{NAME}.{code or 20429}", "number")',
            ),
        ),
    ),
    "disconnected": Guard(
        f"{_RESET}[answers]",
        "a connection that broke behind a request leaves it in doubt",
        (("workers/channels/http_calls.py", 'Unknown("disconnected")', 'Refused("disconnected", "temporary")'),),
    ),
    "data": Guard(
        f"{_RESET}[answers]",
        "a connection that broke behind DATA leaves the email in doubt",
        (
            (
                "workers/channels/smtp_session.py",
                'return Unknown("timeout" if isinstance(error, TimeoutError) else "disconnected")',
                'return Refused("disconnected", "temporary")',
            ),
        ),
    ),
    "relay": Guard(
        "test_line_breaks.py::test_a_relay_that_is_started_again_costs_a_retry",
        "a relay that cannot be reached has taken nothing, and is asked again",
        (("workers/channels/smtp_opening.py", 'return Refused("connect", "temporary")', 'return Refused("connect", "number")'),),
    ),
    "rank": Guard(
        "test_receipts.py::test_a_carrier_that_says_failed_and_delivered_in_any_order_has_delivered",
        "the furthest word of a batch of receipts stands",
        (("service/deliveries/answers/receipts.py", "w.rank DESC", "w.rank"),),
    ),
    "signature": Guard(
        "test_receipts.py::test_forged_receipts_are_refused_and_change_nothing",
        "a receipt is signed with the account's token",
        (("service/api/open/webhooks.py", "check_signature(", "(lambda *_: None)("),),
    ),
    "gate": Guard(
        "test_people_stop.py::test_pausing_and_resuming_twenty_times_loses_nothing_and_repeats_nothing",
        "nothing is marked behind a stop",
        ((_SQL, "b.state = 'sending' AND b.expires_at > clock_timestamp()", "b.expires_at > clock_timestamp()"),),
    ),
    "drop": Guard(
        "test_people_stop.py::test_cancelling_at_half_leaves_the_rest_unsent_and_counts_what_left",
        "what waits in a cancelled warning is ended",
        (("workers/rounds/sweeping.py", "if await drop_waiting(conn, _CHUNKS_DROPPED) == 0:", "if True:"),),
    ),
    "last calls": Guard(
        "test_processes_leave.py::test_a_worker_asked_to_leave_in_the_middle_lets_what_is_in_flight_come_home",
        "a worker that is asked to leave waits for what is in flight",
        _LEAVES_AT_ONCE,
    ),
}
