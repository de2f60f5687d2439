"""Why the database does not do what it was asked, for the log."""


def why_away(error: BaseException) -> str:
    """The driver's own name for it (`DiskFull`, `AdminShutdown`, `QueryCanceled`): whoever is woken up must not take a full disk for a
    server that is gone. Never a value of the statement.
    """
    return type(getattr(error, "orig", None) or error).__name__
