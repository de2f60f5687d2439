"""`loa verify`: whether a record is what it says it is, without asking anybody."""

from pathlib import Path
from typing import Annotated

import orjson
import typer

from service.cli.deployment import Problem
from service.clock import on_screen
from service.signing.public_keys import read_jwks
from service.signing.records import VerificationError, open_record


def verify(
    record: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A record as /api/v1/records/{id} serves it.")],
    jwks: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="Keys you trust, as /.well-known/jwks.json serves them.")
    ],
) -> None:
    """Check a record's signature offline. Exit 0 and print its texts, or exit 1 and say why not."""
    try:
        keys = read_jwks(orjson.loads(jwks.read_bytes()))
    except (ValueError, KeyError, TypeError, VerificationError):
        raise Problem(f"{jwks} holds no key set") from None
    try:
        opened = open_record(record.read_bytes(), keys)
    except VerificationError as error:
        raise Problem(f"NOT VERIFIED. {error.found} ({error})\n{error.advice}") from None
    issuer, made = opened.issuer, on_screen(opened.created_at)
    typer.echo(f"verified: {issuer.name} ({issuer.code}), {made}")
    typer.echo(
        f"public number {opened.public_number} (each message has one of its own), valid until {on_screen(opened.expires_at)}"
    )
    for text in opened.texts.get("sms", {}).values():
        typer.echo(f"\n{text}")
