"""What a parent does: takes one SMS as it arrived, asks for its number, and has the text compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from service.signing.lookup_numbers import find_numbers
from service.standalone.demo.api import Api


@dataclass(frozen=True, slots=True)
class Checked:
    """One message of the broadcast as it arrived, and what the look-up said of its number and of its text."""

    number: str
    text: str
    outcome: str
    verdict: str
    issuer: str

    @property
    def good(self) -> bool:
        """Found, and the same."""
        return (self.outcome, self.verdict) == ("found", "same")


async def check_one(
    api: Api, client: httpx.AsyncClient, inbox_url: str, broadcast: Mapping[str, Any], *, digits: int
) -> Checked | None:
    """Checks an SMS of this broadcast from the simulator's outbox; None if there is none there. `digits`: a look-up number's."""
    record = broadcast["record_url"].rsplit("/", 1)[1]
    messages = (await client.get(f"{inbox_url}messages.json")).raise_for_status().json()
    for message in sorted(messages, key=lambda each: each["received_at"], reverse=True):
        numbers = find_numbers(message["text"], digits)
        if message["channel"] != "sms" or not numbers:
            continue
        number, text = numbers[-1], message["text"]
        found = await api.call("GET", f"/lookups/{number}")
        if found.get("record", {}).get("id") != record:
            continue  # an earlier warning's
        compared = await api.call("POST", "/lookups", json={"number": number, "text": text})
        verdict = compared.get("comparison", {}).get("verdict", "")
        return Checked(_grouped(number), text, found["outcome"], verdict, found["record"]["issuer"]["name"])
    return None


def _grouped(number: str) -> str:
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))
