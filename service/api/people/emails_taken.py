"""Whoever is told that an email has an account somewhere leaves a mark, though their deed failed (docs/decisions/0008)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from service.accounts import emails_taken, note_emails_told_taken
from service.actors import Actor
from service.api.edge.context import ApiContext
from service.database import unit_transaction
from service.errors import LoaError, RowsRefused


@asynccontextmanager
async def telling_taken(context: ApiContext, actor: Actor) -> AsyncIterator[None]:
    """Writes the audit event of its own if the transaction inside rolls back because an email is taken: the mark must stay."""
    try:
        yield
    except LoaError as refused:
        emails = emails_taken(refused.problems) if isinstance(refused, RowsRefused) else refused.code == "account.email_taken"
        if emails:
            async with unit_transaction(context.engine, actor.unit_id) as conn:
                await note_emails_told_taken(conn, actor, emails=int(emails), now=context.now())
        raise
