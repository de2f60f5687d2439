"""Settings: one frozen object read from the environment at the composition root, passed in, never global.

Described for operators in docs/settings.md (a test holds the two equal). No secret has a default: the standalone home makes
its own (`service.standalone.secrets`), everywhere else a missing one stops the start with its name.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import time
from decimal import Decimal
from difflib import get_close_matches
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from service.carriers import GatewayProblem
from service.clock import QuietHours
from service.gateways import Gateway, read_gateways
from service.languages import Language, Phrase, gettext_noop
from service.languages import gettext_lazy as _
from service.urls import database_url, valkey_url

_PREFIX = "LOA_"
_OURS = "Value error, "  # what pydantic says before a sentence of ours
_OF_THE_TESTS = frozenset({"LOA_REQUIRE_BROWSER", "LOA_REQUIRE_NODE", "LOA_SEED"})


class SettingProblem(Exception):
    """Settings with which this process cannot start: `lines` name each and say where to read on, never its value."""

    def __init__(self, *lines: Phrase) -> None:
        super().__init__()
        self.lines = lines

    def __str__(self) -> str:
        return self.said("en")

    def said(self, language: Language) -> str:
        """Says what is wrong, a line each, in this language."""
        return "\n".join(line.in_(language) for line in self.lines)


class MissingSetting(SettingProblem):
    """A setting that this process cannot do without."""

    def __init__(self, name: str) -> None:
        super().__init__(_("{name} is not set. See docs/settings.md").with_(name=name))


class RefusedSetting(SettingProblem):
    """Settings with values that they cannot have: one line each."""

    def __init__(self, refused: ValidationError, prefix: str = _PREFIX) -> None:
        super().__init__(
            *(
                _("{name}: {why}. See docs/settings.md").with_(name=f"{prefix}{error['loc'][0]}".upper(), why=_why(error["msg"]))
                for error in refused.errors()
            )
        )


def _why(words: str) -> Phrase | str:
    """A sentence of ours in any language; pydantic's own as it is, which may hold a pattern's braces."""
    return Phrase(words.removeprefix(_OURS)) if words.startswith(_OURS) and "{" not in words else words


class RefusedGateway(SettingProblem):
    """A file that describes a gateway, and cannot be used. `code`: as `GatewayProblem.code`."""

    def __init__(self, problem: GatewayProblem) -> None:
        super().__init__(_("LOA_SMS_GATEWAYS: {problem}. See docs/carriers.md").with_(problem=str(problem)))
        self.code = problem.code


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _number(value: object) -> object:
    return int(value) if isinstance(value, str) and value.strip().isdecimal() else value  # the environment has texts only


def _quiet_hours(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return QuietHours.parse(value)
    except ValueError:
        raise ValueError(gettext_noop('write it like 21:00-06:30, or "none"')) from None


def _secretly(check: Callable[[str], str]) -> AfterValidator:
    return AfterValidator(lambda secret: SecretStr(check(secret.get_secret_value())))


_ORIGIN = re.compile(
    r"(https?)://((?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?)/*", re.IGNORECASE
)


_NO_ORIGIN = gettext_noop("must be http:// or https://, a host of its own and perhaps a port: https://canhbao.example.edu.vn")


def _origin(value: str) -> str:
    """An address of the web process in its one form. A path would be lost in every link that we print,
    and a query in each signature.
    """
    if not (value := value.strip()):
        return ""
    origin = _ORIGIN.fullmatch(value)
    if origin is None or not 1 <= int(origin[3] or 1) <= 65535:
        raise ValueError(_NO_ORIGIN)
    return f"{origin[1]}://{origin[2]}".lower()


def _networks(value: str) -> str:
    """Addresses and networks, separated by commas. Raises `ValueError` for what is neither: "*" would believe everybody."""
    for each in filter(None, map(str.strip, value.split(","))):
        ip_network(each)
    return value


def unknown_settings(environment: Mapping[str, str]) -> list[tuple[str, str | None]]:
    """Finds names that begin like ours and are no setting, each with the nearest that is one, if any is near. Never a value."""
    ours = {f"{_PREFIX}{name.upper()}" for name in Settings.model_fields if not name.startswith("further_")} | _OF_THE_TESTS
    strange = [name for name in sorted(environment) if name.upper().startswith(_PREFIX) and name.upper() not in ours]
    further = re.compile(rf"{_PREFIX}(?:TWILIO|SMTP)_[2-9]_\w+")  # these are refused when wrong
    strange = [name for name in strange if not further.fullmatch(name.upper()) and not name.startswith("LOA_GATEWAY_")]
    return [(name, next(iter(get_close_matches(name.upper(), sorted(ours), n=1, cutoff=0.75)), None)) for name in strange]


Sender = Annotated[str, Field(max_length=11, pattern=r"^[A-Za-z0-9 ]+$")]
MessagingService = Annotated[str, Field(pattern=r"^(?:MG[0-9a-fA-F]{32})?$")]
Retention = Annotated[Literal["retain", "discard"], BeforeValidator(_lower)]
DatabaseUrl = Annotated[SecretStr, _secretly(database_url)]
ValkeyUrl = Annotated[SecretStr, _secretly(valkey_url)]
Port = Annotated[int, Field(ge=1, le=65535)]
Tls = Annotated[Literal["none", "starttls", "tls"], BeforeValidator(_lower)]


class _Provider(BaseModel):
    """`name`: what deliveries, logs and metrics call it."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    name: str


class TwilioAccount(_Provider):
    """An account at Twilio or at a gateway that speaks like it. Without a sender of its own:
    the first's, which the signed texts name.
    """

    api_url: str = "https://api.twilio.com"
    account_sid: str
    auth_token: SecretStr
    sender: Sender | None = None
    messaging_service_sid: MessagingService = ""
    retention: Retention = "retain"
    segments_per_second: float = Field(10, gt=0)


class SmtpRelay(_Provider):
    """A mail relay. Without an address of its own for bounces: the first's."""

    host: str
    port: Port = 587
    username: str = ""
    password: SecretStr | None = None
    tls: Tls = "starttls"
    ca_file: str = ""
    sender: str = Field("", alias="from")
    messages_per_second: float = Field(1000, gt=0)


Numbered = TypeVar("Numbered", bound=_Provider)


def _numbered(kind: type[Numbered], family: str, environment: Mapping[str, str]) -> Iterator[Numbered]:
    """The second, third ... provider of a family, in their order: `LOA_TWILIO_2_ACCOUNT_SID` and so
    on. Raises `RefusedSetting`.
    """
    found: dict[int, dict[str, str]] = {}
    for name, value in environment.items():
        if value and (part := re.fullmatch(rf"{_PREFIX}{family}_([2-9])_(\w+)", name.upper())):
            found.setdefault(int(part[1]), {})[part[2].lower()] = value
    for number in sorted(found):
        try:
            yield kind.model_validate(found[number] | {"name": f"{family.lower()}-{number}"})
        except ValidationError as refused:
            raise RefusedSetting(refused, f"{_PREFIX}{family}_{number}_") from None


class Settings(BaseSettings):
    """All of `LOA_*`. URLs of the database may name a Unix socket: `postgresql+psycopg://loa_web@/loa?host=/path`."""

    # Set to nothing is not set: `LOA_WEB_PORT= make run`, and compose files that hand on what the host may not have.
    model_config = SettingsConfigDict(env_prefix=_PREFIX, env_ignore_empty=True, frozen=True, extra="ignore")

    home: Path = Path(".loa")
    web_port: int = Field(8000, ge=1, le=65535)
    simulators_port: int = Field(8090, ge=1, le=65535)
    smtp_inbox_port: int = Field(2525, ge=1, le=65535)
    public_url: Annotated[str, AfterValidator(_origin)] = ""
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)] = "INFO"

    database_url_superuser: DatabaseUrl | None = None
    database_url_owner: DatabaseUrl | None = None
    database_url_web: DatabaseUrl | None = None
    database_url_worker: DatabaseUrl | None = None
    database_url_lookup: DatabaseUrl | None = None
    valkey_url: ValkeyUrl | None = None
    valkey_ca_file: str = ""
    master_key: SecretStr | None = None
    new_master_key: SecretStr | None = None

    twilio_api_url: str = "https://api.twilio.com"
    twilio_account_sid: str = ""
    twilio_auth_token: SecretStr | None = None
    twilio_sender: Sender = "SGDDTDNAI"
    twilio_messaging_service_sid: MessagingService = ""
    twilio_retention: Retention = "retain"
    twilio_segments_per_second: float = Field(10, gt=0)
    sms_script: Literal["unicode", "ascii"] = "unicode"
    sms_absent_after: float = Field(600, ge=20)
    sms_price_per_segment: Decimal | None = Field(None, ge=0)
    sms_price_currency: str | None = Field(None, pattern=r"^[A-Z]{3}$")

    smtp_host: str = ""
    smtp_port: Port = 587
    smtp_username: str = ""
    smtp_password: SecretStr | None = None
    smtp_tls: Tls = "starttls"
    smtp_ca_file: str = ""
    smtp_from: str = ""
    smtp_messages_per_second: float = Field(1000, gt=0)
    smtp_connections: int = Field(10, ge=1, le=50)
    smtp_connections_per_domain: int = Field(8, ge=1, le=50)
    smtp_letters_per_connection: int = Field(10, ge=1, le=10_000)
    smtp_answer_seconds: float = Field(600, ge=1, le=3600)

    quiet_hours: Annotated[QuietHours | None, NoDecode, BeforeValidator(_quiet_hours)] = QuietHours(time(21), time(6, 30))

    sms_gateways: str = ""
    sms_first: str = ""

    further_twilio: tuple[TwilioAccount, ...] = ()
    further_gateways: tuple[Gateway, ...] = ()
    further_smtp: tuple[SmtpRelay, ...] = ()

    messages_per_day: int = Field(5, ge=0, le=1000)
    heartbeat_file: Path | None = None
    metrics_token: SecretStr | None = None
    metrics_port: int = Field(0, ge=0, le=65535)
    numbers_file: Path | None = None

    trusted_proxies: Annotated[str, AfterValidator(_networks)] = ""
    number_digits: Annotated[Literal[12, 16], BeforeValidator(_number)] = 12

    @classmethod
    def read(cls) -> "Settings":
        """Reads the environment. Raises `RefusedSetting`."""
        further_twilio = tuple(_numbered(TwilioAccount, "TWILIO", os.environ))
        further_smtp = tuple(_numbered(SmtpRelay, "SMTP", os.environ))
        try:
            read = cls(further_twilio=further_twilio, further_smtp=further_smtp)
        except ValidationError as refused:
            raise RefusedSetting(refused) from None  # its own text shows the values, which may be secrets
        try:
            read = read.model_copy(update={"further_gateways": tuple(read_gateways(read.sms_gateways, os.environ))})
        except GatewayProblem as problem:
            raise RefusedGateway(problem) from None
        if read.sms_first and read.sms_first not in read.sms_providers:
            raise SettingProblem(_("LOA_SMS_FIRST: no carrier of SMS has this name. See docs/settings.md"))
        return read

    @property
    def public_base(self) -> str:
        """The address parents and carriers reach us at, without a trailing slash."""
        return self.public_url or f"http://127.0.0.1:{self.web_port}"

    @property
    def proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks whose `X-Forwarded-*` headers are believed."""
        return tuple(ip_network(each.strip()) for each in self.trusted_proxies.split(",") if each.strip())

    @property
    def sms_providers(self) -> tuple[str, ...]:
        """The carriers an SMS may go by, in the order of preference; none where no SMS is sent."""
        first = ("twilio",) if self.twilio_account_sid else ()
        names = (*first, *(each.name for each in self.further_twilio), *(each.name for each in self.further_gateways))
        return tuple(sorted(names, key=lambda name: name != self.sms_first))  # in their order but for the one

    @property
    def carriers(self) -> dict[str, int]:
        """How many carriers are set up for each channel, by what needs no secret: the web process has none of theirs."""
        return {"sms": len(self.sms_providers), "email": bool(self.smtp_host) + len(self.further_smtp)}

    @property
    def twilio_accounts(self) -> tuple[TwilioAccount, ...]:
        """In order of preference, none where SMS is not set up. Half a set-up raises `MissingSetting`."""
        accounts = self.further_twilio
        if self.twilio_account_sid:
            first = TwilioAccount(
                name="twilio",
                api_url=self.twilio_api_url,
                account_sid=self.twilio_account_sid,
                auth_token=SecretStr(self.need("twilio_auth_token")),
                messaging_service_sid=self.twilio_messaging_service_sid,
                retention=self.twilio_retention,
                segments_per_second=self.twilio_segments_per_second,
            )
            accounts = (first, *accounts)
        return tuple(each.model_copy(update={"sender": each.sender or self.twilio_sender}) for each in accounts)

    @property
    def smtp_relays(self) -> tuple[SmtpRelay, ...]:
        """In order of preference, none where email is not set up. Half a set-up raises `MissingSetting`."""
        relays = self.further_smtp
        if self.smtp_host:
            first = SmtpRelay(
                name="smtp",
                host=self.smtp_host,
                port=self.smtp_port,
                username=self.smtp_username,
                password=self.smtp_password,
                tls=self.smtp_tls,
                ca_file=self.smtp_ca_file,
                messages_per_second=self.smtp_messages_per_second,
            )
            relays = (first, *relays)
        return tuple(each.model_copy(update={"sender": each.sender or self.need("smtp_from")}) for each in relays)

    @property
    def paces(self) -> dict[str, float]:
        """What each channel that is set up may hand over in a second, by the provider it prefers: SMS segments, or letters."""
        sms = [("sms", self.sms_paces[name]) for name in self.sms_providers[:1]]
        return dict(sms + [("email", each.messages_per_second) for each in self.smtp_relays[:1]])

    @property
    def sms_paces(self) -> dict[str, float]:
        """Segments a second of each SMS carrier, by its name. Half a set-up raises `MissingSetting`."""
        paces = {each.name: each.segments_per_second for each in self.twilio_accounts}
        return paces | {each.name: each.described.segments_per_second for each in self.sms_over_http}

    @property
    def sms_over_http(self) -> tuple[Gateway, ...]:
        """The gateways that files describe. A secret that one lacks raises `MissingSetting`."""
        if lacking := [name for each in self.further_gateways for name in each.lacks]:
            raise MissingSetting(lacking[0])
        return self.further_gateways

    @property
    def senders(self) -> dict[str, str]:
        """The sender registered with each SMS carrier, by its name."""
        further = {each.name: each.sender or self.twilio_sender for each in self.further_twilio}
        further |= {each.name: each.described.sender or self.twilio_sender for each in self.further_gateways}
        return {name: further.get(name, self.twilio_sender) for name in self.sms_providers}

    def senders_of(self, account_sid: str) -> list[str]:
        """Lists the senders registered with an account; all where it is none of ours."""
        known = [(self.twilio_account_sid, self.twilio_sender)] if self.twilio_account_sid else []
        known += [(each.account_sid, each.sender or self.twilio_sender) for each in self.further_twilio]
        return [sender for sid, sender in known if sid == account_sid] or [sender for _, sender in known]

    def callback_secrets(self, account_sid: str) -> list[str]:
        """Lists what may have signed a status callback that names this account: its token. Where there is one account only, that
        one's, whatever the callback calls it; with several none speaks for another.
        """
        known = [(self.twilio_account_sid, self.twilio_auth_token)]
        known += [(each.account_sid, each.auth_token) for each in self.further_twilio]
        tokens = [(sid, token.get_secret_value()) for sid, token in known if token is not None]
        return [token for sid, token in tokens if len(tokens) == 1 or sid == account_sid]

    def need(self, name: str) -> str:
        """Returns the value of a setting this process cannot do without. Raises `MissingSetting` with its environment name."""
        value = getattr(self, name)
        if isinstance(value, SecretStr):
            value = value.get_secret_value()
        if not value:
            raise MissingSetting(f"LOA_{name.upper()}")
        return str(value)
