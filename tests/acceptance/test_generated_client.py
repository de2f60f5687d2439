"""An integrator with nothing but the OpenAPI document: a Python client made by a generator, and a warning sent with it."""

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.acceptance.system import System
from tests.factories.clients import make_python_client
from tests.factories.waiting import wait_for

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(200)]


class Client:
    """The generated package: its models, and its calls with one of the demo's keys."""

    def __init__(self, system: System, directory: Path) -> None:
        document = httpx.get(system.demo["api_url"].removesuffix("/v1") + "/openapi.json").raise_for_status().json()
        make_python_client(document, directory)
        self.server: str = document["servers"][0]["url"]
        self._keys = system.demo["api_keys"]
        sys.path.insert(0, str(directory))
        self.models: Any = import_module("loa_client.models")
        self.types: Any = import_module("loa_client.types")
        self._client: Any = import_module("loa_client.client")

    def call(self, name: str, *path: object, key: str = "clerk", **given: Any) -> Any:
        """What the call answers, in the client's own types."""
        where, _, operation = name.rpartition(".")
        client = self._client.AuthenticatedClient(base_url=self.server, token=self._keys[key], raise_on_unexpected_status=True)
        with client:
            return import_module(f"loa_client.api.{where}.{operation}").sync(*path, client=client, **given)

    def draft(self, **changes: Any) -> Any:
        m = self.models
        given = {
            "unit": "nbk-thcs",
            "kind": m.BroadcastInKind.SCAM_ALERT,
            "urgency": m.BroadcastInUrgency.URGENT,
            "title": "Tin may sinh",
            "texts": m.TextsIn(sms="Tin may sinh: KHÔNG chuyển. Gọi số trường đã lưu."),
            "channels": [m.BroadcastInChannelsItem.SMS],
            "expires_at": datetime.now(UTC) + timedelta(days=7),
        }
        return self.call("broadcasts.create_broadcast", body=m.BroadcastIn(**given | changes))


@pytest.fixture(scope="module")
def client(system: System, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    directory = tmp_path_factory.mktemp("client")
    yield Client(system, directory)
    sys.path.remove(str(directory))


def test_a_warning_goes_from_draft_to_approval(client: Client) -> None:
    drafted = client.draft()
    assert (drafted.state.value, drafted.texts.email, drafted.audience.classes) == ("draft", None, [])
    submitted = client.call("broadcasts.submit_broadcast", drafted.id)
    assert submitted.rendered.sms.text.startswith("SGDDTDNAI: ")
    read = client.call("broadcasts.read_broadcast", drafted.id, key="approver")
    approval = client.models.ApprovalIn(digest=read.digest)
    refused = client.call("broadcasts.approve_broadcast", drafted.id, body=client.models.ApprovalIn(digest="x"), key="approver")
    assert isinstance(refused, client.models.Problem)
    assert refused.code is client.models.ProblemCode.APPROVAL_DIGEST_CHANGED
    approved = client.call("broadcasts.approve_broadcast", drafted.id, body=approval, key="approver")
    assert approved.state.value in ("approved", "sending", "completed")

    document = client.call("look_up.look_up_number", approved.public_number)
    assert document.outcome.value == "found"
    assert "Tin may sinh" in (document.record.texts.sms.ascii_ or document.record.texts.sms.unicode)
    pasted = client.models.Question(text=submitted.rendered.sms.text.replace("{number}", approved.public_number))
    compared = client.call("look_up.look_up_text", body=pasted)
    assert (compared.comparison.verdict.value, compared.comparison.differences) == ("same", [])
    signed = client.call("look_up.read_record", UUID(approved.record_url.rpartition("/")[2]))
    keys = client.call("look_up.list_public_keys")
    assert len(signed.signatures) == 1
    assert {key.alg for key in keys.keys} == {"Ed25519"}
    listed = wait_for("planned", lambda: client.call("broadcasts.list_deliveries", drafted.id, limit=2).items, 60)
    assert listed[0].channel.value == "sms"


def test_a_refusal_is_read_as_one(client: Client) -> None:
    unknown = client.draft(unit="khong-co")
    assert isinstance(unknown, client.models.Problem)
    assert (unknown.status, unknown.code) == (404, client.models.ProblemCode.UNIT_UNKNOWN)
    misshapen = client.draft(channels=[])
    assert [(each.field, each.code.value) for each in misshapen.errors] == [("channels", "field.too_short")]


def test_a_list_is_taken_in_and_its_rows_come_back_as_a_workbook(client: Client) -> None:
    m = client.models
    data = "STT;Họ tên;Lớp;SĐT\n1;Bình;9Z9;0936000001\n2;An;9Z9;12345\n".encode()
    form = m.UploadImportUploadForm(file=client.types.File(io.BytesIO(data), "ds.csv", "text/csv"), unit="nbk-thcs")
    started = client.call("imports.upload_import", body=form)

    def checked() -> Any:
        report = client.call("imports.read_import", started.id)
        return report if report.state is m.ImportOutState.CHECKED else None

    report = wait_for("the list is read", checked, 60)
    assert (report.counts.rows, report.counts.phones, report.counts.to_fix) == (2, 1, 1)
    assert m.ListProblemCode.PHONE_TOO_SHORT in [each.code for each in report.problems]
    workbook = client.call("imports.take_rows_to_fix", started.id)
    assert workbook.payload.read(2) == b"PK"
    found = client.call("imports.compare_import", started.id)
    assert [each.added for each in found.by_class if each.class_ == "9Z9"] == [found.contacts.added] == [1]
    ready = client.call("readiness.read_readiness", "nbk-thcs")
    assert ready.verification_card.state is m.PartState.STANDING
    listed = client.call("units.list_units", key="officer")
    assert {each.level for each in listed.items} <= set(m.UnitLevel)
