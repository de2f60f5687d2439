"""The standalone home (`LOA_HOME`): where everything lies, and who may come near it.

    postgres/    the database's files (as root they belong to PostgreSQL's own system user)
    valkey/      the queue's append-only file
    logs/        one file a process
    run/         process records and the lock that says who runs this home
    secrets.json, numbers, kind, demo.json, metrics.json

PostgreSQL trusts whoever reaches its socket, so the sockets lie in directories that only their owner enters. A Unix socket's
path ends at 107 characters: a home too deep for that gets a socket directory under the system's temporary one.
"""

import fcntl
import hashlib
import os
import pwd
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from service.standalone.obstacles import Obstacle

_LONGEST_DIRECTORY = 80  # leaves room for "/postgres/.s.PGSQL.5432" within 107 characters


class UnsafeHome(Obstacle):
    """The home, or the place of its sockets, is somebody else's."""


@dataclass(frozen=True, slots=True)
class Home:
    """The paths of one standalone home. Nothing exists before `prepare`."""

    root: Path

    @classmethod
    def at(cls, root: Path) -> "Home":
        return cls(root.expanduser().resolve())

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def valkey(self) -> Path:
        return self.root / "valkey"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def secrets_file(self) -> Path:
        return self.root / "secrets.json"

    @property
    def numbers_file(self) -> Path:
        """The highest number that may have been issued: kept beside the keys, apart from backups."""
        return self.root / "numbers"

    @property
    def kind_file(self) -> Path:
        return self.root / "kind"

    @property
    def demo_file(self) -> Path:
        return self.root / "demo.json"

    @property
    def metrics_file(self) -> Path:
        return self.root / "metrics.json"

    @property
    def sockets(self) -> Path:
        if len(str(self.run)) <= _LONGEST_DIRECTORY:
            return self.run
        name = hashlib.sha256(str(self.root).encode()).hexdigest()[:10]
        return Path(tempfile.gettempdir()) / f"loa-{os.getuid()}-{name}"

    @property
    def postgres_socket(self) -> Path:
        """The directory of PostgreSQL's socket."""
        return self.sockets / "postgres"

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / "valkey" / "valkey.sock"

    def prepare(self) -> None:
        """Makes the directories, closed to others. As root the way to PostgreSQL's own directories stays passable.

        Raises `UnsafeHome`, before anything is changed, for a home that another account made: its files would end up belonging
        to two, and neither could run it again.
        """
        try:
            owner = self.root.stat().st_uid if self.root.exists() else os.geteuid()
            if owner != os.geteuid():
                raise UnsafeHome("home_of_another", home=self.root, owner=_name(owner))
            self._make()
        except PermissionError as closed:
            raise UnsafeHome("home_closed", place=closed.filename) from None

    def _make(self) -> None:
        passable = 0o711 if os.geteuid() == 0 else 0o700
        for directory, mode in (
            (self.root, passable),
            (self.run, passable),
            (self.sockets, passable),
            (self.postgres, 0o700),
            (self.postgres_socket, 0o700),
            (self.valkey, 0o700),
            (self.valkey_socket.parent, 0o700),
            (self.logs, 0o700),
        ):
            directory.mkdir(parents=True, exist_ok=True)
            # the temporary directory is everyone's: somebody else could have been there first
            if directory == self.sockets != self.run and not _ours(directory):
                raise UnsafeHome("sockets_of_another", place=directory)
            directory.chmod(mode)

    def lock(self) -> IO[str] | None:
        """Takes the lock of whoever runs this home, held until closed or until the process is gone; None if another holds it."""
        file = (self.run / "lock").open("a", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return None
        return file


def _name(account: int) -> str:
    try:
        return pwd.getpwuid(account).pw_name
    except KeyError:
        return str(account)


def _ours(directory: Path) -> bool:
    found = directory.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()


def write_private(file: Path, content: str | bytes) -> None:
    """Writes a file that only its owner reads, whole or not at all, and on the disk before it returns."""
    partial = file.with_name(f".{file.name}.partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content.encode() if isinstance(content, str) else content)
        out.flush()
        os.fsync(out.fileno())
    partial.replace(file)
