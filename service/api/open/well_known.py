"""`/.well-known/`: the public keys records are verified with, and whose they are, for anybody."""

from fastapi import APIRouter, Response

from service.api.edge.context import Context
from service.api.edge.problems import UNAVAILABLE
from service.api.open.record_models import DirectoryOut, JwkSetOut
from service.keyring import directory

router = APIRouter(prefix="/.well-known", tags=["look-up"], responses=UNAVAILABLE)

_FIVE_MINUTES = "public, max-age=300"


@router.get("/jwks.json", operation_id="list_public_keys", response_model_exclude_none=True)
async def keys(context: Context, response: Response) -> JwkSetOut:
    """A JWK set (RFC 7517) with Ed25519 keys; `kid` is named by each record."""
    response.headers["Cache-Control"] = _FIVE_MINUTES
    return JwkSetOut.model_validate(await context.lookups.jwks())


@router.get("/loa-directory.json", operation_id="read_directory")
async def units(context: Context, response: Response) -> DirectoryOut:
    """Which unit signs with which key, who signs for whom, and what was revoked when."""
    response.headers["Cache-Control"] = _FIVE_MINUTES
    async with context.engine_lookup.connect() as conn:
        return DirectoryOut.model_validate(await directory(conn))
