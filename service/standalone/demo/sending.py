"""Lists in, and one warning out: drafted by the clerk, approved by the principal, followed until every message has its end."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from service.broadcasts.texts.ready_texts import ready_text
from service.clock import LOCAL, on_screen
from service.standalone.demo.api import Api, Refused
from service.standalone.obstacles import Obstacle

_SAMPLES = Path(__file__).parents[1] / "samples"
_LISTS = {"nbk-thcs": "thcs-nguyen-binh-khiem.xlsx", "lqd-th": "th-le-quy-don.csv"}
_UNIT, _SHORT_NAME = "nbk-thcs", "THCS Nguyễn Bỉnh Khiêm"
_RECEIPTS_SECONDS = 10.0


class SampleWaits(Obstacle):
    """Quiet hours are set and it is night: nothing is wrong, and nothing of the sample leaves before they end."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A finished send: the broadcast as the API shows it, how many stand where by channel, and how long it took."""

    broadcast: Mapping[str, Any]
    by_channel: Mapping[str, Counter[str]]
    seconds: float

    @property
    def complete(self) -> bool:
        """Every message was accepted or delivered; none failed, none is in doubt."""
        parts = self.broadcast["progress"]
        return bool(parts["total"]) and parts["accepted"] + parts["delivered"] == parts["total"]


async def import_lists(api: Api, units: tuple[str, ...], announce: Callable[[str], None]) -> None:
    """Uploads, waits for and applies the sample lists of these units."""
    for unit in units:
        announce(unit)
        name = _LISTS[unit]
        upload = {"files": {"file": (name, (_SAMPLES / name).read_bytes())}, "data": {"unit": unit}}
        made = await api.call("POST", "/imports", key="officer", **upload)
        report = await api.until(f"/imports/{made['id']}", key="officer", leaves="reading")
        if report["state"] != "checked":
            raise Refused("refused", call=name, answer=f"{report['state']} {report.get('failure_code')}")
        await api.call("POST", f"/imports/{made['id']}/apply", key="officer")


async def send_sample(api: Api, *, now: datetime, progress: Callable[[Mapping[str, int]], None]) -> Sent:
    """Sends a ready text to the school's parents by SMS and email; calls `progress` on the way. Raises `SampleWaits`."""
    title, texts = ready_text("T13").filled({"ngay": now.astimezone(LOCAL).strftime("%d/%m"), "truong": _SHORT_NAME})
    draft = {
        "unit": _UNIT,
        "kind": "scam_alert",
        "urgency": "urgent",
        "title": title,
        "texts": texts.stored(),
        "sms_script": "unicode",
        "channels": ["sms", "email"],
        "expires_at": (now + timedelta(days=30)).isoformat(),
    }
    made = await api.call("POST", "/broadcasts", key="clerk", json=draft)
    path = f"/broadcasts/{made['id']}"
    submitted = await api.call("POST", f"{path}/submit", key="clerk")
    started = time.monotonic()
    await api.call("POST", f"{path}/approve", key="approver", json={"digest": submitted["digest"]})
    settled: float | None = None
    while True:
        broadcast = await api.call("GET", path, key="clerk")
        if broadcast["waits_until"]:
            raise SampleWaits("sample_waits", until=on_screen(datetime.fromisoformat(broadcast["waits_until"])))
        parts = broadcast["progress"]
        progress(parts)
        if parts["total"] and not parts["waiting"] + parts["sending"] + parts["uncertain"]:
            settled = settled or time.monotonic()
            by_channel = await _by_channel(api, path)
            # a mail relay's word is the last; a gateway still says later whether the message came
            if not by_channel.get("sms", Counter())["accepted"] or time.monotonic() - settled > _RECEIPTS_SECONDS:
                break
        await asyncio.sleep(0.2)
    return Sent(broadcast, by_channel, time.monotonic() - started)


async def _by_channel(api: Api, path: str) -> Mapping[str, Counter[str]]:
    states: dict[str, Counter[str]] = {}
    cursor: str | None = None
    while True:
        page = await api.call("GET", f"{path}/deliveries", key="clerk", params={"cursor": cursor} if cursor else {})
        for each in page["items"]:
            states.setdefault(each["channel"], Counter())[each["state"]] += 1
        cursor = page["next"]
        if not cursor:
            return states
