"""Who is asking, and by which address, when proxies stand in between (`LOA_TRUSTED_PROXIES`).

Every proxy adds the address it was called from to the end of `X-Forwarded-For`. So the list is read from its end, only as long as
what speaks is a proxy of ours; whatever a client wrote at the beginning is never reached. From anybody else these headers are
taken away.
"""

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from starlette.types import ASGIApp, Receive, Scope, Send

PASSED_ON = "loa.passed_on"
"""In a request's scope: something says that it passed the request on for somebody, whether it is believed or not."""
_FORWARDED = frozenset(
    {b"forwarded", b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"x-forwarded-port", b"x-real-ip"}
)
_HOST = re.compile(r"(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")
_WITH_PORT = re.compile(r"\[([^\]]+)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+")


class TrustedProxies:
    """Sets a request's client, scheme and host to what a trusted proxy says of them."""

    def __init__(self, app: ASGIApp, *, networks: Sequence[IPv4Network | IPv6Network]) -> None:
        self._app = app
        self._networks = networks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(self._as_asked(scope) if scope["type"] == "http" else scope, receive, send)

    def _as_asked(self, scope: Scope) -> Scope:
        said: dict[bytes, list[str]] = {}
        kept = []
        for name, value in scope["headers"]:
            if name in _FORWARDED:
                said.setdefault(name, []).extend(part.strip() for part in value.decode("latin-1").split(","))
            else:
                kept.append((name, value))
        if not said:
            return scope
        scope = {**scope, "headers": kept, PASSED_ON: True}
        client = scope.get("client")
        if client is None or not self._trusted(client[0]):
            return scope
        scope["client"] = (self._client(client[0], said.get(b"x-forwarded-for", [])), 0)
        scheme, host = (said.get(name, [""])[-1] for name in (b"x-forwarded-proto", b"x-forwarded-host"))
        if scheme in ("http", "https"):
            scope["scheme"] = scheme
        if _HOST.fullmatch(host):
            scope["headers"] = [*(pair for pair in kept if pair[0] != b"host"), (b"host", host.encode())]
        return scope

    def _client(self, peer: str, chain: Sequence[str]) -> str:
        """The last in the chain that is no proxy of ours, however long the chain claims to be."""
        client = peer
        for said in reversed(chain):
            address = _address(said)
            if address is None:
                return client  # unreadable: whoever passed it on is the last one known
            client = str(address)
            if not self._trusted(client):
                return client
        return client

    def _trusted(self, written: str) -> bool:
        address = _address(written)
        return address is not None and any(address in network for network in self._networks)


def _address(written: str) -> IPv4Address | IPv6Address | None:
    if ported := _WITH_PORT.fullmatch(written):
        written = ported[1] or ported[2]
    try:
        address = ip_address(written)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
