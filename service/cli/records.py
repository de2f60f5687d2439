"""`loa verify`: whether a record is what it says it is, without asking anybody."""

from pathlib import Path
from typing import Annotated

import orjson
import typer

from service.cli.deployment import Problem
from service.cli.working import say
from service.languages import Phrase
from service.languages import gettext_lazy as _
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
        raise Problem(_("{file} holds no key set"), file=jwks) from None
    try:
        opened = open_record(record.read_bytes(), keys)
    except VerificationError as error:
        raise Problem(
            _("NOT VERIFIED. {found} ({detail})\n{advice}"),
            found=Phrase(error.found),
            detail=str(error),
            advice=Phrase(error.advice),
        ) from None
    issuer = opened.issuer
    say(_("verified: {issuer} ({code}), {made:moment}"), issuer=issuer.name, code=issuer.code, made=opened.created_at)
    say(
        _("public number {number} (each message has one of its own), valid until {until:moment}"),
        number=opened.public_number,
        until=opened.expires_at,
    )
    for text in opened.texts.get("sms", {}).values():
        typer.echo(f"\n{text}")
