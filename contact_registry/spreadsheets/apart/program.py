"""The program: a file over stdin, its cells or the reason against it over stdout, as JSON.

Started by a clean interpreter with its path alone. It is part of a package that it must not load: that would take a second, and
database and keys' code with it. So the two packages above it are made here, without what they import.
"""

import sys
from pathlib import Path
from types import ModuleType

_ROOT = Path(__file__).resolve().parents[3]
for _name in ("contact_registry", "contact_registry.importing"):
    _package = ModuleType(_name)
    _package.__path__ = [str(_ROOT.joinpath(*_name.split(".")))]
    sys.modules.setdefault(_name, _package)

import datetime as dt  # noqa: E402
import os  # noqa: E402
import resource  # noqa: E402
import signal  # noqa: E402
from typing import Any  # noqa: E402

import orjson  # noqa: E402

from contact_registry.spreadsheets.apart.archives import check_unpacked, mended  # noqa: E402
from contact_registry.spreadsheets.apart.html_tables import read_html  # noqa: E402
from contact_registry.spreadsheets.apart.limits import MAX_ANSWER, MAX_MEMORY, MAX_ROWS, MAX_SECONDS, Refused  # noqa: E402
from contact_registry.spreadsheets.apart.opendocument import read_ods, read_xml  # noqa: E402
from contact_registry.spreadsheets.apart.workbooks import read_workbook  # noqa: E402
from contact_registry.spreadsheets.apart.xml_2003 import read_xml_2003  # noqa: E402

_GIVES_WAY = 10  # whoever asks for a page meanwhile comes first


def main() -> None:
    """Reads what stands on stdin, within the limits."""
    _limit()
    try:
        told = _read(sys.stdin.buffer.read())
        if sum(len(sheet["rows"]) for sheet in told["sheets"]) > MAX_ROWS:
            raise Refused("import.too_large")
        answer = orjson.dumps(told, default=_written_time, option=orjson.OPT_PASSTHROUGH_DATETIME)
        if len(answer) > MAX_ANSWER:
            raise Refused("import.too_large")
    except Refused as refused:
        answer = orjson.dumps({"refused": str(refused)})
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()


def _limit() -> None:
    os.nice(_GIVES_WAY)
    for signal_ in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(signal_, signal.SIG_IGN)  # meant for the worker; the worker's end or our limits end us
    statm = Path("/proc/self/statm")
    begins_with = int(statm.read_text().split()[0]) * resource.getpagesize() if statm.exists() else MAX_MEMORY
    for kind, limit in (
        (resource.RLIMIT_AS, begins_with + MAX_MEMORY),
        (resource.RLIMIT_CPU, MAX_SECONDS),  # should the caller be gone, nobody else would stop us
        (resource.RLIMIT_CORE, 0),  # a core file would be a list of families in clear
        (resource.RLIMIT_FSIZE, 0),
    ):
        resource.setrlimit(kind, (limit, limit))


def _read(data: bytes) -> dict[str, Any]:
    if data.startswith(b"PK"):
        check_unpacked(data)
        data = mended(data)
        if b"xl/workbook" in data:
            return read_workbook(data)
        return read_ods(data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return read_workbook(data)
    head = data[:65536].replace(b"\0", b"")
    if b"urn:oasis:names:tc:opendocument:xmlns:office:1.0" in head and b"document" in head:
        return read_xml([data])
    if b"urn:schemas-microsoft-com:office:spreadsheet" in head and b"<html" not in head[:2000].lower():
        return read_xml_2003([data])
    return read_html(data)


def _written_time(value: object) -> dict[str, Any]:
    if isinstance(value, dt.timedelta):
        return {"timedelta": value.total_seconds()}
    if isinstance(value, dt.date | dt.time):
        return {type(value).__name__: value.isoformat()}
    raise TypeError(type(value).__name__)


if __name__ == "__main__":
    main()
