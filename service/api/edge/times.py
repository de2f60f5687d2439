"""Days and moments as a request writes them: in words of ISO 8601, never as a number,
which would be read as seconds or milliseconds.
"""

import re
from datetime import date
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator
from pydantic_core import PydanticCustomError

_WRITTEN = re.compile(r"\d{4}-\d\d?-\d\d?.*", re.DOTALL)


def _moment(value: object) -> object:
    if value is not None and not (isinstance(value, str) and _WRITTEN.fullmatch(value)):
        raise PydanticCustomError("datetime_parsing", "not a moment as ISO 8601 writes it")
    return value


def _day(value: object) -> object:
    if value is not None and not (isinstance(value, str) and _WRITTEN.fullmatch(value)):
        raise PydanticCustomError("date_parsing", "not a day as ISO 8601 writes it")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
Day = Annotated[date, BeforeValidator(_day)]
