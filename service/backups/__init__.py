"""A copy of the database that somebody else can check and restore, and what must not happen by itself afterwards.

Keys are apart: neither the master key nor the file of numbers is in it. Why as it is: docs/decisions/0017-backups.md.
"""

from service.backups.backing_up import back_up
from service.backups.manifest import Manifest, read_manifest
from service.backups.restoring import Restored, restore

__all__ = ["Manifest", "Restored", "back_up", "read_manifest", "restore"]
