"""Landlines as they were dialled before the area codes changed in 2017 (Decision 2036/QĐ-BTTTT):
061 3822222 is 0251 3822222 today.

Old lists still have them. They never get a message; what they must not become is a mobile number that somebody else has: 038,
then Nghệ An, is a mobile head today.
"""

import re

# Area codes of seven-digit numbers, without the zero. Those of ten digits in all that begin as mobiles do are told by how they
# are set apart.
_SEVEN = frozenset(
    [
        "20",
        "22",
        "25",
        "26",
        "27",
        "29",
        "30",
        "31",
        "33",
        "36",
        "37",
        "38",
        "39",
        "52",
        "53",
        "54",
        "55",
        "56",
        "57",
        "58",
        "59",
        "60",
        "61",
        "62",
        "63",
        "64",
        "66",
        "67",
        "68",
        "70",
        "72",
        "73",
        "74",
        "75",
        "76",
        "77",
        "79",
        "210",
        "211",
        "218",
        "219",
        "230",
        "231",
        "240",
        "241",
        "280",
        "281",
        "320",
        "321",
        "350",
        "351",
        "500",
        "501",
        "510",
        "511",
        "650",
        "651",
        "710",
        "711",
        "780",
        "781",
    ]
)
_EIGHT = frozenset({"4", "8"})  # Hà Nội, Thành phố Hồ Chí Minh
_MOBILE = re.compile(r"0(?:3[2-9]|5[25689]|7[06-9]|8[1-9]|9\d)")
_LOCAL = re.compile(r"[2-8]")
_SET_APART = re.compile(r"\(\s*0(\d{1,3})\s*\)[ .\-]*((?:\d[ .\-]*)+)")
_CITY = re.compile(r"0([48])\s*[ .\-]\s*([2-8](?:[ .\-]?\d){7})")
_NOT_DIGITS = re.compile(r"\D+")
_JOINED = re.compile(r"0[\d .\-]+")


def old_landline(written: str) -> bool:
    """Tells whether `written`, a whole cell, is one such number: by its head where no mobile has it, else by an area code in
    brackets or set apart.
    """
    written = written.strip()
    if apart := _SET_APART.fullmatch(written) or _CITY.fullmatch(written):
        return _fits(apart[1], _NOT_DIGITS.sub("", apart[2]))
    digits = _NOT_DIGITS.sub("", written)
    if not _JOINED.fullmatch(written) or (len(digits) == 10 and _MOBILE.match(digits)) or len(digits) not in (10, 11):
        return False
    return any(_fits(digits[1 : 1 + size], digits[1 + size :]) for size in (1, 2, 3))


def _fits(area: str, local: str) -> bool:
    if not _LOCAL.match(local):
        return False
    return (len(local) == 7 and area in _SEVEN) or (len(local) == 8 and area in _EIGHT)
