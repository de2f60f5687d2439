"""A published record, as approval leaves it: reserved, signed, stored. And a block of deliveries that leads to it."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from contact_registry.sealing import MasterKey
from service.database import unit_transaction
from service.keyring import deployment_key, make_signing_key, signing_key
from service.records import reserve_numbers, store_record
from service.signing.lookup_numbers import LookupNumbers
from service.signing.records import Approval, Issuer, Record, sign
from tests.conftest import Engines
from tests.factories.world import make_world

NOW = datetime(2026, 9, 7, tzinfo=UTC)
SMS = "SGDDTDNAI: Kẻ mạo danh báo con cấp cứu để đòi tiền. KHÔNG chuyển.\nSố tra cứu: {number}"


@dataclass(frozen=True)
class Press:
    """Publishes records for one school."""

    engines: Engines
    master: MasterKey
    unit: int
    numbers: LookupNumbers

    async def publish(self, **changes: object) -> Record:
        async with unit_transaction(self.engines.web, self.unit) as conn:
            record_id = uuid4()
            serial = await reserve_numbers(conn, 1, record_id, "public")
            record = Record(
                id=record_id,
                kind="scam_alert",
                urgency="urgent",
                issuer=Issuer("nbk-thcs", "Trường THCS Nguyễn Bỉnh Khiêm"),
                public_number=self.numbers.written(serial),
                texts={
                    "sms": {"unicode": SMS},
                    "email": {
                        "subject": "Cảnh báo",
                        "text": "Kẻ mạo danh.\nSố tra cứu: {number}",
                        "html": (
                            "<html><head><title>x</title></head><body><p>Kẻ <b>mạo</b> danh.</p><p>Số tra "
                            "cứu:&nbsp;{number}</p></body></html>"
                        ),
                    },
                },
                layout_version="1",
                created_at=NOW,
                not_before=NOW,
                expires_at=NOW + timedelta(days=14),
                approvals=(Approval("approver", 3, NOW, "d" * 64),),
                rules_version="1",
            )
            record = replace(record, **changes)  # type: ignore[arg-type]
            key = await signing_key(conn, self.master, purpose="record", now=NOW)
            jws = sign(record, key.kid, key.private)
            await store_record(conn, unit_id=self.unit, jws=jws, record=record, public_serial=serial)
            return record

    async def deliver(self, record_id: UUID, how_many: int) -> list[str]:
        """Look-up numbers of deliveries reserved for a record."""
        async with unit_transaction(self.engines.worker, self.unit) as conn:
            first = await reserve_numbers(conn, how_many, record_id, "deliveries")
        return [self.numbers.written(first + n) for n in range(how_many)]


async def make_press(engines: Engines, master: MasterKey) -> Press:
    world = await make_world(engines.owner, master)
    async with engines.owner.begin() as conn:
        await make_signing_key(conn, master, world.units["sgddt-dongnai"], purpose="record", now=NOW - timedelta(days=1))
        numbers = LookupNumbers(await deployment_key(conn, master, "lookup_number"))
    return Press(engines, master, world.units["nbk-thcs"], numbers)
