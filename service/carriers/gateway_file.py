"""The file that describes an HTTP gateway: its fields, checked. docs/carriers.md has one with remarks.

Secrets stand in the environment and are named in addresses, headers and fields as `${LOA_GATEWAY_...}`; the file itself holds
none. Of the word that callbacks bring the name begins with `LOA_GATEWAY_CALLBACK_`: the web process is told that one, and none
of the others.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from service.carriers.gateway_answers import Format
from service.carriers.meanings import Fault
from service.carriers.receipts import Becomes

PLACEHOLDERS = ("to", "text", "sender", "reference", "callback", "valid_seconds")
SECRET = re.compile(r"\$\{([^{}]*)\}")
_SECRETS = re.compile(r"LOA_GATEWAY_[A-Z0-9_]+")
_CALLBACK_SECRETS = "LOA_GATEWAY_CALLBACK_"
PLACEHOLDER = re.compile(r"(?<!\$)\{(\w*)\}")
_LOOPBACK = re.compile(r"http://(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?(?:/|$)")
_TAKEN = frozenset({"twilio", "smtp", "gateway", "provider", "http", "connect", "system"})
_CODES = {
    "missing": ("gateway.field_missing", "is missing"),
    "extra_forbidden": ("gateway.field_unknown", "is no field of a gateway's file"),
}

Value = str | int
Code = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,24}$")]


class GatewayProblem(Exception):
    """A description that cannot be used. `code`: what kind of mistake. The message names the field and never a value: it may be
    a secret.
    """

    def __init__(self, code: str, field: str, words: str) -> None:
        self.words = f"{field} {words} ({code})" if field else f"{words} ({code})"
        super().__init__(self.words)
        self.code = code
        self.field = field

    def of_file(self, name: str) -> "GatewayProblem":
        """Returns the same, with the file's name before it."""
        self.args = (f"{name}: {self.words}",)
        return self


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Basic(_Part):
    user: str
    password: str


class Request(_Part):
    """`to`: how a number is written: +84912345678, 84912345678 or 0912345678. `unicode`: further fields of a text beyond
    GSM-7.
    """

    url: str
    method: Literal["GET", "POST"] = "POST"
    encoding: Literal["form", "json", "query"] = "form"
    to: Literal["e164", "digits", "national"] = "digits"
    headers: Mapping[str, str] = {}
    basic: Basic | None = None
    fields: Mapping[str, Value]
    unicode: Mapping[str, Value] = {}
    plain_http: bool = False


class Answer(_Part):
    """`code`, `id`: where they stand in the answer. `accepted`: codes of messages that were taken. `faults`: what other codes
    mean.
    """

    format: Format = "json"
    code: str
    id: str | None = None
    accepted: Annotated[tuple[Code, ...], Field(min_length=1)]
    faults: Mapping[Code, Fault] = {}

    @model_validator(mode="after")
    def _each_once(self) -> "Answer":
        if set(self.accepted) & set(self.faults):
            raise ValueError("a code is both accepted and a fault")
        if self.format == "text":
            for pattern in filter(None, (self.code, self.id)):
                try:
                    groups = re.compile(pattern).groups
                except re.error:
                    groups = 0
                if groups != 1:
                    raise ValueError("of a text, code and id are patterns with one group")
        return self


class Secret(_Part):
    """A word that each callback brings, as a field or a header."""

    value: str
    field: str = ""
    header: str = ""

    @model_validator(mode="after")
    def _somewhere(self) -> "Secret":
        if bool(self.field) == bool(self.header):
            raise ValueError("is in a field or in a header")
        return self


class Receipts(_Part):
    """`reference`: the callback's field with our reference, where the gateway calls one fixed address. `statuses`: its words
    for what became of a message; others say nothing. `faults`: by `error`, or by the status where there is no such field.
    """

    how: Literal["callback", "none"] = "none"
    reference: str = ""
    id: str = ""
    status: str = ""
    error: str = ""
    statuses: Mapping[str, Becomes] = {}
    faults: Mapping[str, Fault] = {}
    secret: Secret | None = None

    @model_validator(mode="after")
    def _whole(self) -> "Receipts":
        if self.how == "callback" and not (self.status and {"delivered", "failed"} <= set(self.statuses.values())):
            raise ValueError("a callback has a status, with words for delivered and for failed")
        return self


class HttpGateway(_Part):
    """A gateway. `name`: what deliveries, logs and metrics call it. `sender`: the one registered with it. `parts`: segments of
    a message at most. `unicode`: whether it takes letters beyond GSM-7.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,15}$")]
    sender: Annotated[str, Field(max_length=11, pattern=r"^[A-Za-z0-9 ]+$")] | None = None
    segments_per_second: Annotated[float, Field(gt=0)] = 10
    parts: Annotated[int, Field(ge=1, le=10)]
    unicode: bool
    request: Request
    answer: Answer
    receipts: Receipts = Receipts()

    @field_validator("name")
    @classmethod
    def _own_name(cls, name: str) -> str:
        if name.partition("-")[0] in _TAKEN:
            raise ValueError("is a name of another kind of carrier")
        return name

    @cached_property
    def placeholders(self) -> frozenset[str]:
        """Which of a message's parts the request has a place for."""
        return frozenset(name for value in self._request_values() for name in PLACEHOLDER.findall(value))

    @cached_property
    def secrets(self) -> frozenset[str]:
        """Names of the environment that a request needs."""
        return frozenset(name for value in self._request_values() for name in SECRET.findall(value))

    @property
    def callback_secret(self) -> str | None:
        """The environment's name of the word in each callback; None: without one."""
        found = SECRET.fullmatch(self.receipts.secret.value) if self.receipts.secret else None
        return found[1] if found else None

    @property
    def names_messages(self) -> bool:
        """Whether its answers and its receipts call a message by one id of the gateway's. Else ours is its name."""
        return bool(self.answer.id) and (self.receipts.how == "none" or bool(self.receipts.id))

    def _request_values(self) -> Iterator[str]:
        request = self.request
        yield request.url
        yield from request.headers.values()
        yield from (str(value) for value in (*request.fields.values(), *request.unicode.values()))
        if request.basic:
            yield from (request.basic.user, request.basic.password)


def read_gateway(text: str) -> HttpGateway:
    """Returns the gateway that a TOML `text` describes. Raises `GatewayProblem`."""
    try:
        gateway = HttpGateway.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise GatewayProblem("gateway.not_toml", "", f"is no TOML: {_place(error)}") from None
    except ValidationError as refused:
        raise _problem(refused.errors()[0]) from None
    _check_request(gateway)
    return gateway


def _place(error: tomllib.TOMLDecodeError) -> str:
    found = re.search(r"\(at [^)]*\)", str(error))  # the rest may quote what stands there
    return found[0].strip("()") if found else "unreadable"


def _problem(error: Any) -> GatewayProblem:
    field = ".".join(str(step) for step in error["loc"] if step not in ("str", "int", "[key]"))
    code, words = _CODES.get(error["type"], ("gateway.field_wrong", f"is wrong: {error['msg'].removeprefix('Value error, ')}"))
    return GatewayProblem(code, field, words)


def _check_request(gateway: HttpGateway) -> None:
    request = gateway.request
    if not re.match(r"https?://[^/\s?#]+", request.url):
        raise GatewayProblem("gateway.field_wrong", "request.url", "is no address with https://")
    if request.url.startswith("http://") and not request.plain_http and not _LOOPBACK.match(request.url):
        raise GatewayProblem(
            "gateway.plain_http", "request.url", "is not https: set request.plain_http where the line is your own"
        )
    for name in sorted(gateway.secrets):
        if not _SECRETS.fullmatch(name):
            raise GatewayProblem("gateway.secret_name", "request", "names a secret that is not written ${LOA_GATEWAY_...}")
    unknown = gateway.placeholders - set(PLACEHOLDERS)
    if unknown:
        raise GatewayProblem("gateway.placeholder_unknown", "request.fields", f"has no such place: {{{min(unknown)}}}")
    wanted = {"to", "text"}
    if gateway.receipts.how == "callback":
        wanted |= {"reference"} if gateway.receipts.reference else {"callback"}
    if lacking := sorted(wanted - gateway.placeholders):
        raise GatewayProblem("gateway.placeholder_missing", "request.fields", f"has no place for {{{lacking[0]}}}")
    if gateway.receipts.secret and not (gateway.callback_secret or "").startswith(_CALLBACK_SECRETS):
        raise GatewayProblem("gateway.secret_name", "receipts.secret.value", "is not written ${LOA_GATEWAY_CALLBACK_...}")
    if request.method == "GET" and request.encoding != "query":
        raise GatewayProblem("gateway.field_wrong", "request.encoding", 'is "query" where the method is GET')
