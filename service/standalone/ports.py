"""The three ports: different and free before anything of ours is started, or a sentence that names the setting to change."""

import socket

from service.settings import Settings
from service.standalone.obstacles import Obstacle

_LAST_PORT = 65535


class PortBusy(Obstacle):
    """A port of ours cannot be had: somebody listens on it, two settings name it, or it is not for this account."""


def check_different(settings: Settings, *, simulators: bool) -> None:
    """Returns nothing, or raises `PortBusy` for two settings with the same port. Looks at the settings only."""
    first: dict[int, str] = {}
    for setting, port in _wanted(settings, simulators=simulators).items():
        if port in first:
            raise PortBusy("ports_equal", setting=first[port], other=setting, port=port)
        first[port] = setting


def check_free(settings: Settings, *, simulators: bool) -> None:
    """Returns nothing, or raises `PortBusy` for the first port that is taken."""
    for setting, port in _wanted(settings, simulators=simulators).items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a run that just ended leaves closed connections
            try:
                probe.bind(("127.0.0.1", port))
            except PermissionError as error:
                raise PortBusy("port_forbidden", setting=setting, port=port) from error
            except OSError as error:
                other = port + 1 if port < _LAST_PORT else port - 1
                raise PortBusy("port_busy", setting=setting, port=port, other=other) from error


def _wanted(settings: Settings, *, simulators: bool) -> dict[str, int]:
    wanted = {"LOA_WEB_PORT": settings.web_port}
    if simulators:
        wanted |= {"LOA_SIMULATORS_PORT": settings.simulators_port, "LOA_SMTP_INBOX_PORT": settings.smtp_inbox_port}
    return wanted
