"""What may be asked of another process at any moment, also in the one in which it vanishes."""

import psutil


def gone(process: psutil.Process) -> bool:
    """Whether a process has ended, reaped or not. It may vanish between two questions about it."""
    try:
        return not process.is_running() or bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True
