"""The gateways that a deployment's files describe (`LOA_SMS_GATEWAYS`), read at the start with the secrets that they name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from service.carriers import GatewayProblem, HttpGateway, read_gateway

_LONGEST = 64 * 1024


@dataclass(frozen=True, slots=True)
class Gateway:
    """A described gateway. `secrets`: those of the environment that its file names and that this process was told."""

    described: HttpGateway
    secrets: Mapping[str, SecretStr]

    @property
    def name(self) -> str:
        return self.described.name

    @property
    def lacks(self) -> list[str]:
        """Names of the environment without which no request can be made."""
        return sorted(self.described.secrets - self.secrets.keys())

    @property
    def known(self) -> dict[str, str]:
        """The secrets in the open, for whoever makes requests."""
        return {name: secret.get_secret_value() for name, secret in self.secrets.items()}


def read_gateways(files: str, environment: Mapping[str, str]) -> Iterator[Gateway]:
    """Reads the files, whose names are parted by commas, in the order of preference.
    Raises `GatewayProblem`, which names the file.
    """
    seen: set[str] = set()
    for file in filter(None, map(str.strip, files.split(","))):
        name = Path(file).name
        try:
            described = read_gateway(_text(Path(file)))
        except GatewayProblem as problem:
            raise problem.of_file(name) from None
        if described.name in seen:
            raise GatewayProblem("gateway.name_taken", "name", "is another gateway's, too").of_file(name)
        seen.add(described.name)
        told = described.secrets | ({described.callback_secret} if described.callback_secret else set())
        yield Gateway(described, {each: SecretStr(environment[each]) for each in told if environment.get(each)})


def _text(file: Path) -> str:
    try:
        return file.read_bytes()[:_LONGEST].decode("utf-8")
    except OSError:
        raise GatewayProblem("gateway.file_unreadable", "", "the file cannot be read") from None
    except UnicodeDecodeError:
        raise GatewayProblem("gateway.not_toml", "", "the file is not UTF-8") from None
