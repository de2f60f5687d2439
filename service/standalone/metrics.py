"""Each worker's port for `/metrics`: a free one, written down where Prometheus finds it (`file_sd_configs`)."""

import json
import socket
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace

from service.settings import Settings
from service.standalone.home import Home, write_private
from service.standalone.programs import Program


def with_metrics_ports(programs: Sequence[Program], settings: Settings, home: Home) -> list[Program]:
    """Gives the workers among `programs` a port of their own; every address is in `metrics.json`."""
    workers = [each.name for each in programs if each.name.startswith("workers")]
    ports = dict(zip(workers, _free_ports(len(workers)), strict=True))
    targets = [
        {"targets": [f"127.0.0.1:{port}"], "labels": {"process": name}}
        for name, port in {"web": settings.web_port, **ports}.items()
    ]
    write_private(home.metrics_file, json.dumps(targets, indent=2))
    return [
        replace(each, environment={**each.environment, "LOA_METRICS_PORT": str(ports[each.name])}) if each.name in ports else each
        for each in programs
    ]


def _free_ports(how_many: int) -> list[int]:
    with ExitStack() as held:  # all at once, so that no two are the same
        sockets = [held.enter_context(socket.socket()) for _ in range(how_many)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
