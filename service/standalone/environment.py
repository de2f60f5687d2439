"""What the children are told: the home's own database, queue and keys, and to whom messages go.

A demo home speaks to the simulators and to nobody else, whatever carrier the environment names: its sample lists hold numbers
that may be somebody's. A home is demo or live from its first run on, so demo data never meets a real carrier.
"""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from service.database.roles import LOOKUP, OWNER, WEB, WORKER
from service.settings import Settings
from service.standalone import postgres, valkey
from service.standalone.home import Home, write_private
from service.standalone.obstacles import Obstacle
from service.standalone.programs import Program
from service.standalone.secrets import Secrets

Kind = Literal["demo", "live"]

_SOURCE = Path(__file__).parents[2]
_FURTHER = re.compile(r"LOA_(?:TWILIO|SMTP)_[2-9]_|LOA_GATEWAY_|LOA_SMS_(?:GATEWAYS|FIRST)$")
_SENDER = "canh-bao@sgddt-dongnai.example"
_SIMULATOR_TAKES = "100000"  # a second: all it is given. A demo waits for no carrier


class OtherKind(Obstacle):
    """The home was made for the other purpose."""


def settle_kind(home: Home, kind: Kind) -> None:
    """Marks a new home as demo or live, for good. Raises `OtherKind` if it is the other already."""
    found = home.kind_file.read_text(encoding="utf-8").strip() if home.kind_file.exists() else None
    if found is None:
        write_private(home.kind_file, f"{kind}\n")
    elif found != kind:
        raise OtherKind("other_kind", home=home.root, found=found)


def environment(home: Home, settings: Settings, secrets: Secrets, kind: Kind) -> Mapping[str, str]:
    """Returns what our children are told together; each of them gets its part of it (`programs`)."""
    # Settings are read however they are written; here they are told apart by their names.
    theirs = {name.upper() if name.upper().startswith("LOA_") else name: value for name, value in os.environ.items()}
    own = {
        "PYTHONPATH": str(_SOURCE),
        "LOA_HOME": str(home.root),
        "LOA_DATABASE_URL_OWNER": postgres.url(home, OWNER),
        "LOA_DATABASE_URL_WEB": postgres.url(home, WEB),
        "LOA_DATABASE_URL_WORKER": postgres.url(home, WORKER),
        "LOA_DATABASE_URL_LOOKUP": postgres.url(home, LOOKUP),
        "LOA_VALKEY_URL": valkey.url(home),
        "LOA_MASTER_KEY": secrets.master_key,
        "LOA_NUMBERS_FILE": str(home.numbers_file),
    }
    if kind == "demo":
        own |= {
            "LOA_TWILIO_API_URL": f"http://127.0.0.1:{settings.simulators_port}",
            "LOA_TWILIO_ACCOUNT_SID": secrets.simulator_account_sid,
            "LOA_TWILIO_AUTH_TOKEN": secrets.simulator_auth_token,
            "LOA_TWILIO_SEGMENTS_PER_SECOND": _SIMULATOR_TAKES,
            "LOA_SMTP_MESSAGES_PER_SECOND": _SIMULATOR_TAKES,
            "LOA_SMTP_HOST": "127.0.0.1",
            "LOA_SMTP_ANSWER_SECONDS": "20",  # a fault that is tried out in a demo shows within it
            "LOA_SMTP_PORT": str(settings.smtp_inbox_port),
            "LOA_SMTP_USERNAME": "",
            "LOA_SMTP_PASSWORD": "",
            "LOA_SMTP_TLS": "none",
            "LOA_SMTP_FROM": _SENDER,
            "LOA_QUIET_HOURS": os.environ.get("LOA_QUIET_HOURS") or "none",  # simulated phones wake nobody
            "LOA_MESSAGES_PER_DAY": os.environ.get("LOA_MESSAGES_PER_DAY") or "0",
        }
        # Whatever further provider the operator's own environment names is a real one, too.
        return {name: value for name, value in theirs.items() if not _FURTHER.match(name)} | own
    return theirs | own


# No process has another's secrets: what one gives away, by a fault or under attack, opens nothing of the others.
_SECRET = re.compile(
    r"LOA_(?:DATABASE_URL_\w+|VALKEY_URL|(?:NEW_)?MASTER_KEY|METRICS_TOKEN|TWILIO_(?:\d_)?AUTH_TOKEN|SMTP_(?:\d_)?PASSWORD|GATEWAY_\w+)"
)
_RUNS = r"VALKEY_URL|MASTER_KEY|METRICS_TOKEN|TWILIO_(?:\d_)?AUTH_TOKEN"
_KNOWS = {
    # It signs nothing in a carrier's name, but reads their receipts.
    "web": re.compile(rf"LOA_(?:DATABASE_URL_(?:WEB|LOOKUP)|{_RUNS}|GATEWAY_CALLBACK_\w+)"),
    "simulators": re.compile(r"LOA_TWILIO_AUTH_TOKEN"),
    "workers": re.compile(rf"LOA_(?:DATABASE_URL_WORKER|{_RUNS}|SMTP_(?:\d_)?PASSWORD|GATEWAY_\w+)"),
}


def _told_to(package: str, process: str, told: Mapping[str, str]) -> dict[str, str]:
    knows = _KNOWS["workers" if package == "workers" else process]
    return {name: value for name, value in told.items() if not _SECRET.fullmatch(name) or knows.fullmatch(name)}


def names_a_carrier(settings: Settings) -> bool:
    """Tells whether the operator's own environment names a real carrier."""
    return bool(
        settings.twilio_account_sid
        or settings.smtp_host
        or settings.further_twilio
        or settings.further_smtp
        or settings.further_gateways
    )


def programs(told: Mapping[str, str], kind: Kind) -> list[Program]:
    """Lists our own processes. A demo has the simulators beside them."""

    def python(name: str, *command: str) -> Program:
        return Program(name=name, command=(sys.executable, "-m", *command), environment=_told_to(command[0], command[1], told))

    simulators = [python("simulators", "service", "simulators")] if kind == "demo" else []
    return [
        *simulators,
        python("web", "service", "web"),
        python("workers-urgent", "workers", "urgent"),
        python("workers-bulk", "workers", "bulk"),
    ]
