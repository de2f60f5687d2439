"""What is counted before a broadcast is drafted is what is planned when it is sent,
and what a plain model says of the same people.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import text

from contact_registry.audiences import Audience
from contact_registry.sealing import MasterKey
from service.broadcasts import weigh_audience
from service.broadcasts.audiences.chosen import AudienceCount, stored_audience
from service.database import unit_transaction
from service.deliveries import plan
from service.errors import Invalid
from service.units import find_unit
from tests.conftest import Engines
from tests.factories.registries import Asked, Drawn, audiences, hash_of, registries, write_registry
from tests.factories.world import World, make_world

NOW = datetime.now(UTC)


@dataclass(frozen=True)
class System:
    engines: Engines
    world: World

    async def fill(self, drawn: Drawn, asked: Asked) -> None:
        async with self.engines.owner.begin() as conn:
            await conn.execute(text("TRUNCATE broadcasts, deliveries, delivery_chunks CASCADE"))
            await write_registry(conn, self.world, drawn)
            await conn.execute(
                text("UPDATE data_rules SET advisory_basis = :basis"),
                {"basis": "consent" if asked.by_consent else "official_duty"},
            )

    async def count(self, asked: Asked) -> AudienceCount:
        unit_id = self.world.units[asked.unit]
        async with unit_transaction(self.engines.web, unit_id) as conn:
            return await weigh_audience(
                conn,
                self.world.actor(asked.unit),
                unit=await find_unit(conn, asked.unit, NOW.date()),
                audience=audience_of(asked),
                channels=asked.channels,
                urgency=asked.urgency,
                now=NOW,
            )

    async def answer(self, asked: Asked) -> Any:
        """The count, or all that a refusal says."""
        try:
            return await self.count(asked)
        except Invalid as refused:
            return refused.code, refused.fields, refused.values

    async def plan(self, asked: Asked, count: int) -> list[Any]:
        """The deliveries of an approved broadcast of the audience."""
        values: dict[str, Any] = {
            "unit": self.world.units[asked.unit],
            "by": self.world.actor(asked.unit).account_id,
            "urgency": asked.urgency,
            "audience": orjson.dumps(stored_audience(audience_of(asked))).decode(),
            "channels": list(asked.channels),
            "count": count,
        }
        async with self.engines.owner.begin() as conn:
            made = await conn.execute(
                text(
                    "WITH its AS (UPDATE records SET unit_id = :unit RETURNING id)"
                    " INSERT INTO broadcasts"
                    " (unit_id, state, kind, urgency, title, texts, audience, channels, expires_at, author_id,"
                    "   audience_count, record_id)"
                    " SELECT :unit, 'approved', 'scam_alert', :urgency, 't', '{}', CAST(:audience AS jsonb), :channels,"
                    "   now() + interval '1 day', :by, :count, its.id FROM its RETURNING id"
                ),
                values,
            )
            broadcast = made.scalar_one()
        await plan(self.engines.worker, unit_id=values["unit"], broadcast_id=broadcast, now=NOW)
        async with self.engines.owner.connect() as conn:
            return list((await conn.execute(text("SELECT channel, address_hash, recipient_unit FROM deliveries"))).all())


def audience_of(asked: Asked) -> Audience:
    return Audience(asked.units, asked.grades, asked.classes, staff=asked.staff, parents=asked.parents)


@pytest.fixture
async def system(engines: Engines, master: MasterKey) -> System:
    made = System(engines, await make_world(engines.owner, master))
    async with engines.owner.begin() as conn:
        await conn.execute(
            text("INSERT INTO records VALUES (gen_random_uuid(), :unit, 'x', 'x', 1, now(), now())"),
            {"unit": made.world.units["sgddt-dongnai"]},
        )
    return made


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(registries(), audiences())
async def test_counted_is_planned_is_what_the_model_says(system: System, drawn: Drawn, asked: Asked) -> None:
    await system.fill(drawn, asked)
    reached, left_out = drawn.expected(asked)

    if unknown := drawn.unknown(asked):
        with pytest.raises(Invalid) as refused:
            await system.count(asked)
        assert refused.value.code in ("audience.class_unknown", "audience.grade_unknown")
        assert len(refused.value.fields) == len(unknown)
        return
    counted = await system.count(asked)
    least, most = drawn.people_reached(asked)
    assert least <= counted.people <= most
    assert counted.people == most or len(set(asked.units)) != 1 or asked.staff or asked.unit != "nbk-thcs"
    planned = await system.plan(asked, counted.recipients)

    by_channel = {
        channel: sum(each[0] == channel for each in reached) for channel in ("sms", "email") if channel in asked.channels
    }
    assert counted.by_channel == by_channel
    assert counted.recipients == len(planned) == len(reached)
    assert Counter((row.channel, bytes(row.address_hash)) for row in planned) == Counter((a[0], hash_of(a)) for a in reached)
    assert {reason.code: many for reason, many in counted.not_sent} == left_out


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(registries(), audiences())
async def test_who_has_a_number_elsewhere_changes_no_school_s_count(system: System, drawn: Drawn, asked: Asked) -> None:
    """A school's answers are the same whatever stands on the other's list, however it is suppressed or agreed to there."""
    ours = Asked(**{**vars(asked), "unit": "nbk-thcs", "units": ()})
    await system.fill(drawn, ours)
    with_others = await system.answer(ours)
    alone = Drawn(
        tuple(p for p in drawn.people if p.unit == "nbk-thcs"),
        drawn.alone,
        frozenset(each for each in drawn.suppressed if each[0] != "lqd-th"),
        frozenset(each for each in drawn.consented if each[0] == "nbk-thcs"),
    )
    await system.fill(alone, ours)
    assert await system.answer(ours) == with_others
