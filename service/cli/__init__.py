"""`loa ...`: what an operator types. Each command is thin: it opens what it needs, calls the use case, prints."""

from service.cli.commands import main

__all__ = ["main"]
