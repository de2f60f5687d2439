"""Settings: one frozen object read from the environment at the composition root, passed in, never global.

Described for operators in docs/settings.md (a test holds the two equal). No secret has a default: the standalone home makes
its own (`service.standalone.secrets`), everywhere else a missing one stops the start with its name.
"""

from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class MissingSetting(Exception):
    """A setting without which this process cannot start. The message names it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not set. See docs/settings.md")


class Settings(BaseSettings):
    """All of `LOA_*`. URLs of the database may name a Unix socket: `postgresql+psycopg://loa_web@/loa?host=/path`."""

    model_config = SettingsConfigDict(env_prefix="LOA_", frozen=True, extra="ignore")

    home: Path = Path(".loa")
    web_port: int = Field(8000, ge=1, le=65535)
    simulators_port: int = Field(8090, ge=1, le=65535)
    smtp_inbox_port: int = Field(2525, ge=1, le=65535)
    public_url: str = ""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    database_url_owner: SecretStr | None = None
    database_url_web: SecretStr | None = None
    database_url_worker: SecretStr | None = None
    database_url_lookup: SecretStr | None = None
    valkey_url: SecretStr | None = None
    master_key: SecretStr | None = None
    new_master_key: SecretStr | None = None

    twilio_api_url: str = "https://api.twilio.com"
    twilio_account_sid: str = ""
    twilio_auth_token: SecretStr | None = None
    twilio_sender: str = Field("SGDDTDNAI", max_length=11, pattern=r"^[A-Za-z0-9 ]+$")
    twilio_segments_per_second: float = Field(10, gt=0)
    sms_price_per_segment: Decimal | None = Field(None, ge=0)
    sms_price_currency: str | None = Field(None, pattern=r"^[A-Z]{3}$")

    smtp_host: str = ""
    smtp_port: int = Field(587, ge=1, le=65535)
    smtp_username: str = ""
    smtp_password: SecretStr | None = None
    smtp_tls: Literal["none", "starttls", "tls"] = "starttls"
    smtp_from: str = ""

    trusted_proxies: str = ""
    number_digits: Literal[12, 16] = 12

    @property
    def public_base(self) -> str:
        """The address parents and carriers reach us at, without a trailing slash."""
        return (self.public_url or f"http://127.0.0.1:{self.web_port}").rstrip("/")

    def need(self, name: str) -> str:
        """The value of a setting this process cannot do without, else `MissingSetting` with its environment name."""
        value = getattr(self, name)
        if isinstance(value, SecretStr):
            value = value.get_secret_value()
        if not value:
            raise MissingSetting(f"LOA_{name.upper()}")
        return str(value)
