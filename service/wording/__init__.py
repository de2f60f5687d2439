"""What words may not say, whoever writes them: an author, a unit that names itself, or the two put together in a final text."""

from service.wording.characters import cleaned, one_line, plain_punctuation, unaccented
from service.wording.forbidden import Breach, breaches, known_phones, phones_named
from service.wording.reading import Reading

__all__ = [
    "Breach",
    "Reading",
    "breaches",
    "cleaned",
    "known_phones",
    "one_line",
    "phones_named",
    "plain_punctuation",
    "unaccented",
]
