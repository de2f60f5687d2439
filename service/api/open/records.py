"""`/records/{id}`: the signed record, byte for byte, for anybody."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from service.api.edge.context import Context
from service.api.edge.problems import UNAVAILABLE

router = APIRouter(prefix="/records", tags=["look-up"], responses=UNAVAILABLE)

_A_YEAR = "public, max-age=31536000, immutable"


@router.get(
    "/{record_id}",
    operation_id="read_record",
    response_class=Response,
    responses={200: {"content": {"application/jose+json": {"schema": {"$ref": "#/components/schemas/SignedRecord"}}}}},
)
async def read(context: Context, record_id: Annotated[UUID, Path()]) -> Response:
    """JWS, general JSON serialisation. Verify it with `/.well-known/jwks.json`, or `loa verify`."""
    jws = await context.lookups.record_jws(record_id)
    return Response(jws, media_type="application/jose+json", headers={"Cache-Control": _A_YEAR})
