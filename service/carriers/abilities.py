"""What a carrier can, as data: code asks it, and docs/carriers.md shows it (a test holds them equal)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Abilities:
    """`receipts`: it tells by itself what became of a message. `fetch`: it can be asked for one by its id. `listing`: it lists
    what it took, so that a message in doubt is looked for; without a list a person decides. `validity`: it drops what is too
    late. `unicode`: letters outside GSM-7. `sender_names`: a sender's name of ours. `parts`: segments of a message it takes at
    most; None: as many as we make.
    """

    receipts: bool
    fetch: bool
    listing: bool
    validity: bool
    unicode: bool
    sender_names: bool
    parts: int | None
