"""The language a person is answered in."""

from typing import Literal

Language = Literal["vi", "en"]


def preferred_language(accept_language: str | None, default: Language = "vi") -> Language:
    """Vietnamese or English, whichever the header ranks higher; without a usable header, the default."""
    ranked: dict[str, float] = {}
    for part in (accept_language or "").split(","):
        tag, _, quality = part.strip().partition(";")
        weight = quality.strip().removeprefix("q=") or "1"
        language = tag.strip().lower().partition("-")[0]
        if language in ("vi", "en") and weight.replace(".", "", 1).isdigit():
            ranked[language] = max(ranked.get(language, 0.0), float(weight))
    if not ranked or max(ranked.values()) <= 0:
        return default
    if ranked.get("en", 0.0) == ranked.get("vi", 0.0):
        return default
    return "en" if ranked.get("en", 0.0) > ranked.get("vi", 0.0) else "vi"
