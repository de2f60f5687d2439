"""Settings: one frozen object read from the environment at the composition root, passed in, never global.

Described for operators in docs/settings.md (a test holds the two equal). No secret has a default: the standalone home makes
its own (`service.standalone.secrets`), everywhere else a missing one stops the start with its name.
"""

from datetime import time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from service.clock import QuietHours

_PREFIX = "LOA_"


class SettingProblem(Exception):
    """A setting with which this process cannot start. The message names it and says where to read on, never its value."""


class MissingSetting(SettingProblem):
    """A setting that this process cannot do without."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not set. See docs/settings.md")


class RefusedSetting(SettingProblem):
    """Settings with values that they cannot have: one line each."""

    def __init__(self, refused: ValidationError) -> None:
        lines = (f"{_PREFIX}{error['loc'][0]}".upper() + f": {error['msg']}. See docs/settings.md" for error in refused.errors())
        super().__init__("\n".join(lines))


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _number(value: object) -> object:
    return int(value) if isinstance(value, str) and value.strip().isdecimal() else value  # the environment has texts only


def _quiet_hours(value: object) -> object:
    return QuietHours.parse(value) if isinstance(value, str) else value


class Settings(BaseSettings):
    """All of `LOA_*`. URLs of the database may name a Unix socket: `postgresql+psycopg://loa_web@/loa?host=/path`."""

    # Set to nothing is not set: `LOA_WEB_PORT= make run`, and compose files that hand on what the host may not have.
    model_config = SettingsConfigDict(env_prefix=_PREFIX, env_ignore_empty=True, frozen=True, extra="ignore")

    home: Path = Path(".loa")
    web_port: int = Field(8000, ge=1, le=65535)
    simulators_port: int = Field(8090, ge=1, le=65535)
    smtp_inbox_port: int = Field(2525, ge=1, le=65535)
    public_url: str = ""
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)] = "INFO"

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
    twilio_messaging_service_sid: str = Field("", pattern=r"^(?:MG[0-9a-fA-F]{32})?$")
    twilio_retention: Annotated[Literal["retain", "discard"], BeforeValidator(_lower)] = "retain"
    twilio_segments_per_second: float = Field(10, gt=0)
    sms_price_per_segment: Decimal | None = Field(None, ge=0)
    sms_price_currency: str | None = Field(None, pattern=r"^[A-Z]{3}$")

    smtp_host: str = ""
    smtp_port: int = Field(587, ge=1, le=65535)
    smtp_username: str = ""
    smtp_password: SecretStr | None = None
    smtp_tls: Annotated[Literal["none", "starttls", "tls"], BeforeValidator(_lower)] = "starttls"
    smtp_from: str = ""
    smtp_messages_per_second: float = Field(1000, gt=0)

    quiet_hours: Annotated[QuietHours | None, NoDecode, BeforeValidator(_quiet_hours)] = QuietHours(time(21), time(6, 30))

    trusted_proxies: str = ""
    number_digits: Annotated[Literal[12, 16], BeforeValidator(_number)] = 12

    @classmethod
    def read(cls) -> "Settings":
        """The environment's. Raises `RefusedSetting`."""
        try:
            return cls()
        except ValidationError as refused:
            raise RefusedSetting(refused) from None  # its own text shows the values, which may be secrets

    @property
    def public_base(self) -> str:
        """The address parents and carriers reach us at, without a trailing slash."""
        return (self.public_url or f"http://127.0.0.1:{self.web_port}").rstrip("/")

    @property
    def sms_providers(self) -> tuple[str, ...]:
        """The carriers an SMS may go by, in the order of preference; none where no SMS is sent."""
        return ("twilio",) if self.twilio_account_sid else ()

    def need(self, name: str) -> str:
        """The value of a setting this process cannot do without, else `MissingSetting` with its environment name."""
        value = getattr(self, name)
        if isinstance(value, SecretStr):
            value = value.get_secret_value()
        if not value:
            raise MissingSetting(f"LOA_{name.upper()}")
        return str(value)
