"""`loa keys`: the keys of programs (API) and of the department (signatures)."""

from typing import Annotated, Any

import orjson
import typer
from sqlalchemy import text

from service.accounts import create_api_key, permissions_of
from service.cli.deployment import Deployment, Problem
from service.cli.working import on_deployment
from service.database import act_for
from service.keyring import jwks

app = typer.Typer(help="API keys, and the public keys of signatures.", no_args_is_help=True)


@app.command()
def make(
    account: Annotated[int, typer.Option(help="The account's id, as `loa accounts create` printed it.")],
    label: Annotated[str, typer.Option(help="What the key is for.")],
    scope: Annotated[
        list[str] | None, typer.Option(help="Narrows what the key may do. Default: all that the account may.")
    ] = None,
) -> None:
    """Make an API key. It is printed this once and kept nowhere."""

    async def work(deployment: Deployment) -> str:
        async with deployment.engine.begin() as conn:
            row = (await conn.execute(text("SELECT unit_id, roles FROM accounts WHERE id = :id"), {"id": account})).one_or_none()
            if row is None:
                raise Problem(f"no account {account}")
            await act_for(conn, row.unit_id)
            scopes = scope or sorted(permissions_of(row.roles))
            return await create_api_key(
                conn, account_id=account, unit_id=row.unit_id, label=label, scopes=scopes, now=deployment.now
            )

    typer.echo(on_deployment(work))


@app.command()
def public() -> None:
    """The published keys (JWK set), for `loa verify` on a machine without this deployment."""

    async def work(deployment: Deployment) -> dict[str, Any]:
        async with deployment.engine.begin() as conn:
            return await jwks(conn)

    typer.echo(orjson.dumps(on_deployment(work), option=orjson.OPT_INDENT_2))
