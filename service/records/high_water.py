"""The highest number that may have been issued, in a file beside the keys: what a restored counter jumps past.

The file is kept far ahead of the counter and written anew when half of that is used up: so it is there before a block is used,
and a copy of it is good for as long as fewer than half of `AHEAD` numbers were issued since. A jump costs at most `AHEAD` of the
6·10^9 numbers.
"""

import fcntl
import os
from pathlib import Path

AHEAD = 100_000_000


def issued_up_to(file: Path) -> int | None:
    """Reads the number above which none was ever issued; None without a file. Raises `ValueError` for a file that holds
    something else.
    """
    try:
        return int(file.read_text(encoding="ascii"))
    except FileNotFoundError:
        return None


def keep_ahead(file: Path, next_number: int) -> None:
    """Writes the file anew if it is not far enough ahead. It only ever rises. Raises `OSError`."""
    if (issued_up_to(file) or 0) >= next_number + AHEAD // 2:
        return
    with file.with_name(f".{file.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several workers share it
        mark = max(issued_up_to(file) or 0, next_number + AHEAD)
        partial = file.with_name(f".{file.name}.partial")
        with partial.open("w", encoding="ascii") as out:
            out.write(f"{mark}\n")
            out.flush()
            os.fsync(out.fileno())
        partial.replace(file)
