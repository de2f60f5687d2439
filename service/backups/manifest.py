"""What a backup says of itself: when, of which schema, how many rows of what, and the hash of its archive."""

import base64
import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import orjson

from contact_registry.errors import Unsealable
from contact_registry.sealing import MasterKey
from service.errors import Conflict, Invalid

ARCHIVE, MANIFEST = "database.dump", "manifest.json"
_PURPOSE = "backup"
_BLOCK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Manifest:
    """`rows` by table. `next_number`: where the counter stood. `kind`: of a standalone home, else None. `sealed`: opens with the
    master key that opens what is in the archive.
    """

    made_at: datetime
    schema: str
    rows: dict[str, int]
    next_number: int
    kind: str | None
    sha256: str
    bytes: int
    sealed: str

    def require_key(self, master: MasterKey) -> None:
        """Returns nothing, or raises `Conflict("backup.other_master_key")`."""
        try:
            master.unwrap(base64.b64decode(self.sealed), _PURPOSE)
        except Unsealable:
            raise Conflict("backup.other_master_key") from None

    def require_archive(self, directory: Path) -> None:
        """Returns nothing, or raises `Invalid("backup.damaged")` if the archive beside it is not the one it was made with."""
        if hash_of(directory / ARCHIVE) != self.sha256:
            raise Invalid("backup.damaged")


def seal_for(master: MasterKey) -> str:
    """Makes the value of `sealed` under this master key."""
    return base64.b64encode(master.wrap(b"loa", _PURPOSE)).decode()


def hash_of(file: Path) -> str:
    """Hashes a file of any size with SHA-256, in hex. Raises `Invalid("backup.damaged")` where there is none."""
    digest = hashlib.sha256()
    try:
        with file.open("rb") as content:
            while block := content.read(_BLOCK):
                digest.update(block)
    except FileNotFoundError:
        raise Invalid("backup.damaged") from None
    return digest.hexdigest()


def write_manifest(directory: Path, manifest: Manifest) -> None:
    (directory / MANIFEST).write_bytes(orjson.dumps(asdict(manifest), option=orjson.OPT_INDENT_2))


def read_manifest(directory: Path) -> Manifest:
    """Raises `Invalid("backup.damaged")` for a directory that holds no backup."""
    try:
        said = orjson.loads((directory / MANIFEST).read_bytes())
        return Manifest(**{**said, "made_at": datetime.fromisoformat(said["made_at"])})
    except (OSError, ValueError, TypeError, KeyError):
        raise Invalid("backup.damaged") from None
