"""Why Loa cannot run here, in sentences for the person at the terminal. Each room names its own; `run` and `loa` say them."""

from service.standalone.words import Words


class Obstacle(Exception):
    """What stands in the way: a sentence of `words.py` and what fills it. As a text it is the English one."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(Words("en")(key, **values))
        self._key, self._values = key, values

    def said(self, words: Words) -> str:
        """Says the sentence in the terminal's language."""
        return words(self._key, **self._values)
