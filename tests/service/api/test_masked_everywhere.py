"""One's own school, every call, every role: no answer holds a number, an email or a whole name but those that are meant to."""

import asyncio

from service.accounts import PERMISSIONS
from tests.factories.web import Site
from tests.service.api.test_two_schools import THEIRS, Theirs, requests, theirs

__all__ = ["theirs"]

NUMBER, EMAIL, NAME = "987654321", "riengbiet@example.com", "Riêng Biệt"
# One person in full, for a reason and on record.
IN_FULL = {("POST", "/contacts/{contact_id}/reveal")}
# Rows of a list that is not applied yet, by the pupil's name; and the note of a look, which says what its writer wrote.
BY_NAME = {*IN_FULL, ("GET", "/imports/{import_id}/rows"), ("GET", "/contact-looks")}
# The first never ends; the other puts the number on the school's card, which is public.
LEFT_OUT = {("GET", "/broadcasts/{broadcast_id}/events"), ("PUT", "/units/{code}/verification-card")}


async def _shown(site: Site, their: Theirs, unit: str) -> dict[str, set[tuple[str, str]]]:
    """Which calls show what in clear, made by everybody of a unit, reading before writing."""
    shown: dict[str, set[tuple[str, str]]] = {NUMBER: set(), EMAIL: set(), NAME: set()}
    for call, asked in sorted(requests(their).items(), key=lambda each: each[0][0] != "GET" and each[0] not in IN_FULL):
        for path, options in asked if call not in LEFT_OUT else ():
            for role in PERMISSIONS:
                answer = await asyncio.wait_for(site.call(call[0], path, unit=unit, role=role, **options), 10)
                for mark, calls in shown.items():
                    if mark in answer.text:
                        calls.add(call)
    return shown


async def test_the_school_itself_sees_its_people_masked(site: Site, theirs: Theirs) -> None:
    shown = await _shown(site, theirs, THEIRS)

    assert shown[NUMBER] == IN_FULL
    assert shown[EMAIL] == IN_FULL
    assert shown[NAME] == BY_NAME


async def test_the_department_sees_nobody_in_full(site: Site, theirs: Theirs) -> None:
    shown = await _shown(site, theirs, "sgddt-dongnai")

    assert shown[NUMBER] == shown[EMAIL] == set()
    assert shown[NAME] <= {("GET", "/contact-looks")}
