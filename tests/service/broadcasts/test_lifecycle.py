"""The table of a broadcast's life."""

import pytest

from service.broadcasts.lifecycle import ENDED, TRANSITIONS, State, refusal_of_transition, sources
from service.errors import Conflict


def test_every_state_has_a_row_and_what_ended_is_not_sent_again_but_by_a_retry() -> None:
    assert set(TRANSITIONS) == set(State)
    assert {state: TRANSITIONS[state] for state in ENDED} == {State.COMPLETED: {State.SENDING}, State.CANCELLED: set()}


def test_approval_is_reached_from_nothing_but_a_pending_approval_or_a_pause() -> None:
    assert sources(State.APPROVED) == {State.PENDING_APPROVAL, State.PAUSED}


def test_nothing_approved_is_edited() -> None:
    assert sources(State.DRAFT) == {State.DRAFT, State.RETURNED, State.PENDING_APPROVAL}


@pytest.mark.parametrize("state", [State.DRAFT, State.APPROVED, State.SENDING, State.COMPLETED, State.CANCELLED])
def test_a_move_that_is_not_in_the_table_is_refused_with_the_state(state: State) -> None:
    refusal = refusal_of_transition(state, State.APPROVED)
    assert isinstance(refusal, Conflict)
    assert (refusal.code, refusal.values) == ("broadcast.not_allowed_in_state", {"state": (f"state.{state}",)})
