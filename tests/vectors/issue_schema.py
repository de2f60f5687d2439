"""Issues the schema as it stands, for a release: what is applied once then stays, and the whole under its number.

python -m tests.vectors.issue_schema
"""

from hashlib import sha256
from pathlib import Path

from service.database.schema import SCHEMA, schema_files

ISSUED = Path(__file__).parent / "schema.sha256"
"""Lines of SHA-256 and what has it: a file of tables/ or changes/, or the number of a schema."""


def standing() -> dict[str, str]:
    """Returns what would be issued now: name to SHA-256."""
    files = schema_files()
    whole = sha256("".join(f"{digest} {name}\n" for name, digest in files.items()).encode()).hexdigest()
    return {name: digest for name, digest in files.items() if not name.startswith("functions/")} | {SCHEMA: whole}


def issued() -> dict[str, str]:
    """Returns what was issued: name to SHA-256."""
    return {name: digest for digest, name in map(str.split, ISSUED.read_text(encoding="utf-8").splitlines())}


if __name__ == "__main__":
    ISSUED.write_text("".join(f"{digest}  {name}\n" for name, digest in (standing() | issued()).items()), encoding="utf-8")
