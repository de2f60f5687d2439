"""A port for a server that a test starts a little later."""

import random
import socket

_BELOW_EPHEMERAL = range(20_000, 32_000)
"""Connections take theirs from above: one that came between looking and listening would hold the port."""


def free_port() -> int:
    while True:
        port = random.choice(_BELOW_EPHEMERAL)
        with socket.socket() as sock:
            try:
                sock.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
