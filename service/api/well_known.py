"""`/.well-known/`: the public keys records are verified with, for anybody."""

from typing import Any

from fastapi import APIRouter, Response

from service.api.context import Context

router = APIRouter(prefix="/.well-known", tags=["look-up"])


@router.get("/jwks.json")
async def keys(context: Context, response: Response) -> dict[str, Any]:
    """A JWK set (RFC 7517) with Ed25519 keys; `kid` is named by each record."""
    response.headers["Cache-Control"] = "public, max-age=300"
    return await context.lookups.jwks()
