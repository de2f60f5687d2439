"""A lean HTTP load: as many requests as the server answers over a few kept-alive connections, every answer checked."""

import asyncio
import time
from collections.abc import Callable


async def _one_connection(port: int, next_path: Callable[[], str | None], check: Callable[[bytes], bool]) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answered = 0
    while (path := next_path()) is not None:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        body = await reader.readexactly(length)
        if not head.startswith(b"HTTP/1.1 200") or not check(body):
            raise AssertionError(f"a wrong answer under load: {head[:60]!r}")
        answered += 1
    writer.close()
    return answered


async def requests_per_second(port: int, paths: list[str], check: Callable[[bytes], bool], connections: int = 32) -> float:
    """Asks for every path once, spread over the connections; answers per second."""
    left = iter(paths)
    started = time.perf_counter()
    answered = await asyncio.gather(*(_one_connection(port, lambda: next(left, None), check) for _ in range(connections)))
    assert sum(answered) == len(paths)
    return len(paths) / (time.perf_counter() - started)
