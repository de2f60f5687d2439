"""What a proxy says of a client is believed of our own proxies only."""

import pytest
from httpx import ASGITransport, AsyncClient
from starlette.types import Receive, Scope, Send

from service.api.edge.proxies import TrustedProxies
from service.settings import RefusedSetting, Settings
from tests.conftest import Engines, Urls
from tests.factories.served import calling, head, served
from tests.factories.web import Site, running_site

PROXIES = Settings(trusted_proxies="10.0.0.1, 192.168.0.0/16,fd00::/8", _env_file=None).proxies
FORGED = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http", "X-Forwarded-Host": "gia-mao.example"}


async def seen(peer: str, headers: dict[str, str]) -> tuple[str, str, str, set[str]]:
    """Client, scheme, host and the forwarded headers left, as the application behind sees them."""
    scopes: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scopes.append(scope)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    transport = ASGITransport(app=TrustedProxies(app, networks=PROXIES), client=(peer, 4711))
    async with AsyncClient(transport=transport, base_url="https://loa.example") as client:
        await client.get("/", headers=headers)
    names = dict(scopes[0]["headers"])
    left = {name.decode() for name in names if name.startswith((b"x-forwarded", b"forwarded", b"x-real"))}
    return scopes[0]["client"][0], scopes[0]["scheme"], names[b"host"].decode(), left


async def test_a_stranger_is_not_believed_and_leaves_no_header_for_others_to_believe() -> None:
    assert await seen("203.0.113.5", FORGED | {"Forwarded": "for=1.2.3.4", "X-Real-IP": "1.2.3.4"}) == (
        "203.0.113.5",
        "https",
        "loa.example",
        set(),
    )


@pytest.mark.parametrize("peer", ["10.0.0.1", "192.168.7.7", "fd00::1", "::ffff:10.0.0.1"])
async def test_a_proxy_of_ours_is_believed(peer: str) -> None:
    headers = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http", "X-Forwarded-Host": "canhbao.example:8443"}
    assert await seen(peer, headers) == ("203.0.113.9", "http", "canhbao.example:8443", set())


@pytest.mark.parametrize(
    ("chain", "client"),
    [
        ("1.2.3.4, 203.0.113.9", "203.0.113.9"),  # the client wrote the first itself
        ("10.0.0.1, 203.0.113.9, 192.168.0.2", "203.0.113.9"),
        ("203.0.113.9:5000", "203.0.113.9"),
        ("[2001:db8::1]:5000", "2001:db8::1"),
        ("192.168.0.2", "192.168.0.2"),
        ("203.0.113.9, <script>, 192.168.0.2", "192.168.0.2"),
        ("", "10.0.0.1"),
    ],
)
async def test_the_chain_is_read_from_its_end(chain: str, client: str) -> None:
    assert (await seen("10.0.0.1", {"X-Forwarded-For": chain}))[0] == client


@pytest.mark.parametrize("host", ["a b", "x/../y", "evil.example\\", "", "a@b"])
async def test_a_host_that_is_none_changes_nothing(host: str) -> None:
    assert (await seen("10.0.0.1", {"X-Forwarded-Host": host, "X-Forwarded-Proto": "javascript"}))[1:3] == (
        "https",
        "loa.example",
    )


@pytest.mark.parametrize("value", ["*", "10.0.0.1/8", "proxy.example", "10.0.0.1;10.0.0.2"])
def test_a_setting_that_would_believe_strangers_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOA_TRUSTED_PROXIES", value)
    with pytest.raises(RefusedSetting, match="LOA_TRUSTED_PROXIES"):
        Settings.read()


@pytest.mark.parametrize(("peer", "status"), [("203.0.113.5", 404), ("10.0.0.1", 200)])
async def test_the_application_itself_obeys_the_setting(
    peer: str, status: int, urls: Urls, engines: Engines, valkey_url: str, master_text: str
) -> None:
    """Figures are for the machine itself: whom else a proxy of ours names as the caller is believed, a stranger is not."""
    async with running_site(urls, engines, valkey_url, master_text, trusted_proxies="10.0.0.1", public_url="") as site:
        transport = ASGITransport(app=site.app, client=(peer, 4711))
        async with AsyncClient(transport=transport, base_url="https://loa.example") as client:
            assert (await client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"})).status_code == status


async def test_a_proxy_that_hands_on_the_question_whether_to_send_is_read_to_the_end(site: Site) -> None:
    """Its caller has been told to send by the proxy itself; cut off, they would never see the answer."""
    megabytes = 5 * 1024 * 1024
    async with served(site.app) as port, calling(port) as caller:
        asked = head(
            "POST", "/api/v1/imports", Content_Length=str(megabytes), Expect="100-continue", X_Forwarded_For="203.0.113.9"
        )
        for _ in range(2):
            await caller.send(asked + b"x" * megabytes)
            assert (await caller.answer()).status == 100
            answer = await caller.answer()
            assert (answer.status, answer.headers.get("connection")) == (401, None)
