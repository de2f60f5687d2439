"""The three ports: different and free before anything of ours is started, or a sentence that names the setting to change."""

import socket
from contextlib import suppress

from service.settings import Settings
from service.standalone.obstacles import Obstacle

_LAST_PORT = 65535
_NEAR = 100


class PortBusy(Obstacle):
    """A port of ours cannot be had: somebody listens on it, two settings name it, or it is not for this account."""


def check_different(settings: Settings, *, simulators: bool) -> None:
    """Returns nothing, or raises `PortBusy` for two settings with the same port. Looks at the settings only."""
    first: dict[int, str] = {}
    for setting, port in _wanted(settings, simulators=simulators).items():
        if port in first:
            raise PortBusy("ports_equal", setting=first[port], other=setting, port=port)
        first[port] = setting


def check_free(settings: Settings, *, simulators: bool, web: bool = True, command: str = "make run") -> None:
    """Returns nothing, or raises `PortBusy` for the first port that is taken, with one beside it that is not.

    `simulators`, `web`: whose ports are looked at; `command`: what is typed again with another port.
    """
    for setting, port in _wanted(settings, simulators=simulators, web=web).items():
        try:
            _bind(port)
        except PermissionError as error:
            raise PortBusy("port_forbidden", setting=setting, port=port) from error
        except OSError as error:
            other = _free_near(port, settings)
            raise PortBusy("port_busy", setting=setting, port=port, other=other, command=command) from error


def _bind(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a run that just ended leaves closed connections
        probe.bind(("127.0.0.1", port))


def _free_near(port: int, settings: Settings) -> int:
    """The next port above that can be had and that no setting of ours names; where there is none, one that the system picks."""
    ours = _wanted(settings, simulators=True).values()
    for other in range(port + 1, min(port + _NEAR, _LAST_PORT) + 1):
        if other in ours:
            continue
        with suppress(OSError):
            _bind(other)
            return other
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wanted(settings: Settings, *, simulators: bool, web: bool = True) -> dict[str, int]:
    wanted = {"LOA_WEB_PORT": settings.web_port} if web else {}
    if simulators:
        wanted |= {"LOA_SIMULATORS_PORT": settings.simulators_port, "LOA_SMTP_INBOX_PORT": settings.smtp_inbox_port}
    return wanted
