"""The gateway of docs/carriers.md, as its file stands there, at an address of a test's own."""

import re
from pathlib import Path

from pydantic import SecretStr

from service.carriers import HttpGateway, read_gateway
from service.gateways import Gateway
from tests.architecture.sources import ROOT

KEY = "LOA_GATEWAY_ESMS_KEY"


def described_toml(url: str = "https://gateway.example") -> str:
    """The file of the page."""
    page = (ROOT / "docs" / "carriers.md").read_text(encoding="utf-8")
    (toml,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    return str(toml).replace("https://gateway.example", url)


def described(url: str = "https://gateway.example") -> HttpGateway:
    return read_gateway(described_toml(url))


def set_up(url: str, key: str) -> Gateway:
    return Gateway(described(url), {KEY: SecretStr(key)})


def written(folder: Path, url: str) -> Path:
    """The file, written into a folder."""
    file = folder / "esms.toml"
    file.write_text(described_toml(url), encoding="utf-8")
    return file
