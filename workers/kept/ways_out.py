"""Each recipient's own address to end advisories by: in the header of such an email, and nowhere else."""

from dataclasses import dataclass, field

from contact_registry.sealing import address_hash
from service.contacts import UNSUBSCRIBE_PATH, UnsubscribeTokens, WayOut


@dataclass(frozen=True, slots=True)
class WaysOut:
    """`base`: the public address of the web process. `index_key`: addresses are known by their hash under it."""

    base: str
    tokens: UnsubscribeTokens
    index_key: bytes = field(repr=False)

    @property
    def open(self) -> bool:
        """Whether a mail program would follow them: RFC 8058 wants https."""
        return self.base.startswith("https://")

    def of(self, unit_id: int, email: str) -> str:
        """Returns the way out of this unit's advisories for an address."""
        return self.base + UNSUBSCRIBE_PATH + self.tokens.make(WayOut(unit_id, address_hash(self.index_key, "email", email)))
