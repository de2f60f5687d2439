"""The home's secrets: made once at random, readable by their owner only, never shown.

The master key opens every sealed address. Lost, none can be read again; so it is on the disk before anything is sealed with it.
"""

import json
import secrets
from dataclasses import asdict, dataclass, field

from contact_registry.sealing import MasterKey
from service.standalone.home import Home, write_private
from service.standalone.obstacles import Obstacle


class SecretsDamaged(Obstacle):
    """The secrets file exists and cannot be read. Nothing replaces it: what it sealed would be lost."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What this home keeps to itself. The simulators' credentials are real secrets, too: they sign callbacks."""

    master_key: str = field(repr=False)
    simulator_account_sid: str
    simulator_auth_token: str = field(repr=False)
    next_master_key: str | None = field(default=None, repr=False)
    """While `loa keys rewrap` is under way: the key the database may be under already."""


def load_or_make(home: Home) -> Secrets:
    """Loads the home's secrets; makes them if there are none yet."""
    if home.secrets_file.exists():
        try:
            return Secrets(**json.loads(home.secrets_file.read_text(encoding="utf-8")))
        except (ValueError, TypeError):
            # without the cause: it would carry the file's content into a traceback
            raise SecretsDamaged("secrets_damaged", file=home.secrets_file) from None
    made = Secrets(
        master_key=MasterKey.generate(),
        simulator_account_sid=f"AC{secrets.token_hex(16)}",
        simulator_auth_token=secrets.token_hex(16),
    )
    keep(home, made)
    return made


def keep(home: Home, kept: Secrets) -> None:
    """Writes the home's secrets, whole or not at all."""
    write_private(home.secrets_file, json.dumps(asdict(kept)))
