"""The table of moves, in code and in the database."""

from itertools import product
from typing import get_args

import pytest
from sqlalchemy.exc import IntegrityError

from service.deliveries.lifecycle import MOVES, Shown, State
from tests.factories.approved import Approved


async def test_the_database_has_the_same_moves(planned: Approved) -> None:
    rows = await planned.rows("SELECT unnest(delivery_moves()) AS move")
    assert {tuple(row.move.split(">")) for row in rows} == MOVES


async def test_every_other_move_is_refused_whoever_asks(planned: Approved) -> None:
    counts = ", ".join(f"{state} = 10" for state in get_args(State))  # room for every move: this is not about the counts
    for was, becomes in product(get_args(State), repeat=2):
        await planned.run("ALTER TABLE deliveries DISABLE TRIGGER USER")
        await planned.run("UPDATE deliveries SET state = :was", was=was)
        await planned.run(f"UPDATE delivery_chunks SET {counts}")
        await planned.run("ALTER TABLE deliveries ENABLE TRIGGER USER")
        move = planned.run("UPDATE deliveries SET state = :becomes", becomes=becomes)
        if was == becomes or (was, becomes) in MOVES:
            await move
        else:
            with pytest.raises(IntegrityError, match="not allowed"):
                await move


async def test_the_chunks_counts_follow_every_move(planned: Approved) -> None:
    await planned.run("UPDATE deliveries SET state = 'calling'")
    await planned.run("UPDATE deliveries SET state = 'accepted' WHERE channel = 'sms'")
    await planned.run("UPDATE deliveries SET state = 'uncertain' WHERE channel = 'email' AND number % 2 = 0")

    (counts,) = await planned.rows(
        "SELECT sum(waiting) AS waiting, sum(calling) AS calling, sum(accepted) AS accepted, sum(uncertain) AS uncertain"
        " FROM delivery_chunks"
    )
    states = await planned.states()
    assert states["accepted"] == 3
    assert (counts.waiting, counts.calling, counts.accepted, counts.uncertain) == (0, 1, 3, 1)


def test_every_state_is_shown_and_only_one_of_them_by_another_name() -> None:
    assert {"sending" if state == "calling" else state for state in get_args(State)} == set(get_args(Shown))
