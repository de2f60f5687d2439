"""The language a person is answered in."""

from typing import Literal

Language = Literal["vi", "en"]


_READ = 200  # characters: a browser's has a few dozen


def preferred_language(accept_language: str | None, default: Language = "vi") -> Language:
    """Vietnamese or English, whichever the header ranks higher; without a usable header, the default."""
    ranked: dict[str, float] = {}
    for part in (accept_language or "")[:_READ].split(","):
        tag, _, quality = part.strip().partition(";")
        weight = quality.strip().removeprefix("q=") or "1"
        language = tag.strip().lower().partition("-")[0]
        number = weight.replace(".", "", 1)
        if language in ("vi", "en") and number.isascii() and number.isdecimal():  # "²" is a digit, and no number
            ranked[language] = max(ranked.get(language, 0.0), float(weight))
    if not ranked or max(ranked.values()) <= 0:
        return default
    if ranked.get("en", 0.0) == ranked.get("vi", 0.0):
        return default
    return "en" if ranked.get("en", 0.0) > ranked.get("vi", 0.0) else "vi"
