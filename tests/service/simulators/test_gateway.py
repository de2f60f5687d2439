"""The gateway speaks Twilio: what it takes, refuses, lists and calls back."""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import parse_qsl

import pytest
from fastapi import FastAPI, Request, Response
from twilio.request_validator import RequestValidator

from service.simulators.outbox import Outbox, Sms
from service.simulators.twilio_wire import segments, signature
from tests.factories.ports import free_port
from tests.factories.waiting import until
from tests.service.simulators.running import ACCOUNT, TOKEN, Simulators, running

MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages"
FORM = {"To": "+84912345678", "From": "SGDDTDNAI", "Body": "SGDDTDNAI: Đừng chuyển tiền"}


@dataclass
class Receiver:
    """A web server that keeps the callbacks it gets."""

    url: str
    calls: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    arrived: "asyncio.Queue[None]" = field(default_factory=asyncio.Queue)
    answers: list[int] = field(default_factory=list)

    async def wait_for(self, how_many: int) -> list[str]:
        async with asyncio.timeout(5):
            while len(self.calls) < how_many:
                await self.arrived.get()
        return [parameters["MessageStatus"] for _, __, parameters in self.calls]


@asynccontextmanager
async def _receiver() -> AsyncIterator[Receiver]:
    port = free_port()
    receiver = Receiver(f"http://127.0.0.1:{port}/webhooks/twilio/status/a-token%2Fwith~signs?x=%20y")

    async def take(request: Request) -> Response:
        parameters = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        raw = request.scope["raw_path"].decode() + "?" + request.scope["query_string"].decode()
        receiver.calls.append((f"http://127.0.0.1:{port}{raw}", request.headers["x-twilio-signature"], parameters))
        receiver.arrived.put_nowait(None)
        return Response(status_code=receiver.answers.pop(0) if receiver.answers else 204)

    app = FastAPI()
    app.router.add_route("/{path:path}", take, methods=["POST"])
    async with running(app, port):
        yield receiver


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with _receiver() as made:
        yield made


async def create(simulators: Simulators, **changed: str) -> dict[str, str]:
    answer = await simulators.http.post(f"{MESSAGES}.json", data=FORM | changed)
    assert answer.status_code == 201
    return answer.json()  # type: ignore[no-any-return]


async def _status(simulators: Simulators, made: dict[str, str], *wanted: str) -> bool:
    return (await simulators.http.get(f"{MESSAGES}/{made['sid']}.json")).json()["status"] in wanted


async def test_a_message_is_created_fetched_and_listed(simulators: Simulators) -> None:
    made = await create(simulators)

    assert (made["status"], made["num_segments"], made["to"]) == ("queued", "1", FORM["To"])
    fetched = (await simulators.http.get(f"{MESSAGES}/{made['sid']}.json")).json()
    assert fetched["body"] == FORM["Body"]
    listed = (await simulators.http.get(f"{MESSAGES}.json", params={"To": FORM["To"]})).json()
    assert [m["sid"] for m in listed["messages"]] == [made["sid"]]


async def test_the_same_message_twice_is_two_messages(simulators: Simulators) -> None:
    assert (await create(simulators))["sid"] != (await create(simulators))["sid"]
    assert len(await simulators.messages()) == 2


async def test_lists_come_in_pages_newest_first(simulators: Simulators) -> None:
    made = [(await create(simulators, Body=f"Tin {n}"))["sid"] for n in range(5)]
    await create(simulators, To="+84912345679")

    first = (await simulators.http.get(f"{MESSAGES}.json", params={"To": FORM["To"], "PageSize": 2})).json()
    second = (await simulators.http.get(first["next_page_uri"])).json()
    last = (await simulators.http.get(second["next_page_uri"])).json()

    sids = [m["sid"] for page in (first, second, last) for m in page["messages"]]
    assert sids == made[::-1]
    assert last["next_page_uri"] is None


async def test_a_list_may_start_at_a_moment(simulators: Simulators) -> None:
    made = await create(simulators)
    await until("it is sent: a queued message has no date", partial(_status, simulators, made, "sent", "delivered"))
    now = datetime.now(UTC)

    for since, found in ((now - timedelta(minutes=1), 1), (now + timedelta(minutes=1), 0)):
        listed = await simulators.http.get(f"{MESSAGES}.json", params={"DateSent>": since.strftime("%Y-%m-%dT%H:%M:%SZ")})
        assert len(listed.json()["messages"]) == found


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"To": ""}, 21604),
        ({"To": "0912345678"}, 21211),
        ({"To": "+842513822222"}, 21614),
        ({"From": ""}, 21603),
        ({"Body": ""}, 21602),
        ({"Body": "a" * 1601}, 21617),
    ],
)
async def test_a_bad_request_gets_twilios_code(simulators: Simulators, changed: dict[str, str], code: int) -> None:
    answer = await simulators.http.post(f"{MESSAGES}.json", data=FORM | changed)

    assert answer.status_code == 400
    assert answer.json()["code"] == code
    assert answer.json()["more_info"] == f"https://www.twilio.com/docs/errors/{code}"
    assert await simulators.messages() == []


@pytest.mark.parametrize("auth", [("AC1", "x"), (ACCOUNT, "wrong"), ("", "")])
async def test_without_the_token_nobody_sends_or_reads(simulators: Simulators, auth: tuple[str, str]) -> None:
    for answer in (
        await simulators.http.post(f"{MESSAGES}.json", data=FORM, auth=auth),
        await simulators.http.get(f"{MESSAGES}.json", auth=auth),
        await simulators.http.get(f"{MESSAGES}/SM1.json", auth=auth),
    ):
        assert (answer.status_code, answer.json()["code"]) == (401, 20003)


async def test_callbacks_tell_of_sent_then_delivered_and_are_signed(simulators: Simulators, receiver: Receiver) -> None:
    made = await create(simulators, StatusCallback=receiver.url)

    assert await receiver.wait_for(2) == ["sent", "delivered"]
    for url, given, parameters in receiver.calls:
        assert url == receiver.url
        assert parameters["MessageSid"] == made["sid"]
        signed = receiver.url + "".join(k + parameters[k] for k in sorted(parameters))
        assert given == base64.b64encode(hmac.new(TOKEN.encode(), signed.encode(), hashlib.sha1).digest()).decode()
    assert "RawDlrDoneDate" in receiver.calls[1][2]
    assert (await simulators.http.get(f"{MESSAGES}/{made['sid']}.json")).json()["status"] == "delivered"


async def test_a_callback_that_is_refused_is_made_again_only_if_its_address_asks_for_it(
    simulators: Simulators, receiver: Receiver
) -> None:
    receiver.answers = [503, 502]
    await create(simulators, StatusCallback=receiver.url)
    assert await receiver.wait_for(2) == ["sent", "delivered"]
    receiver.calls.clear()
    receiver.answers = [503, 502, 403]
    await create(simulators, StatusCallback=receiver.url + "#rc=5&rp=all")
    assert set(await receiver.wait_for(5)) == {"delivered", "sent"}
    assert {url for url, *_ in receiver.calls} == {receiver.url}, "the fragment is no part of the request"
    assert all(RequestValidator(TOKEN).validate(url, said, signed) for url, signed, said in receiver.calls)


async def test_a_delivery_error_comes_later_by_callback(simulators: Simulators, receiver: Receiver) -> None:
    await simulators.fault("sms", twilio_code=30005)
    await create(simulators, StatusCallback=receiver.url)

    assert await receiver.wait_for(2) == ["sent", "undelivered"]
    assert receiver.calls[1][2]["ErrorCode"] == "30005"


async def test_callbacks_may_come_twice_out_of_order_or_never(simulators: Simulators, receiver: Receiver) -> None:
    await simulators.fault("sms", drop_callbacks=1)
    dropped = await create(simulators, StatusCallback=receiver.url)
    await until("it is delivered", partial(_status, simulators, dropped, "delivered"))
    await simulators.fault("sms", reorder_callbacks=1, duplicate_callbacks=1)
    await create(simulators, StatusCallback=receiver.url)

    assert await receiver.wait_for(4) == ["delivered", "delivered", "sent", "sent"]
    assert dropped["sid"] not in {parameters["MessageSid"] for _, __, parameters in receiver.calls}


async def test_a_message_that_hangs_is_kept_and_called_back(simulators: Simulators, receiver: Receiver) -> None:
    await simulators.fault("sms", hang_after_accept=True)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(create(simulators, StatusCallback=receiver.url), 0.2)

    assert len(await simulators.messages()) == 1
    assert await receiver.wait_for(2) == ["sent", "delivered"]


async def test_error_rate_is_a_share_and_stores_nothing_of_what_it_hits(simulators: Simulators) -> None:
    await simulators.fault("sms", error_rate=0.5)
    answers = [await simulators.http.post(f"{MESSAGES}.json", data=FORM) for _ in range(60)]

    taken = sum(answer.status_code == 201 for answer in answers)
    assert 10 < taken < 50
    assert {answer.status_code for answer in answers} == {201, 500}
    assert len(await simulators.messages()) == taken


async def test_the_line_has_a_pace(simulators: Simulators, receiver: Receiver) -> None:
    await simulators.fault("sms", segments_per_second=10)
    loop = asyncio.get_running_loop()
    started = loop.time()
    for _ in range(5):
        await create(simulators, StatusCallback=receiver.url)

    await receiver.wait_for(10)
    assert loop.time() - started > 0.5


async def test_faults_are_refused_when_misspelt_and_end_when_told(simulators: Simulators) -> None:
    assert (await simulators.http.post("/faults", json={"channel": "sms", "latencyms": 1})).status_code == 422
    assert (await simulators.http.post("/faults", json={"channel": "pigeon"})).status_code == 422
    await simulators.fault("sms", http_status=503)
    assert (await simulators.http.post(f"{MESSAGES}.json", data=FORM)).status_code == 503

    await simulators.http.delete("/faults")
    await create(simulators)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ạ" * 70, 1),
        ("ạ" * 71, 2),
        ("ạ" * 134, 2),
        ("ạ" * 135, 3),
    ],
)
def test_segments_are_counted_as_on_the_air(text: str, expected: int) -> None:
    assert segments(text) == expected


def test_the_signature_is_the_one_in_twilios_manual() -> None:
    """The example of https://www.twilio.com/docs/usage/security."""
    parameters = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675310",
        "Digits": "1234",
        "From": "+14158675310",
        "To": "+18005551212",
    }

    assert signature("12345", "https://example.com/myapp.php?foo=1&bar=2", parameters) == "L/OH5YylLD5NRKLltdqwSvS0BnU="


def test_the_oldest_messages_go_when_there_are_too_many() -> None:
    outbox = Outbox(keep=2)
    for n in range(3):
        outbox.add_sms(Sms(f"SM{n}", "+84912345678", "X", "t", 1, datetime.now(UTC), ""))

    assert outbox.sms("SM0") is None
    assert [sms.sid for sms in outbox.sms_to("+84912345678")] == ["SM2", "SM1"]
