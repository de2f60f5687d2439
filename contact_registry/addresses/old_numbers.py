"""Numbers that a cell itself calls old: "số mới: 0912…, số cũ: 0987…". Such a number may be somebody else's by now."""

import re

_OLD = r"(?<![^\W\d_])(?:cũ|(?:không|ko|hết)(?: còn)? (?:dùng|sử dụng)|ngưng dùng|ngừng dùng)(?: nữa)?(?![^\W\d_])"
_NUMBER = r"\+?\d(?:[ .\-]{0,2}\d){8,12}"
_CALLED_OLD = re.compile(_OLD, re.IGNORECASE)
_BEHIND_THE_WORD = re.compile(rf"{_OLD}[^\d;,/|)\]\n]{{0,12}}{_NUMBER}(?![\d .\-]*\(? *mới)", re.IGNORECASE)
_BEFORE_THE_WORD = re.compile(rf"{_NUMBER}\s*[(\[\-–:]?\s*(?:(?:số|sđt|đt|là)\s+){{0,2}}{_OLD}", re.IGNORECASE)


def without_old(text: str) -> tuple[str, bool]:
    """Takes the numbers that the cell itself calls old out of it; says, too, whether there were any. Where no other is left they
    stay in the text.
    """
    if not _CALLED_OLD.search(text):
        return text, False
    rest = _BEFORE_THE_WORD.sub(" ; ", _BEHIND_THE_WORD.sub(" ; ", text))
    if rest == text:
        return text, False
    return (rest if sum(map(str.isdigit, rest)) > 8 else text), True
