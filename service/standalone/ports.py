"""The three ports: free before anything is started, or a sentence that names the setting to change."""

import socket

from service.settings import Settings


class PortBusy(Exception):
    """Somebody listens on a port of ours. `setting` is what to change."""

    def __init__(self, setting: str, port: int) -> None:
        super().__init__(f"{setting}={port}")
        self.setting = setting
        self.port = port


def check_ports(settings: Settings, *, simulators: bool) -> None:
    """Returns nothing, or raises `PortBusy` for the first port that is taken."""
    wanted = {"LOA_WEB_PORT": settings.web_port}
    if simulators:
        wanted |= {"LOA_SIMULATORS_PORT": settings.simulators_port, "LOA_SMTP_INBOX_PORT": settings.smtp_inbox_port}
    for setting, port in wanted.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a run that just ended leaves closed connections
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise PortBusy(setting, port) from error
