"""One field of a gateway's answer, whatever it is written in: never more than a short word of it, and nothing where it cannot
be read.
"""

import json
import re
from typing import Any, Literal
from xml.etree import ElementTree as ET

Format = Literal["json", "xml", "text"]
_LONGEST = 64 * 1024


def field_of(written: Format, body: str, path: str) -> str | None:
    """Returns the value at `path` of an answer as a text; None where there is none, or none that can be read.

    JSON: names and places parted by dots (`data.0.code`). XML: the same by the names of its elements, the outermost left out,
    without namespaces. Text: a pattern whose first group is the value.
    """
    if len(body) > _LONGEST:
        return None
    if written == "text":
        found = re.search(path, body)
        return found[1] if found else None
    return _of_json(body, path) if written == "json" else _of_xml(body, path)


def _of_json(body: str, path: str) -> str | None:
    try:
        at: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    for step in path.split("."):
        if isinstance(at, dict):
            at = at.get(step)
        elif isinstance(at, list) and step.isdecimal() and int(step) < len(at):
            at = at[int(step)]
        else:
            return None
    return str(at) if isinstance(at, str | int) and not isinstance(at, bool) else None


def _of_xml(body: str, path: str) -> str | None:
    if "<!" in body.replace("<!--", "").replace("<![CDATA[", ""):  # no entities: what could grow or reach out is not read
        return None
    try:
        at: ET.Element | None = ET.fromstring(body)  # noqa: S314 - see above, and short
    except (ET.ParseError, ValueError):
        return None
    for step in path.split("."):
        at = next((child for child in at if child.tag.rpartition("}")[2] == step), None) if at is not None else None
    return (at.text or "").strip() if at is not None else None
