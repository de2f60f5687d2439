"""What a person reads when Loa refuses: one sentence per code, saying what is wrong and what to do.

Never repeats a personal value: the slots are filled with counts, limits, states and field names only.
The sentences stand by area, one file each; tests/architecture/test_refusals.py holds that every code raised anywhere has its own.
"""

from service.sentences.readiness import WORDS
from service.sentences.telling import SENTENCES, in_words, sentence, title

__all__ = ["SENTENCES", "WORDS", "in_words", "sentence", "title"]
