"""Every call says who may make it, or is on the list of those that anybody may."""

from collections.abc import Iterator
from inspect import isasyncgenfunction, iscoroutinefunction

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from service.api.edge.context import caller
from tests.factories.description import unconnected_app

OPEN = {
    ("GET", "/"),
    ("HEAD", "/"),
    ("POST", "/"),
    ("GET", "/api/docs"),
    ("GET", "/api/v1/lookups/{number:anything}"),
    ("POST", "/api/v1/lookups"),
    ("GET", "/api/v1/records/{record_id}"),
    ("GET", "/.well-known/jwks.json"),
    ("GET", "/.well-known/loa-directory.json"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),  # asks for a token of its own
    ("HEAD", "/healthz"),
    ("HEAD", "/readyz"),
    ("POST", "/api/v1/invitations/redeem"),  # the invitation is the proof
    ("GET", "/thoi-nhan/{token}"),
    ("HEAD", "/thoi-nhan/{token}"),
    ("POST", "/thoi-nhan/{token}"),  # the email is the proof
    ("POST", "/webhooks/twilio/status/{token}"),  # proves itself by its signature
    ("GET", "/webhooks/gateways/{name}"),  # these by the token of an attempt, which none but the gateway was told
    ("POST", "/webhooks/gateways/{name}"),
    ("GET", "/webhooks/gateways/{name}/{token}"),
    ("POST", "/webhooks/gateways/{name}/{token}"),
}


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return unconnected_app()


def routes(of: FastAPI) -> list[tuple[str, str, Dependant]]:
    found = []
    for route in iter_route_contexts(of.routes):
        if isinstance(route.original_route, APIRoute):
            found += [(method, str(route.path), route.dependant) for method in sorted(route.methods or ())]
        else:
            assert route.path in ("/static", "/api/openapi.json")
    return found


def calls(dependant: Dependant) -> Iterator[object]:
    yield dependant.call
    for inner in dependant.dependencies:
        yield from calls(inner)


def test_every_route_declares_who_may_call(app: FastAPI) -> None:
    found = routes(app)
    assert len(found) > 20
    undeclared = {(method, path) for method, path, dependant in found if caller not in set(calls(dependant))}
    assert undeclared == OPEN


def test_every_write_takes_an_idempotency_key(app: FastAPI) -> None:
    def takes_key(dependant: Dependant) -> bool:
        own = any(each.alias == "Idempotency-Key" for each in dependant.header_params)
        return own or any(takes_key(inner) for inner in dependant.dependencies)

    without = {
        (method, path)
        for method, path, dependant in routes(app)
        if method in ("POST", "PATCH", "PUT", "DELETE") and (method, path) not in OPEN and not takes_key(dependant)
    }
    assert without == {
        ("POST", "/api/v1/previews"),  # these four change nothing
        ("POST", "/api/v1/audiences/count"),
        ("POST", "/api/v1/audiences/left-out"),
        ("POST", "/api/v1/contacts/search"),
        ("POST", "/api/v1/contacts/{contact_id}/reveal"),  # a person in full is kept in no answer; looking twice is two looks
    }


def test_nothing_is_handed_to_a_thread_at_every_call(app: FastAPI) -> None:
    """FastAPI runs a plain function in a thread, which costs more than most of ours do."""
    asked = {call for _, _, dependant in routes(app) for call in calls(dependant)}
    assert {call for call in asked if not _waits(call)} == set()


def _waits(call: object) -> bool:
    return isasyncgenfunction(call) or iscoroutinefunction(call) or iscoroutinefunction(vars(type(call)).get("__call__"))
